/** Queries of lists in the embedded database. */
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeQueries } from '../../suites/queries.ts'

describeQueries('SQLite', () => openSqlite({ file: ':memory:' }))

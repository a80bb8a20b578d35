/** People who leave, in the embedded database. */
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeLeavers } from '../../suites/leavers.ts'

describeLeavers('SQLite', () => openSqlite({ file: ':memory:' }))

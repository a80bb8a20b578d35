/** People and groups as sources bring and change them, in the embedded database. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describePeople } from '../suites/people.ts'

describePeople('SQLite', () => openSqlite({ file: ':memory:' }))

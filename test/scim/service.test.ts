/** The service of SCIM on SQLite. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeScim } from '../suites/scim.ts'

describeScim('SQLite', () => openSqlite({ file: ':memory:' }))

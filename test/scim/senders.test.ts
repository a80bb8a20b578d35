/** Senders of SCIM on SQLite. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeScimSenders } from '../suites/scim-senders.ts'

describeScimSenders('SQLite', () => openSqlite({ file: ':memory:' }))

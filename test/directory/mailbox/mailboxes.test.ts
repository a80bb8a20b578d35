/** Mailboxes in the embedded database. */
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeMailboxes } from '../../suites/mailboxes.ts'

describeMailboxes('SQLite', () => openSqlite({ file: ':memory:' }))

/** Contacts imported into the embedded database. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeContactImport } from '../suites/import-contacts.ts'

describeContactImport('SQLite', () => openSqlite({ file: ':memory:' }))

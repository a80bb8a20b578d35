/** Files imported into the embedded database. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeImport } from '../suites/import.ts'

describeImport('SQLite', () => openSqlite({ file: ':memory:' }))

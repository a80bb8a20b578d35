/** JSON files imported into the embedded database. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeJsonImport } from '../suites/import-json.ts'

describeJsonImport('SQLite', () => openSqlite({ file: ':memory:' }))

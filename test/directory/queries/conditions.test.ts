/** Conditions on people and groups in the embedded database. */
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeConditions } from '../../suites/conditions.ts'

describeConditions(
  'SQLite',
  () => openSqlite({ file: ':memory:' }),
  300,
  column => new RegExp(`^SEARCH [^\\n]*\\b${column}=\\?[^\\n]*$`),
)

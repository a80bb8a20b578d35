/** Random changes of people and groups in the embedded database; the long tier makes more of them. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describePeopleAgainstModel } from '../suites/people-against-model.ts'

describePeopleAgainstModel('SQLite', () => openSqlite({ file: ':memory:' }), 1_000)

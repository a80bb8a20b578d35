/** The suite of who signs in, on SQLite; PostgreSQL runs it in test/storage/postgres.long.ts. */
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeSignIns } from '../../suites/sign-ins.ts'

describeSignIns('SQLite', () => openSqlite({ file: ':memory:' }))

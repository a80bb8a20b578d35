/** Tokens for SCIM on SQLite. */
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeScimTokens } from '../suites/scim-tokens.ts'

describeScimTokens('SQLite', () => openSqlite({ file: ':memory:' }))

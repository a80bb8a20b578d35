/** `verify` of a store with its rows in SQLite. */
import { describeVerify } from '../suites/verify.ts'

describeVerify('SQLite', async data => ({ data }))

/** People whose tokens have another id than they were provisioned with, on SQLite. */
import { describeOtherIds } from '../suites/other-ids.ts'

describeOtherIds('SQLite', async () => undefined)

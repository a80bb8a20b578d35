/** `visage people link`, `unlink` and `show` on SQLite. */
import { describeLinkCommands } from '../suites/link-commands.ts'

describeLinkCommands('SQLite', async () => undefined)

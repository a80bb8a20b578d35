import { describeLinkCommands } from '../suites/link-commands.ts'

describeLinkCommands('SQLite', async () => undefined)

/**
 * `visage migrate`: the tables as this version wants them, before its first node starts. `visage serve`
 * does the same at every start; alone it needs no identity provider, and may run as another user.
 */
import { readDatabaseConfig, readEnvironment, type Texts } from '../config.ts'
import { migrateStores } from '../stores.ts'
import type { Terminal } from './terminal.ts'

export async function migrate(
  flags: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<void> {
  await migrateStores(readDatabaseConfig(flags, environment))
  terminal.complain('The tables are up to date.')
}

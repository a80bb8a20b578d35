/**
 * `visage migrate`: updates the tables for this version before its first node starts. `visage serve` does the same at
 * every start. This command needs no identity provider, and may run as another user of the database.
 */

import { type Migrated, migrateStores } from '../serving/stores.ts'
import { readEnvironment } from '../settings/environment.ts'
import { readDatabaseConfig } from '../settings/places.ts'
import type { Texts } from '../settings/table.ts'
import type { Terminal } from './terminal.ts'

export async function migrate(
  flags: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<void> {
  const { place, ...migrated } = await migrateStores(readDatabaseConfig(flags, environment))
  terminal.complain(describe(migrated, place))
}

/** A new database is reported as new, so that a mistyped folder is noticed. */
function describe(migrated: Migrated, place: string): string {
  switch (migrated.did) {
    case 'created':
      return `Made a new, empty database: ${place}`
    case 'updated':
      return `Updated the tables from ${migrated.from} to ${migrated.to}: ${place}`
    case 'nothing':
      return `The tables are up to date: ${place}`
  }
}

/**
 * `visage backup`: copies the data folder with its embedded database into another folder, while it is in use. For
 * PostgreSQL and S3 see docs/operating.md.
 */

import { Failure } from '../failure.ts'
import { readEnvironment } from '../settings/environment.ts'
import { readDatabaseConfig } from '../settings/places.ts'
import { ConfigError } from '../settings/setting.ts'
import type { Texts } from '../settings/table.ts'
import { backUp } from '../upkeep/backup.ts'
import { count, some } from './progress.ts'
import type { Terminal } from './terminal.ts'

export async function backup(
  to: string,
  flags: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<void> {
  const { data, database } = readDatabaseConfig(flags, environment)
  if (database !== undefined) refuse('VISAGE_DATABASE', 'PostgreSQL is backed up by pg_dump')
  if (environment.packs !== undefined) refuse('VISAGE_PACKS', 'S3 is backed up by S3')
  const { photos, copied, removed, missing } = await backUp(data, to, Date.now)
  terminal.complain(
    `${to} contains ${some(photos - missing.length, 'photo')} and the whole directory: ${count(copied)} copied now, ${count(photos - copied - missing.length)} there before, ${count(removed)} removed.`,
  )
  if (missing.length === 0) return
  throw new Failure('storage-unavailable', {
    detail: `${some(missing.length, 'photo')} missing or damaged in ${data}, such as version ${missing[0]}; everything else is in the backup. \`visage verify\` lists them.`,
  })
}

function refuse(setting: string, why: string): never {
  throw new ConfigError(
    `${setting} is set: \`visage backup\` copies the data folder, and ${why}. docs/operating.md says how.`,
  )
}

/**
 * `visage erase`: removes a person's or group's photo and every trace of its bytes, and checks the result. Exits with 0
 * only if everything was checked and nothing was found.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { openExistingStores, placesOf } from '../serving/stores.ts'
import { readEnvironment } from '../settings/environment.ts'
import { readStoreConfig, type StorePlace } from '../settings/places.ts'
import type { Texts } from '../settings/table.ts'
import {
  type Erased,
  erasePhoto,
  findTraces,
  longestUploadMs,
  type Traces,
} from '../upkeep/erase.ts'
import { findOwner, type NamedOwner } from '../upkeep/owners.ts'
import { confirm } from './confirm.ts'
import { count, some } from './progress.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

export type EraseFlags = Readonly<{
  user?: string
  group?: string
  tenant?: string
  yes?: boolean
  dryRun?: boolean
}>

export async function erase(
  { user, group, tenant, yes = false, dryRun = false }: EraseFlags,
  places: Texts,
  terminal: Terminal,
  environment: Texts = readEnvironment(),
): Promise<void> {
  const kind = user === undefined ? 'group' : 'user'
  const name = user ?? group
  if (name === undefined || (user !== undefined && group !== undefined)) {
    throw new CommandError('choose the owner of the photo: --user <id or name> or --group <id>.')
  }
  const config = readStoreConfig(places, environment)
  const { database, packs } = await openExistingStores(config, Date.now)
  await using _closing = database
  const owner = await findOwner(database, kind, name, tenant)
  const store = { database, packs }
  const traces = await findTraces(store, owner.key)
  terminal.print(`${owner.words}, in ${placesOf(config).packs}`)
  for (const line of describeTraces(traces)) terminal.print(line)
  if (dryRun) {
    terminal.print('Nothing was changed: this was a dry run.')
    return
  }
  refuseOtherDatabase(traces)
  if (!yes) {
    await confirm(`Erase the photo of ${owner.words} for good?`, 'nothing was erased.', terminal)
  }
  if (traces.orphans.length > 0) terminal.complain(waiting(traces))
  const erased = await erasePhoto(store, owner.key, traces, {
    now: Date.now,
    pause: async ms => void (await delay(ms)),
  })
  const isProven = erased.left.length === 0 && erased.newVersion === undefined
  audit(terminal, owner, erased, isProven)
  for (const line of describeErased(erased, config)) terminal.print(line)
  if (!isProven) throw new Failure('storage-unavailable', { detail: whyNot(erased, config) })
}

function describeTraces(traces: Traces): string[] {
  const { current, earlier, ownerless, orphans, deletedKeys } = traces
  const all = [
    [current, 'the photo'],
    [earlier, 'earlier photos that wait for the sweep'],
    [ownerless, 'photos that an older Visage retired: they could belong to the owner'],
    [orphans, 'packs without a photo, of interrupted uploads: they could belong to the owner'],
    [deletedKeys, 'old versions of removed packs in the bucket: they could belong to the owner'],
  ] as const
  const lines = all.flatMap(([keys, what]) =>
    keys.length === 0
      ? []
      : [`  ${what}: ${keys.length <= 5 ? keys.join(', ') : some(keys.length, 'pack')}`],
  )
  return lines.length === 0
    ? ['There is no photo and no trace of one.']
    : ['To be removed:', ...lines]
}

/** More interrupted uploads than this are suspicious. */
const maxInterrupted = 100

/** With a wrong address of the database, almost no pack has a row, because the packs belong to another database. */
function refuseOtherDatabase({ orphans, named }: Traces): void {
  if (orphans.length <= Math.max(maxInterrupted, named)) return
  throw new Failure('storage-unavailable', {
    detail: `${some(orphans.length, 'pack')} of ${count(orphans.length + named)} have no photo in this database: they look like packs of another database, and all of them would be removed. Nothing was changed. A running server removes packs without a photo within an hour.`,
  })
}

function waiting({ orphans }: Traces): string {
  const seconds = longestUploadMs / 1000
  return `Watching ${some(orphans.length, 'pack')} without a photo for ${seconds} s: the pack of an upload under way gets its photo in that time, and stays.`
}

/** The operator's name is not logged: the shell's history has it. */
function audit(terminal: Terminal, { key }: NamedOwner, erased: Erased, isProven: boolean): void {
  const { tenantId, kind, id } = key
  jsonLines(terminal, Date.now)(isProven ? 'info' : 'error', {
    event: 'erased',
    tenantId,
    kind,
    id,
    packs: erased.absent,
    left: erased.left.map(({ key: pack }) => pack),
    isProven,
  })
}

function describeErased(erased: Erased, { packs }: Pick<StorePlace, 'packs'>): string[] {
  const { absent, leftovers, left, newVersion, searchedFiles, remark } = erased
  return [
    ...(newVersion === undefined ? ['Checked the pointer: there is none.'] : []),
    ...(absent.length > 0
      ? [
          `Checked ${some(absent.length, 'pack')} by listing${packs === undefined ? '' : ', versions and delete markers included,'} and by reading: all absent.`,
        ]
      : []),
    ...absent.map(key => `  ${key}`),
    ...(leftovers > 0 ? [`Also removed: ${some(leftovers, 'interrupted write')}.`] : []),
    ...(searchedFiles.length > 0
      ? [
          `Searched for the keys and the hash of the upload, nothing found: ${searchedFiles.join(', ')}.`,
        ]
      : []),
    ...left.map(({ key, what }) => `STILL THERE: ${key}: ${what}`),
    ...(remark === undefined ? [] : [`Remark: ${remark}.`]),
    'Not reached: backups and snapshots; caches of clients and proxies; unused blocks of disks.',
    ...(packs === undefined
      ? []
      : [
          'Servers may still have ranges of packs in memory and in their VISAGE_PACK_CACHE_FOLDER, which no request can reach; they remove them within VISAGE_SWEEP_EVERY (10 minutes; with 0, the folder keeps them). A server that is not running removes them after its next start.',
        ]),
    'The person stays in the directory. Photos of contacts in mailboxes stay too, also if a contact is this person.',
  ]
}

function whyNot({ left, newVersion }: Erased, { packs }: Pick<StorePlace, 'packs'>): string {
  if (left.length > 0) {
    const reasons =
      packs === undefined
        ? ''
        : ' The usual reasons on S3 are an object lock or missing rights (s3:ListBucketVersions, s3:DeleteObjectVersion).'
    return `${some(left.length, 'trace')} could not be removed.${reasons} The command can be run again.`
  }
  return `the photo was erased, and meanwhile a new one was set (version ${newVersion}). To erase it too, run the command again.`
}

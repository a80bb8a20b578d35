/**
 * `visage verify`: reads every photo and compares it with its row. Exits with 0 if all are sound, and with 1 if a photo
 * is damaged or could not be read.
 */

import { Failure } from '../failure.ts'
import { openExistingStores } from '../serving/stores.ts'
import { readEnvironment } from '../settings/environment.ts'
import { readStoreConfig } from '../settings/places.ts'
import type { Texts } from '../settings/table.ts'
import { type Unchecked, type Verified, verifyStore } from '../upkeep/verify.ts'
import { runInterruptibly } from './interruptible.ts'
import { describeFault } from './move.ts'
import { count, createProgress, megabytes, some } from './progress.ts'
import type { TrackRunning } from './running.ts'
import type { Terminal } from './terminal.ts'

export async function verify(
  flags: Texts,
  form: 'text' | 'json',
  terminal: Terminal,
  trackRunning: TrackRunning,
  environment: Texts = readEnvironment(),
): Promise<void> {
  const config = readStoreConfig(flags, environment)
  await runInterruptibly(trackRunning, async signal => {
    const { database, packs } = await openExistingStores(config, Date.now)
    await using _closing = database
    const result = await verifyWithProgress({ database, packs }, terminal, signal)
    if (form === 'json') terminal.print(JSON.stringify(result))
    else for (const line of describe(result)) terminal.print(line)
    refuseUnlessSound(result)
  })
}

async function verifyWithProgress(
  store: Pick<Awaited<ReturnType<typeof openExistingStores>>, 'database' | 'packs'>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Verified> {
  using progress = createProgress(terminal, Date.now)
  return await verifyStore({
    store,
    now: Date.now,
    signal,
    watch: ({ doing, done, of, faults }) =>
      progress.show({
        name: doing === 'photos' ? 'photos' : 'packs listed',
        done,
        of,
        words: `${count(faults)} damaged`,
      }),
  })
}

function describe(result: Verified): string[] {
  const { photos, bytes, faulty, faults, changedMeanwhile, unchecked, seconds } = result
  const more = faulty - faults.length
  return [
    ...faults.map(describeFault),
    ...(more > 0 ? [`… and ${count(more)} more`] : []),
    `${some(photos, 'photo')} read, ${megabytes(bytes)}, ${seconds.toFixed(1)} s: ${faulty === 0 ? 'all sound' : `${count(faulty)} damaged`}.`,
    ...(changedMeanwhile > 0 ? [`${some(changedMeanwhile, 'photo')} changed meanwhile.`] : []),
    ...unchecked.map(({ part, why }) => `${notChecked[part]}: ${why}.`),
    ...describeUnnamed(result),
  ]
}

const notChecked = {
  photos: 'Not all photos could be read',
  packs: 'Not all packs in the store could be listed, so packs without a photo are not counted',
} as const satisfies Record<Unchecked['part'], string>

function describeUnnamed({ outcome, unnamed, unchecked }: Verified): string[] {
  if (outcome === 'ended' || unchecked.some(({ part }) => part === 'packs')) return []
  return [
    `Packs without a photo: ${count(unnamed.retired)} wait for the sweep, ${count(unnamed.orphans)} of uploads under way or interrupted; ${megabytes(unnamed.bytes)}.`,
  ]
}

function refuseUnlessSound({ outcome, faulty, unchecked }: Verified): void {
  if (outcome === 'sound') return
  const damaged =
    faulty === 0
      ? []
      : [
          `${some(faulty, 'photo')} damaged. To repair, set each again, restore it from a backup or erase it.`,
        ]
  const ended = outcome === 'ended' ? ['Ended before everything was read.'] : []
  const left = unchecked.map(({ part, why }) => `${notChecked[part]}: ${why}.`)
  throw new Failure('storage-unavailable', { detail: [...damaged, ...ended, ...left].join('\n') })
}

/**
 * The job for people who leave: it deletes people who were inactive for long, stops erasing where one source removed
 * too many, and erases people and groups who were deleted long ago. It also reads the states of the sources, and when
 * their tokens expire, for the metrics of every process.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { eraseDue } from '../directory/leaving/erase-deleted.ts'
import { deleteInactive } from '../directory/leaving/inactive.ts'
import { judgeRemovals } from '../directory/leaving/removals.ts'
import { readSourceStates } from '../directory/sources/state.ts'
import type { Events } from '../events.ts'
import type { Parts } from '../graph/request/request.ts'
import type { Instruments } from '../monitoring/instruments.ts'
import { photoTables } from '../photos/pointer.ts'
import { readExpiries } from '../scim/tokens.ts'
import type { Limits } from '../settings/limits.ts'
import { scrubDeleted } from '../storage/scrub.ts'
import { takeTurn } from '../storage/turns.ts'
import { type Job, repeat } from './jobs.ts'

export function leaving(
  parts: Parts,
  events: Pick<Events, 'troubled' | 'directoryChanged'>,
  limits: Limits,
  { lookedAtSources, lookedAtTokens }: Pick<Instruments, 'lookedAtSources' | 'lookedAtTokens'>,
): Job {
  // One of several workers does the work on the store.
  const isLeft = parts.isReadOnly === true || limits.sweeps === 'memory'
  const run = async (signal: AbortSignal) => {
    if (!isLeft) {
      await takeTurn(parts.database, 'leavers', () => work(parts, events, limits, signal))
    }
    lookedAtSources?.(await readSourceStates(parts.database))
    lookedAtTokens?.(await readExpiries(parts.database))
  }
  const troubled = (error: unknown) => events.troubled('erasing people who have left', error)
  return repeat(limits.leaversEveryMs, run, troubled)
}

async function work(
  parts: Parts,
  { directoryChanged }: Pick<Events, 'directoryChanged'>,
  { deletedMs, inactiveMs }: Limits,
  signal: AbortSignal,
): Promise<void> {
  const now = parts.now()
  const removed = (person: Readonly<{ tenantId: string; id: string; source: string }>) =>
    directoryChanged({ kind: 'person', did: 'removed', ...person })
  await deleteInactive(parts.database, now - inactiveMs, now, removed, signal)
  await judgeRemovals(parts.database, now)
  const erased = await eraseDue(
    parts,
    now - deletedMs,
    ({ kind, tenantId, id, source }) =>
      directoryChanged({
        kind: kind === 'user' ? 'person' : 'group',
        did: 'erased',
        tenantId,
        id,
        source,
      }),
    signal,
  )
  if (erased === 0) return
  // The rows are deleted; the log of the database still has old pages.
  const pause = async (ms: number) => void (await delay(ms, undefined, { signal }))
  await scrubDeleted(parts.database, photoTables, [], pause)
}

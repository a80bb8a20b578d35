/**
 * The job that removes replaced packs after the grace time, and finishes interrupted removals of contact folders.
 */
import { finishRemovals } from '../directory/mailbox/remove-folder.ts'
import type { Events } from '../events.ts'
import type { Parts } from '../graph/request/request.ts'
import type { Instruments } from '../monitoring/instruments.ts'
import { forgetUnnamed } from '../photos/forget.ts'
import { graceByScans } from '../photos/grace.ts'
import { sweepWithGrace } from '../photos/sweep.ts'
import type { Limits } from '../settings/limits.ts'
import { takeTurn } from '../storage/turns.ts'
import { type Job, repeat } from './jobs.ts'

/** Undefined if the settings turn the sweep off. */
export function sweeping(
  parts: Parts,
  { troubled }: Pick<Events, 'troubled'>,
  { sweepEveryMs, sweepGraceMs, sweeps }: Limits,
  swept: Instruments['swept'],
): Job | undefined {
  if (sweepEveryMs === 0) return undefined
  const grace = graceByScans(parts, sweepGraceMs)
  const isLeft = parts.isReadOnly === true || sweeps === 'memory'
  const run = async (signal: AbortSignal) => {
    await forgetUnnamed(parts)
    const work = async () => {
      await finishRemovals(parts, parts.now())
      return await sweepWithGrace(parts, grace, signal)
    }
    const found = isLeft ? undefined : await takeTurn(parts.database, 'sweep', work)
    swept?.(found)
  }
  return repeat(sweepEveryMs, run, error => troubled('sweeping old photos', error))
}

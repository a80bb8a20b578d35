/** Removals that wait because they were very many, for an operator at a terminal. */
import { confirmRemovals, judgeRemovals, listWaiting } from '../directory/leaving/removals.ts'
import type { Database } from '../storage/schema.ts'

export type WaitingRemovals = Readonly<{
  tenantId: string
  source: string
  /** People who were removed. */
  removed: number
  /** ISO 8601. */
  since: string
}>

type Filter = Readonly<{ tenantId: string | undefined; source: string | undefined }>

/** Includes removals that no server has checked yet. */
export async function findWaitingRemovals(
  database: Database,
  { tenantId, source }: Filter,
  now: number,
): Promise<WaitingRemovals[]> {
  await judgeRemovals(database, now)
  const waiting = await listWaiting(database)
  return waiting
    .filter(one => tenantId === undefined || one.tenantId === tenantId)
    .filter(one => source === undefined || one.source === source)
    .map(({ since, ...one }) => ({ ...one, since: new Date(since).toISOString() }))
}

export async function letRemovalsGoOn(
  database: Database,
  waiting: readonly WaitingRemovals[],
  now: number,
): Promise<void> {
  for (const one of waiting) await confirmRemovals(database, one, now)
}

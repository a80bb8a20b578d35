/**
 * The state of each source: when a whole run last succeeded, and how many of its removals wait for an operator.
 */
import type { Database } from '../../storage/schema.ts'
import { listWaiting, type SourceKey } from '../leaving/removals.ts'

/** The state of one source in all tenants. */
type SourceState = Readonly<{
  source: string
  /** Epoch milliseconds, the oldest of the tenants; undefined for a source without runs. */
  lastSuccessAt: number | undefined
  /** People whose removal waits for an operator. */
  waiting: number
}>

/** For a source with whole runs: call it when a run has succeeded. */
export async function recordSuccess(
  database: Database,
  { tenantId, source }: SourceKey,
  at: number,
): Promise<void> {
  const none = { judged_at: 0, waiting_since: null, confirmed_at: 0 }
  await database
    .insertInto('sources')
    .values({ tenant_id: tenantId, source, last_success_at: at, ...none })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'source']).doUpdateSet({ last_success_at: at }),
    )
    .execute()
}

/** By source. */
export async function readSourceStates(database: Database): Promise<SourceState[]> {
  const rows = await database
    .selectFrom('sources')
    .select(['source', 'last_success_at'])
    .orderBy('source')
    .execute()
  const waiting = await listWaiting(database)
  const bySource = Map.groupBy(rows, row => row.source)
  return [...bySource].map(([source, known]) => {
    const times = known.map(row => row.last_success_at).filter(at => at !== null)
    const theirs = waiting.filter(one => one.source === source)
    return {
      source,
      lastSuccessAt: times.length === 0 ? undefined : Math.min(...times),
      waiting: theirs.reduce((sum, { removed }) => sum + removed, 0),
    }
  })
}

/**
 * The brake on removals: when one source removes more than 20 % and more than 20 of its people within a day, none of
 * them is erased until an operator confirms it. They stay hidden, and can be restored. It erases nothing itself.
 */
import { sql } from 'kysely'
import type { Database, SourceRow } from '../../storage/schema.ts'

export const dayMs = 86_400_000
const minuteMs = 60_000

/** A source may remove this many people within a day, and this share of its people, without a question. */
export const brake = { people: 20, share: 0.2 } as const

export type SourceKey = Readonly<{ tenantId: string; source: string }>

/** Removals of one source that wait for an operator. */
type Waiting = SourceKey &
  Readonly<{
    /** Epoch milliseconds of the first of them. */
    since: number
    /** People who are removed since then. */
    removed: number
  }>

/** Checks every source that has removed people, and marks removals that have to wait from now on. */
export async function judgeRemovals(database: Database, now: number): Promise<void> {
  for await (const key of listRemovingSources(database, 'users')) {
    await judge(database, key, now)
  }
}

/** Counts the deleted rows, so a source that removes people reports nothing. */
async function judge(database: Database, key: SourceKey, now: number): Promise<void> {
  const known = await readSource(database, key)
  if (known.waiting_since !== null) return
  // Windows that end before judged_at were checked.
  const after = Math.max(known.confirmed_at, known.judged_at - dayMs, 0)
  const waitingSince = await findTooMany(database, key, after)
  await write(database, { ...known, judged_at: now, waiting_since: waitingSince ?? null })
}

type Minute = Readonly<{ minute: number; removed: number }>

/** When the first day with too many removals began. */
async function findTooMany(
  database: Database,
  key: SourceKey,
  after: number,
): Promise<number | undefined> {
  const minutes = await countByMinute(database, key, after)
  const all = minutes.reduce((sum, { removed }) => sum + removed, 0)
  if (all <= brake.people) return undefined
  // More people than this make the share too small, however the removals are spread.
  const present = await countPresent(database, key, Math.ceil(all / brake.share))
  let first = 0
  let inDay = 0
  let before = 0
  for (const { minute, removed } of minutes) {
    inDay += removed
    for (let oldest = minutes[first]; oldest && isDayBefore(oldest, minute); ) {
      inDay -= oldest.removed
      before += oldest.removed
      first += 1
      oldest = minutes[first]
    }
    const people = present + all - before
    const isTooMany = inDay > brake.people && inDay > people * brake.share
    if (isTooMany) return Math.max((minutes[first]?.minute ?? minute) * minuteMs, after + 1)
  }
  return undefined
}

function isDayBefore(oldest: Minute, minute: number): boolean {
  return minute - oldest.minute >= dayMs / minuteMs
}

async function countByMinute(
  database: Database,
  { tenantId, source }: SourceKey,
  after: number,
): Promise<Minute[]> {
  const minute = sql<number>`deleted_at / ${sql.lit(minuteMs)}`
  const rows = await database
    .selectFrom('users')
    .select(minute.as('minute'))
    .select(({ fn }) => fn.countAll().as('removed'))
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .where('deleted_at', '>', after)
    .groupBy(minute)
    .orderBy('minute')
    .execute()
  return rows.map(row => ({ minute: Number(row.minute), removed: Number(row.removed) }))
}

const pageSize = 5_000

/** Counts at most `enough`, page by page, because no index is by source. */
async function countPresent(
  database: Database,
  { tenantId, source }: SourceKey,
  enough: number,
): Promise<number> {
  let present = 0
  for (let after = ''; present < enough; ) {
    const rows = await database
      .selectFrom('users')
      .select(['id', 'source', 'deleted_at'])
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageSize)
      .execute()
    present += rows.filter(row => row.source === source && row.deleted_at === null).length
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) break
    after = last.id
  }
  return present
}

/** By tenant and source. */
export async function listWaiting(database: Database): Promise<Waiting[]> {
  const rows = await database
    .selectFrom('sources')
    .select(['tenant_id', 'source', 'waiting_since'])
    .where('waiting_since', 'is not', null)
    .orderBy('tenant_id')
    .orderBy('source')
    .execute()
  const waiting: Waiting[] = []
  for (const { tenant_id: tenantId, source, waiting_since } of rows) {
    const since = waiting_since ?? 0
    const removed = await countSince(database, { tenantId, source }, since)
    waiting.push({ tenantId, source, since, removed })
  }
  return waiting
}

async function countSince(
  database: Database,
  { tenantId, source }: SourceKey,
  since: number,
): Promise<number> {
  const row = await database
    .selectFrom('users')
    .select(({ fn }) => fn.countAll().as('removed'))
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .where('deleted_at', '>=', since)
    .executeTakeFirst()
  return Number(row?.removed ?? 0)
}

/** The confirmed people are erased when their days have passed, and do not count again. */
export async function confirmRemovals(
  database: Database,
  { tenantId, source }: SourceKey,
  now: number,
): Promise<void> {
  await database
    .updateTable('sources')
    .set({ waiting_since: null, confirmed_at: now, judged_at: now })
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .execute()
}

/**
 * For removals that an operator has confirmed before they are made at `at`: they do not count. Nothing changes where
 * earlier removals of the source wait: these were not asked about.
 */
export async function confirmInAdvance(
  database: Database,
  { tenantId, source }: SourceKey,
  at: number,
): Promise<void> {
  const none = { last_success_at: null, judged_at: 0, waiting_since: null }
  await database
    .insertInto('sources')
    .values({ tenant_id: tenantId, source, confirmed_at: at, ...none })
    .onConflict(conflict =>
      conflict
        .columns(['tenant_id', 'source'])
        .doUpdateSet({ confirmed_at: at })
        .where('sources.waiting_since', 'is', null),
    )
    .execute()
}

export async function readSource(
  database: Database,
  { tenantId, source }: SourceKey,
): Promise<SourceRow> {
  const row = await database
    .selectFrom('sources')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .executeTakeFirst()
  const none = { last_success_at: null, judged_at: 0, waiting_since: null, confirmed_at: 0 }
  return row ?? { tenant_id: tenantId, source, ...none }
}

/** Writes nothing if an operator has confirmed removals meanwhile. */
async function write(database: Database, row: SourceRow): Promise<void> {
  await database
    .insertInto('sources')
    .values(row)
    .onConflict(conflict =>
      conflict
        .columns(['tenant_id', 'source'])
        .doUpdateSet({ judged_at: row.judged_at, waiting_since: row.waiting_since })
        .where('sources.confirmed_at', '=', row.confirmed_at),
    )
    .execute()
}

/** Sources with deleted people or groups, one step in an index each. */
export async function* listRemovingSources(
  database: Database,
  table: 'users' | 'groups',
): AsyncGenerator<SourceKey> {
  let last: SourceKey = { tenantId: '', source: '' }
  for (;;) {
    const { rows } = await sql<{ tenant_id: string; source: string }>`
      select tenant_id, source from ${sql.table(table)}
      where deleted_at is not null and (tenant_id, source) > (${last.tenantId}, ${last.source})
      order by tenant_id, source limit 1`.execute(database)
    const [next] = rows
    if (next === undefined) return
    last = { tenantId: next.tenant_id, source: next.source }
    yield last
  }
}

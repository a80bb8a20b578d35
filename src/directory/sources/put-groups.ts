/** Writes many groups of one source in one transaction. An unchanged group costs no write. */
import { Failure } from '../../failure.ts'
import type { Database, GroupRow } from '../../storage/schema.ts'
import { inTransaction, lockNames, lockRows } from '../../storage/transactions.ts'
import { dropErasedPhoto } from '../deleted.ts'
import { type GroupFields, toGroup, writeGroup } from '../group-rows.ts'
import { toRow } from '../groups.ts'
import { type Origin, refuseOtherSource, type Source } from '../origin.ts'

export type WantedGroup = Readonly<{
  id: string
  externalId: string
  /** A property that is left out stays; undefined takes the value away. */
  fields: Partial<Omit<GroupFields, 'id'>> & Readonly<{ displayName: string }>
}>

type Merged = Readonly<{
  row: GroupRow
  did: 'created' | 'restored' | 'changed' | 'unchanged'
  /** Columns with another value than before; empty for a new group. */
  changed: readonly (keyof GroupRow)[]
}>

/** Throws Failure 'managed-elsewhere'. */
export function mergeGroup(
  tenantId: string,
  known: GroupRow | undefined,
  {
    id,
    externalId,
    fields,
  }: Omit<WantedGroup, 'externalId'> & Readonly<{ externalId: string | undefined }>,
  origin: Pick<Origin, 'source' | 'at'>,
): Merged {
  if (known !== undefined) refuseOtherSource(known, origin.source)
  const before = known === undefined ? { id } : toGroup(known)
  const row = toRow(tenantId, { ...before, ...fields }, { ...origin, externalId })
  if (known === undefined) return { row, did: 'created', changed: [] }
  const names = Object.keys(row) as (keyof GroupRow)[]
  const changed = names.filter(name => name !== 'changed_at' && row[name] !== known[name])
  if (known.deleted_at !== null) return { row, did: 'restored', changed }
  return { row, did: changed.length === 0 ? 'unchanged' : 'changed', changed }
}

/** The outcome for one group; the Failure is 'managed-elsewhere', or 'value-taken' for an external id. */
export type PutOutcome = Merged['did'] | Failure

type Called = Pick<WantedGroup, 'externalId'> & Readonly<{ id: string | undefined }>

export type KnownGroups = Readonly<{
  withId: (id: string) => GroupRow | undefined
  /** By external id, in this source. */
  called: (externalId: string) => GroupRow | undefined
}>

/** At most 500. Deleted groups are found too. `hold` locks the rows until the transaction ends. */
export async function findKnownGroups(
  database: Database,
  tenantId: string,
  source: Source,
  groups: readonly Called[],
  how: 'look' | 'hold' = 'look',
): Promise<KnownGroups> {
  const present = () => database.selectFrom('groups').selectAll().where('tenant_id', '=', tenantId)
  const ids = groups.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const externalIds = groups.map(group => group.externalId)
  const withIds = present().where('id', 'in', ids).orderBy('id')
  const called = present()
    .where('source', '=', source)
    .where('external_id', 'in', externalIds)
    .orderBy('id')
  const read = (query: typeof called) => (how === 'hold' ? lockRows(query) : query).execute()
  const rows = [...(ids.length === 0 ? [] : await read(withIds)), ...(await read(called))]
  const byId = new Map(rows.map(row => [row.id, row]))
  const ofSource = rows.filter(row => row.source === source)
  const byExternalId = new Map(ofSource.map(row => [row.external_id, row]))
  return {
    withId: id => byId.get(id),
    called: externalId => byExternalId.get(externalId),
  }
}

/** In the order of the list: at most 500 groups, no two with the same id or external id. */
export async function putGroups(
  database: Database,
  tenantId: string,
  groups: readonly WantedGroup[],
  origin: Pick<Origin, 'source' | 'at'>,
): Promise<PutOutcome[]> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const known = await findKnownGroups(transaction, tenantId, origin.source, groups, 'hold')
    const outcomes: PutOutcome[] = []
    for (const group of groups) {
      const merged = mergeKnown(tenantId, known, group, origin)
      outcomes.push(merged instanceof Failure ? merged : merged.did)
      if (merged instanceof Failure || merged.did === 'unchanged') continue
      const before = known.withId(group.id)
      if (before === undefined) await transaction.insertInto('groups').values(merged.row).execute()
      else await writeGroup(transaction, merged.row)
      const owner = { tenantId, kind: 'group', id: group.id } as const
      await dropErasedPhoto(transaction, before, owner, origin.at)
    }
    return outcomes
  })
}

function mergeKnown(
  tenantId: string,
  known: KnownGroups,
  group: WantedGroup,
  origin: Pick<Origin, 'source' | 'at'>,
): Merged | Failure {
  const { id, externalId } = group
  const namesake = known.called(externalId)
  if (namesake !== undefined && namesake.id !== id) {
    return new Failure('value-taken', { facts: { property: 'externalId', value: externalId } })
  }
  try {
    return mergeGroup(tenantId, known.withId(id), group, origin)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The groups of this source that are not deleted, by id. */
export async function listGroupsOf(
  database: Database,
  tenantId: string,
  source: Source,
  { top, after = '' }: Readonly<{ top: number; after: string | undefined }>,
): Promise<Pick<GroupRow, 'id' | 'display_name'>[]> {
  return await database
    .selectFrom('groups')
    .select(['id', 'display_name'])
    .where('tenant_id', '=', tenantId)
    .where('id', '>', after)
    .where('source', '=', source)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .limit(top)
    .execute()
}

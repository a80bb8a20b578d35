/**
 * Finds many people at once by id, external id and name, at most 500 people a call. Deleted people are found too: they
 * still have their ids.
 */
import { Failure } from '../../failure.ts'
import { normalizeId } from '../../guid.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { lockRows } from '../../storage/transactions.ts'
import type { Source } from '../origin.ts'
import { userNameKey } from '../queries/name-key.ts'

type Called = Readonly<{
  /** undefined for a person without one yet. */
  id: string | undefined
  externalId: string
  userPrincipalName: string
}>

export type KnownUsers = Readonly<{
  withId: (id: string) => UserRow | undefined
  /** By external id, in this source. */
  called: (externalId: string) => UserRow | undefined
  /** The person because of whom `id` cannot get this name: its holder, or a person with this id. */
  inTheWay: (userPrincipalName: string, id: string | undefined) => UserRow | undefined
}>

/** `hold` locks the rows until the transaction ends, for one that has locked the names of the tenant. */
export async function findKnownUsers(
  database: Database,
  tenantId: string,
  source: Source,
  people: readonly Called[],
  how: 'look' | 'hold' = 'look',
): Promise<KnownUsers> {
  const names = people.map(person => person.userPrincipalName)
  const keys = names.map(userNameKey)
  const given = people.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const externalIds = people.map(person => person.externalId)
  const present = () => database.selectFrom('users').where('tenant_id', '=', tenantId)
  const queries = [
    present().where('id', 'in', [...given, ...names, ...keys]),
    present().where('source', '=', source).where('external_id', 'in', externalIds),
    present().where('user_principal_name_key', 'in', keys),
  ]
  const rows: UserRow[] = []
  const held = new Set<string>()
  for (const query of queries) {
    if (how === 'look') rows.push(...(await query.selectAll().execute()))
    else for (const { id } of await query.select('id').execute()) held.add(id)
  }
  if (held.size > 0) rows.push(...(await hold(database, tenantId, [...held])))
  const byId = new Map(rows.map(row => [row.id, row]))
  const ofSource = rows.filter(row => row.source === source)
  const byExternalId = new Map(ofSource.map(row => [row.external_id, row]))
  const byKey = new Map(rows.map(row => [row.user_principal_name_key, row]))
  return {
    withId: id => byId.get(id),
    called: externalId => byExternalId.get(externalId),
    inTheWay: (name, id) => {
      const key = userNameKey(name)
      return [byKey.get(key), byId.get(name), byId.get(key)].find(
        row => row !== undefined && row.id !== id,
      )
    },
  }
}

/**
 * In one statement and by id, the order of every transaction that locks several people: otherwise two could wait for
 * each other.
 */
async function hold(
  transaction: Database,
  tenantId: string,
  ids: readonly string[],
): Promise<UserRow[]> {
  const people = transaction
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .orderBy('id')
  return await lockRows(people).execute()
}

/**
 * The manager's id, or null where there is no such person; undefined and null stay. Throws Failure 'resource-invalid'
 * when both are the same person.
 */
export async function findPresentManager(
  database: Database,
  tenantId: string,
  personId: string,
  managerId: string | null | undefined,
): Promise<string | null | undefined> {
  if (managerId === undefined || managerId === null) return managerId
  const id = normalizeId(managerId)
  if (id === personId) {
    throw new Failure('resource-invalid', {
      facts: { reason: 'a user cannot be their own manager' },
    })
  }
  return (await findManagerIds(database, tenantId, [id])).has(id) ? id : null
}

/** The people of this source who are not deleted, by id. */
export async function listUsersOf(
  database: Database,
  tenantId: string,
  source: Source,
  { top, after = '' }: Readonly<{ top: number; after: string | undefined }>,
): Promise<Pick<UserRow, 'id' | 'user_principal_name' | 'display_name'>[]> {
  return await database
    .selectFrom('users')
    .select(['id', 'user_principal_name', 'display_name'])
    .where('tenant_id', '=', tenantId)
    .where('id', '>', after)
    .where('source', '=', source)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .limit(top)
    .execute()
}

/** Id -> the manager's id, for people who are not deleted. */
export async function findManagerIds(
  database: Database,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await database
    .selectFrom('users')
    .select(['id', 'manager_id'])
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(rows.map(({ id, manager_id }) => [id, manager_id]))
}

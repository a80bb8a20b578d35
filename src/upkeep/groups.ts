/** Groups and teams for an operator at a terminal: listed, and found by id or name, in any tenant. */
import { findGroups, type GroupWithPhoto } from '../directory/groups.ts'
import { joinPhoto } from '../photos/pointer.ts'
import type { Database, GroupRow } from '../storage/schema.ts'
import { type FieldsOf, type Read, readFields, toTime } from './fields.ts'
import { inPages, pageSize, tenantsOf } from './in-pages.ts'
import { type Filter, isWanted, type Position, positionOf } from './list-people.ts'
import { onlyOne } from './only-one.ts'
import type { Named } from './people.ts'
import { expectText } from './texts.ts'

/** The fields of a group, in the order of the columns of a CSV. Times are in ISO 8601. */
const fields = {
  tenantId: row => row.tenant_id,
  id: row => row.id,
  displayName: row => row.display_name,
  description: row => row.description,
  mail: row => row.mail,
  mailNickname: row => row.mail_nickname,
  visibility: row => row.visibility,
  isUnified: row => row.is_unified === 1,
  isTeam: row => row.is_team === 1,
  hasPhoto: row => row.version !== null,
  photoChangedAt: row => toTime(row.updated_at),
  source: row => row.source,
  externalId: row => row.external_id,
  changedAt: row => toTime(row.changed_at),
  deletedAt: row => toTime(row.deleted_at),
} as const satisfies FieldsOf<GroupWithPhoto<keyof GroupRow>>

export type Group = Read<typeof fields>
export const groupFields = Object.keys(fields) as (keyof Group)[]

/** Ordered by tenant, then name, then id. A page may be empty, as in listPeople. */
export async function* listGroups(
  database: Database,
  filter: Filter,
): AsyncGenerator<readonly Group[]> {
  for await (const tenantId of tenantsWithGroups(database, filter.tenantId)) {
    const read = (after: Position | undefined) => readGroups(database, tenantId, after)
    for await (const rows of inPages(read, positionOf)) {
      yield rows.map(row => readFields(fields, row)).filter(group => isWanted(group, filter))
    }
  }
}

/**
 * By id, otherwise by the exact display name. Throws Failure if there is none, or more than one: names of groups are
 * not unique.
 */
export async function findGroup(
  database: Database,
  named: Named,
  state: 'present' | 'deleted' | 'any' = 'present',
): Promise<Group> {
  const name = expectText('the name', named.name)
  const byId = await findGroups(database, name)
  const rows = byId.length > 0 ? byId : await findByName(database, named)
  const present = rows.filter(row => row.deleted_at === null)
  const gone = rows.filter(row => row.deleted_at !== null)
  const anyone = present.length > 0 ? present : gone
  const found = { present, deleted: gone, any: anyone }[state]
  const keys = found.map(({ tenant_id: tenantId, id }) => ({ tenantId, id }))
  const none = noneOf(state, gone.length)
  return await readGroup(database, onlyOne(keys, { kind: 'group', ...named }, { none, hint }))
}

/** Present or removed. */
export async function findGroupWithId(
  database: Database,
  key: GroupKey,
): Promise<Group | undefined> {
  const rows = await findGroups(database, key.id)
  const isThere = rows.some(row => row.tenant_id === key.tenantId)
  return isThere ? await readGroup(database, key) : undefined
}

const hint = 'Use its id, and --tenant.'

function noneOf(state: 'present' | 'deleted' | 'any', gone: number): string {
  if (state === 'deleted') return ' that was removed'
  const isGone = state === 'present' && gone > 0
  return isGone ? '. A removed one exists: `visage groups restore` restores it' : ''
}

/** Enough for the message that a name is not unique. */
const maxOfOneName = 10

async function findByName(database: Database, { name, tenantId: only }: Named) {
  const found = []
  for await (const tenantId of tenantsWithGroups(database, only)) {
    const rows = await database
      .selectFrom('groups')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('display_name', '=', name)
      .orderBy('id')
      .limit(maxOfOneName)
      .execute()
    found.push(...rows)
  }
  return found
}

export async function readGroup(
  database: Database,
  { tenantId, id }: Readonly<{ tenantId: string; id: string }>,
): Promise<Group> {
  const query = database
    .selectFrom('groups')
    .selectAll('groups')
    .where('groups.tenant_id', '=', tenantId)
    .where('groups.id', '=', id)
  return readFields(fields, await joinPhoto(query, 'group').executeTakeFirstOrThrow())
}

async function readGroups(
  database: Database,
  tenantId: string,
  after: Position | undefined,
): Promise<GroupWithPhoto<keyof GroupRow>[]> {
  const all = database
    .selectFrom('groups')
    .selectAll('groups')
    .where('groups.tenant_id', '=', tenantId)
    .$if(after !== undefined, query =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('groups.display_name', 'groups.id'),
          '>',
          tuple(after?.name ?? '', after?.id ?? ''),
        ),
      ),
    )
    .orderBy('groups.display_name')
    .orderBy('groups.id')
    .limit(pageSize)
  return await joinPhoto(all, 'group').execute()
}

export type GroupKey = Readonly<{ tenantId: string; id: string }>

function tenantsWithGroups(database: Database, only: string | undefined) {
  return tenantsOf(only, after =>
    database
      .selectFrom('groups')
      .select('tenant_id')
      .where('tenant_id', '>', after)
      .orderBy('tenant_id')
      .limit(1)
      .executeTakeFirst(),
  )
}

/**
 * People for an operator at a terminal: listed, and found by id or name, in any tenant. There are no permissions:
 * everyone who can open the store may read it.
 */
import { listDeletedUsers } from '../directory/deleted.ts'
import { findManager } from '../directory/people-of-group.ts'
import { userNameKey } from '../directory/queries/name-key.ts'
import { findPeople, type User, type UserWithPhoto } from '../directory/users.ts'
import { joinPhoto } from '../photos/pointer.ts'
import type { Database, UserRow } from '../storage/schema.ts'
import { type FieldsOf, type Read, readFields, toTime } from './fields.ts'
import { inPages, pageSize, tenantsOf } from './in-pages.ts'
import { onlyOne } from './only-one.ts'
import { expectText, unfit } from './texts.ts'

/** The fields of a person, in the order of the columns of a CSV. Times are in ISO 8601. */
const fields = {
  tenantId: row => row.tenant_id,
  id: row => row.id,
  userPrincipalName: row => row.user_principal_name,
  displayName: row => row.display_name,
  givenName: row => row.given_name,
  surname: row => row.surname,
  mail: row => row.mail,
  mailNickname: row => row.mail_nickname,
  jobTitle: row => row.job_title,
  department: row => row.department,
  employeeId: row => row.employee_id,
  userType: row => row.user_type,
  isActive: row => row.is_active === 1,
  managerId: row => row.manager_id,
  hasPhoto: row => row.version !== null,
  photoChangedAt: row => toTime(row.updated_at),
  source: row => row.source,
  externalId: row => row.external_id,
  changedAt: row => toTime(row.changed_at),
  deletedAt: row => toTime(row.deleted_at),
} as const satisfies FieldsOf<UserWithPhoto<keyof User>>

export type Person = Read<typeof fields>
export const personFields = Object.keys(fields) as (keyof Person)[]
export const toPerson = (row: UserWithPhoto<keyof User>): Person => readFields(fields, row)

export type Named = Readonly<{ name: string; tenantId: string | undefined }>

/** A present person, by id or userPrincipalName. Throws Failure if there is none, or more than one. */
export async function findPerson(database: Database, named: Named): Promise<Person> {
  const present = await findPresent(database, named)
  const gone = present.length > 0 ? [] : await findGone(database, named)
  const none = gone.length > 0 ? '. A removed one exists: `visage people restore` restores it' : ''
  return await readPerson(database, onlyOne(present, { kind: 'user', ...named }, { none, hint }))
}

/** A deleted person, by id or former name. Throws as findPerson does. */
export async function findDeletedPerson(database: Database, named: Named): Promise<Person> {
  const gone = await findGone(database, named)
  const none = ' that was removed'
  return await readPerson(database, onlyOne(gone, { kind: 'user', ...named }, { none, hint }))
}

/** A present person, otherwise a deleted one. Throws as findPerson does. */
export async function findAnyPerson(database: Database, named: Named): Promise<Person> {
  const present = await findPresent(database, named)
  const found = present.length > 0 ? present : await findGone(database, named)
  return await readPerson(database, onlyOne(found, { kind: 'user', ...named }, { none: '', hint }))
}

/** Undefined if the person has no manager, or a deleted one. */
export async function findManagerOf(
  database: Database,
  { tenantId, id: userId }: Person,
): Promise<Person | undefined> {
  const row = await findManager(database, { tenantId, userId })
  return row && (await readPerson(database, toKey(row)))
}

/** Present or deleted. */
export async function findWithId(
  database: Database,
  { tenantId, id }: Key,
): Promise<Person | undefined> {
  const rows = await findPeople(database, id)
  const row = rows.find(one => one.tenant_id === tenantId && one.id === id)
  return row && (await readPerson(database, toKey(row)))
}

/** The present person with this name. */
export async function findWithName(
  database: Database,
  tenantId: string,
  name: string,
): Promise<Person | undefined> {
  const [key] = await findPresent(database, { name, tenantId })
  return key && (await readPerson(database, key))
}

/** The name of a person in messages. */
export function nameOf({ displayName, userPrincipalName }: Person): string {
  return `${displayName} (${userPrincipalName})`
}

/** The tenant of the directory; undefined if it is empty. Throws Failure if there are several. */
export async function findOnlyTenant(database: Database): Promise<string | undefined> {
  const found: string[] = []
  for await (const tenantId of tenantsWithPeople(database, undefined)) {
    found.push(tenantId)
    if (found.length < 2) continue
    throw unfit(
      `there are several tenants, such as ${found.join(' and ')}: choose one with --tenant`,
    )
  }
  return found[0]
}

const hint = 'Use its id, and --tenant.'

type Key = Readonly<{ tenantId: string; id: string }>

function toKey({ tenant_id: tenantId, id }: Pick<UserRow, 'tenant_id' | 'id'>): Key {
  return { tenantId, id }
}

async function findPresent(database: Database, named: Named): Promise<Key[]> {
  const rows = await findPeople(database, expectText('the name', named.name))
  const present = rows.filter(row => row.deleted_at === null).map(toKey)
  return present.filter(isInTenant(named))
}

function isInTenant({ tenantId }: Named) {
  return (key: Key) => tenantId === undefined || key.tenantId === tenantId
}

/** No index has the former names of deleted people, so all deleted people are read page by page. */
async function findGone(database: Database, named: Named): Promise<Key[]> {
  const rows = await findPeople(database, expectText('the name', named.name))
  const gone = rows.filter(row => row.deleted_at !== null).map(toKey)
  const byId = gone.filter(isInTenant(named))
  if (byId.length > 0) return byId
  const found: Key[] = []
  const nameKey = userNameKey(named.name)
  for await (const tenantId of tenantsWithPeople(database, named.tenantId)) {
    const read = (after: string | undefined) =>
      listDeletedUsers(database, tenantId, { top: pageSize, after })
    for await (const page of inPages(read, row => row.id)) {
      const same = page.filter(row => userNameKey(row.user_principal_name) === nameKey)
      found.push(...same.map(toKey))
    }
  }
  return found
}

export async function readPerson(database: Database, { tenantId, id }: Key): Promise<Person> {
  const query = database
    .selectFrom('users')
    .selectAll('users')
    .where('users.tenant_id', '=', tenantId)
    .where('users.id', '=', id)
  return toPerson(await joinPhoto(query, 'user').executeTakeFirstOrThrow())
}

export function tenantsWithPeople(database: Database, only: string | undefined) {
  return tenantsOf(only, after =>
    database
      .selectFrom('users')
      .select('tenant_id')
      .where('tenant_id', '>', after)
      .orderBy('tenant_id')
      .limit(1)
      .executeTakeFirst(),
  )
}

/**
 * Users: find by id or name with the pointer to the photo, list, add. Permissions are not checked
 * here.
 */
import { type Expression, expressionBuilder } from 'kysely'
import { isGuid, normalizeId } from '../guid.ts'
import { joinPhoto, type PhotoColumns } from '../photos/pointer.ts'
import { prepareRow, type Query } from '../storage/prepared.ts'
import type { Database, Schema, UserRow } from '../storage/schema.ts'
import { findInAnyTenant } from './any-tenant.ts'
import {
  type CallerColumns,
  type CallerKey,
  callerNames,
  prepareForCaller,
} from './caller-state.ts'
import { byGraph, type Origin, originColumns } from './origin.ts'
import type { Condition } from './queries/condition.ts'
import type { Searchable } from './queries/find-by-words.ts'
import { countRows, listRows, type Page } from './queries/list-rows.ts'
import { userNameKey } from './queries/name-key.ts'
import { searchText } from './queries/search.ts'
import { linkOf, personOf } from './sign-ins.ts'

export type User = UserRow

/** The columns that a request for a photo needs of the person. */
const photoOwnerColumns = [
  'tenant_id',
  'id',
  'user_principal_name_key',
  'names_at',
  'is_active',
] as const satisfies (keyof UserRow)[]

/** The names that a newer token of the person may change. */
const nameColumns = [
  'user_principal_name',
  'display_name',
  'given_name',
  'surname',
  'mail',
] as const satisfies (keyof UserRow)[]

export type UserNames = Pick<UserRow, (typeof nameColumns)[number]>

/** The columns that a request for the person themselves shows. */
export const userEntryColumns = [
  ...nameColumns,
  'job_title',
  'user_type',
  'department',
  'employee_id',
  'mail_nickname',
  'manager_id',
  'deleted_at',
] as const satisfies (keyof UserRow)[]

/** A person and the pointer to their photo. A proof by the photo (find-by-photo.ts) leaves the names out. */
export type UserWithPhoto<Column extends keyof UserRow = never> = Pick<
  UserRow,
  'tenant_id' | 'id' | 'is_active'
> &
  Readonly<Record<'user_principal_name_key', string | null>> &
  Readonly<Record<'names_at', number | null>> &
  Pick<UserRow, Column> &
  PhotoColumns

type EntryColumn = (typeof userEntryColumns)[number]
export type UserEntry = UserWithPhoto<EntryColumn>

/** What Graph shows of a person. */
export type ShownUser = Pick<UserRow, EntryColumn | 'id' | 'is_active'>

/** With 'id', a name finds nobody: issuers other than Entra use ids that look like names. */
export type FindBy = 'id' | 'idOrName'

export type FindUser<Column extends keyof UserRow = never> = (
  tenantId: string,
  idOrName: string,
  by?: FindBy,
  caller?: CallerKey,
) => Promise<(UserWithPhoto<Column> & CallerColumns) | undefined>

export type FindUserById<Column extends keyof UserRow = never> = (
  values: Readonly<Record<'tenantId' | 'id', string>>,
  caller: CallerKey | undefined,
) => Promise<(UserWithPhoto<Column> & CallerColumns) | undefined>

/** `linked_id`: the person that the sign-in leads to; null for somebody who is found by their id. */
export type SignedInUser<Column extends keyof UserRow = never> = UserWithPhoto<Column> &
  UserNames &
  Readonly<{ linked_id: string | null }>

/** The person who calls. */
type FindSelf<Column extends keyof UserRow = never> = (
  tenantId: string,
  caller: CallerKey,
) => Promise<SignedInUser<Column> | undefined>

export type UserLookups<Column extends keyof UserRow = never> = Readonly<{
  findUser: FindUser<Column>
  findSelf: FindSelf<Column>
}>

/**
 * Finds by "{id | userPrincipalName}", or by the caller's sign-in. One prepared query for the user and the pointer to
 * the photo, which also reads `columns`; nothing that can change is cached. As in Graph, mail is not a key.
 */
export function prepareUserLookups<Column extends keyof UserRow>(
  database: Database,
  columns: readonly Column[],
  byId: FindUserById<Column> = prepareById(database, columns),
): UserLookups<Column> {
  const byIdOrName = prepareForCaller(database, ['id', 'name'], (db, at) =>
    withPhoto(db, at, columns).where('users.id', '=', idByIdOrName(at)),
  )
  const bySignIn = prepareRow(database, ['tenantId', ...callerNames], (db, at) => {
    const self = withPhoto(db, at, [...columns, ...nameColumns])
      .select(linkOf(at).as('linked_id'))
      .where('users.id', '=', personOf(at))
    return self as Query<SignedInUser<Column>>
  })
  return {
    findUser: (tenantId, idOrName, by = 'idOrName', caller) =>
      lookUpUser(idOrName, by, {
        byId: id => byId({ tenantId, id }, caller),
        byIdOrName: key => byIdOrName({ tenantId, ...key }, caller),
      }),
    findSelf: (tenantId, caller) => bySignIn({ tenantId, ...caller }),
  }
}

function prepareById<Column extends keyof UserRow>(
  database: Database,
  columns: readonly Column[],
): FindUserById<Column> {
  return prepareForCaller(database, ['id'], (db, at) =>
    withPhoto(db, at, columns).where('users.id', '=', at.id),
  )
}

type Lookups<Row> = Readonly<{
  byId: (id: string) => Promise<Row | undefined>
  byIdOrName: (key: Readonly<{ id: string; name: string }>) => Promise<Row | undefined>
}>

/**
 * A name never has the form of a GUID. With 'id', the id comes from a token or a row: see
 * `normalizeId`.
 */
export function lookUpUser<Row>(
  idOrName: string,
  by: FindBy,
  { byId, byIdOrName }: Lookups<Row>,
): Promise<Row | undefined> {
  if (by === 'id') return byId(idOrName)
  if (isGuid(idOrName)) return byId(idOrName.toLowerCase())
  return byIdOrName({ id: idOrName, name: userNameKey(idOrName) })
}

/**
 * Selects by id first, then by name: a person whose name equals another person's id must not be
 * found as that person.
 */
export function idByIdOrName(
  at: Readonly<Record<'tenantId' | 'id' | 'name', Expression<string>>>,
): Expression<string | null> {
  const { fn, selectFrom } = expressionBuilder<Schema, never>()
  const people = selectFrom('users as person')
    .select('person.id')
    .where('person.tenant_id', '=', at.tenantId)
    .where('person.deleted_at', 'is', null)
  return fn.coalesce(
    people.where('person.id', '=', at.id),
    people.where('person.user_principal_name_key', '=', at.name),
  )
}

function withPhoto<Column extends keyof UserRow>(
  database: Database,
  at: Readonly<Record<'tenantId', Expression<string>>>,
  columns: readonly Column[],
) {
  const names = new Set<keyof UserRow>([...photoOwnerColumns, ...columns])
  const present = database
    .selectFrom('users')
    .select([...names].map(name => `users.${name}` as const))
    .where('users.tenant_id', '=', at.tenantId)
    .where('users.deleted_at', 'is', null)
  return joinPhoto(present, 'user').$castTo<UserWithPhoto<Column>>()
}

/** Only the names of people who came by signing in are updated from tokens. */
export function hasOlderNames({ names_at }: Pick<UserRow, 'names_at'>, issuedAt = 0): boolean {
  return names_at !== null && names_at < issuedAt
}

/** Finds people by id or name in every tenant. For commands of an operator, never for a request. */
export async function findPeople(database: Database, idOrName: string): Promise<UserRow[]> {
  const keys = { id: normalizeId(idOrName), user_principal_name_key: userNameKey(idOrName) }
  return await findInAnyTenant(database, 'users', keys)
}

export function listUsers(where: Searchable, tenantId: string, page: Page): Promise<UserRow[]> {
  return listRows(where, 'users', tenantId, page)
}

export function countUsers(
  where: Searchable,
  tenantId: string,
  condition: Condition,
): Promise<number> {
  return countRows(where, 'users', tenantId, condition)
}

export type NewUser = Readonly<{
  id: string
  userPrincipalName: string
  displayName: string
  givenName?: string | undefined
  surname?: string | undefined
  mail?: string | undefined
  jobTitle?: string | undefined
  userType?: 'Member' | 'Guest' | undefined
  employeeId?: string | undefined
  department?: string | undefined
  mailNickname?: string | undefined
  /** Default: true. */
  isActive?: boolean | undefined
}>

/** Adds users. An existing user with the same id or name is not changed. */
export async function addUsers(
  database: Database,
  tenantId: string,
  users: readonly NewUser[],
): Promise<void> {
  // SQLite binds at most 32,766 values in a statement.
  for (let start = 0; start < users.length; start += 1000) {
    const rows = users.slice(start, start + 1000).map(user => toRow(tenantId, user))
    await database
      .insertInto('users')
      .values(rows)
      .onConflict(conflict => conflict.doNothing())
      .execute()
  }
}

/** The row of a person who did not come by signing in. */
export function toRow(tenantId: string, user: NewUser, origin: Origin = byGraph): UserRow {
  return {
    ...originColumns(origin),
    tenant_id: tenantId,
    id: normalizeId(user.id),
    user_principal_name: user.userPrincipalName,
    user_principal_name_key: userNameKey(user.userPrincipalName),
    display_name: user.displayName,
    given_name: user.givenName ?? null,
    surname: user.surname ?? null,
    mail: user.mail ?? null,
    job_title: user.jobTitle ?? null,
    user_type: user.userType ?? 'Member',
    search_text: searchText([
      ['displayName', user.displayName],
      ['givenName', user.givenName],
      ['surname', user.surname],
      ['mail', user.mail],
      ['userPrincipalName', user.userPrincipalName],
    ]),
    names_at: null,
    employee_id: user.employeeId ?? null,
    department: user.department ?? null,
    mail_nickname: user.mailNickname ?? null,
    is_active: user.isActive === false ? 0 : 1,
    inactive_at: user.isActive === false ? origin.at : null,
    manager_id: null,
  }
}

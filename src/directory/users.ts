/**
 * Users: finding one by id or by name together with the pointer to their photo, listing them, adding
 * them. What a caller may see of them is not decided here.
 */
import { prepareRow } from '../storage/prepared.ts'
import type { Database, PhotoRow, UserRow } from '../storage/schema.ts'
import { findByWords, type Searchable } from './find-by-words.ts'
import { type Page, searchText } from './search.ts'

/** The columns of a photo's row that a reader needs; all null when the owner has no photo. */
export type PhotoColumns = Pick<PhotoRow, 'version' | 'upload_hash' | 'renditions' | 'updated_at'>
type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null }

export type User = UserRow
export type UserWithPhoto = User & Nullable<PhotoColumns>

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Ids that are GUIDs compare without case; other issuers' ids are what they are. */
export function normalizeId(id: string): string {
  return guid.test(id) ? id.toLowerCase() : id
}

export function userNameKey(userPrincipalName: string): string {
  return userPrincipalName.normalize('NFC').toLowerCase()
}

/** By 'id' a name is nobody: other issuers than Entra give out ids that look like somebody's name. */
export type FindUser = (
  tenantId: string,
  idOrName: string,
  by?: 'id' | 'idOrName',
) => Promise<UserWithPhoto | undefined>

/**
 * "{id | userPrincipalName}". One query, prepared once, for the user and the pointer to the photo:
 * nothing that can change is remembered between requests. Mail is no key, as in Graph.
 */
export function prepareFindUser(database: Database): FindUser {
  const byId = prepareRow(database, ['tenantId', 'id'], (db, at) =>
    withPhoto(db).where('users.tenant_id', '=', at.tenantId).where('users.id', '=', at.id),
  )
  const byName = prepareRow(database, ['tenantId', 'name'], (db, at) =>
    withPhoto(db)
      .where('users.tenant_id', '=', at.tenantId)
      .where('user_principal_name_key', '=', at.name),
  )
  return (tenantId, idOrName, by = 'idOrName') =>
    byIdOrName(idOrName, by, {
      byId: id => byId({ tenantId, id }),
      byName: name => byName({ tenantId, name }),
    })
}

/** Asks once, unless it reads like a name and is nobody's: then it may be an id all the same. */
export function byIdOrName<Row>(
  idOrName: string,
  by: 'id' | 'idOrName',
  ask: Readonly<Record<'byId' | 'byName', (key: string) => Promise<Row | undefined>>>,
): Promise<Row | undefined> {
  const byId = () => ask.byId(normalizeId(idOrName))
  if (by === 'id' || !idOrName.includes('@')) return byId()
  return ask.byName(userNameKey(idOrName)).then(named => named ?? byId())
}

function withPhoto(database: Database) {
  return database
    .selectFrom('users')
    .leftJoin('photos', join =>
      join
        .onRef('photos.tenant_id', '=', 'users.tenant_id')
        .on('photos.owner_kind', '=', 'user')
        .onRef('photos.owner_id', '=', 'users.id'),
    )
    .selectAll('users')
    .select(['version', 'upload_hash', 'renditions', 'updated_at'])
}

/** By id or name, in whatever tenant: for an operator at a terminal, never for a request. */
export async function findPeople(database: Database, idOrName: string): Promise<UserRow[]> {
  return await database
    .selectFrom('users')
    .selectAll()
    .where(({ eb, or }) =>
      or([
        eb('id', '=', normalizeId(idOrName)),
        eb('user_principal_name_key', '=', userNameKey(idOrName)),
      ]),
    )
    .orderBy('tenant_id')
    .orderBy('id')
    .execute()
}

/** By display name, then by id, so that pages neither skip nor repeat a person. */
export async function listUsers(
  where: Searchable,
  tenantId: string,
  page: Page,
): Promise<UserRow[]> {
  if (page.anyOf.length > 0) return await findByWords(where, 'users', tenantId, page)
  const { after } = page
  const all = where.database.selectFrom('users').selectAll().where('tenant_id', '=', tenantId)
  const rest =
    after === undefined
      ? all
      : all.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('display_name', 'id'), '>', tuple(after.name, after.id)),
        )
  return await rest.orderBy('display_name').orderBy('id').limit(page.top).execute()
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
}>

/** Adds users; those whose id or name is there already stay as they are. */
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

function toRow(tenantId: string, user: NewUser): UserRow {
  return {
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
  }
}

type SignedInProfile = Readonly<{ userPrincipalName?: string; displayName?: string; mail?: string }>

/** As much of a name as an index of either database takes, in any script. */
const maxNameLength = 640

/**
 * Someone who signed in for the first time, as their token describes them. A name that belongs to
 * somebody else is not taken from them: the newcomer is then known by their id, so a token's
 * changeable name claims can neither overwrite nor impersonate a person of the directory.
 * @differs Whoever signs in and is not in the directory yet is added to it; Graph would answer 404.
 */
export async function addSignedInUser(
  { database, findUser }: Readonly<{ database: Database; findUser: FindUser }>,
  tenantId: string,
  id: string,
  profile: SignedInProfile,
): Promise<UserWithPhoto> {
  const { userPrincipalName: name = id } = profile
  const displayName = (profile.displayName ?? name).slice(0, maxNameLength)
  for (const userPrincipalName of [name, `${id}@${tenantId}`]) {
    if (userPrincipalName.length > maxNameLength && userPrincipalName !== id) continue
    const newcomer = { id, userPrincipalName, displayName, mail: profile.mail }
    await addUsers(database, tenantId, [newcomer])
    const user = await findUser(tenantId, id, 'id')
    if (user !== undefined) return user
  }
  throw new Error(`user ${id} of tenant ${tenantId} can neither be added nor found`)
}

/** The same person as they would be added, where nothing may be. */
export function describeSignedInUser(
  tenantId: string,
  id: string,
  { userPrincipalName = id, displayName = userPrincipalName, mail }: SignedInProfile,
): UserWithPhoto {
  const row = toRow(tenantId, { id, userPrincipalName, displayName, mail })
  return { ...row, version: null, upload_hash: null, renditions: null, updated_at: null }
}

/**
 * Adds people who come by signing in, and updates their names from their newest token. A person is
 * identified by id. A name from a token becomes a userPrincipalName only when the issuer vouches
 * for it, and it is free or was set by an older token of another person who signed in.
 */
import { Failure } from '../../failure.ts'
import { normalizeId } from '../../guid.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames } from '../../storage/transactions.ts'
import { writeUser } from '../change-users.ts'
import { isReserved, isValidName, maxNameLength, nameFromId } from '../names.ts'
import { holderOf, isIdOfAnother } from '../names-taken.ts'
import { userNameKey } from '../queries/name-key.ts'
import { addSignIn, findSignIn, type Subject } from '../sign-ins.ts'
import {
  type FindUser,
  hasOlderNames,
  toRow,
  type UserNames,
  type UserWithPhoto,
} from '../users.ts'

/** The claims of a token about the person. */
export type SignedInProfile = Readonly<{
  userName?: string
  /** Whether the issuer vouches for names. `vouchedName` is the name in this token. */
  isVouchedFor?: boolean
  vouchedName?: string
  displayName?: string
  givenName?: string
  surname?: string
  mail?: string
  /** Seconds since 1970. */
  issuedAt?: number
}>

export type SignedIn = Subject & Readonly<{ profile: SignedInProfile }>

type People<Column extends keyof UserRow> = Readonly<{
  database: Database
  findUser: FindUser<Column>
  now: () => number
}>

/** False for an id that equals a generated name of another person. */
export function mayBeAdded(id: string): boolean {
  return !isReserved(id)
}

/**
 * Adds a person who is not in the directory. Throws Failure 'account-deleted'.
 * @differs A person who signs in and is not in the directory is added to it; Graph would answer
 * 404.
 */
export async function addSignedInUser<Column extends keyof UserRow>(
  people: People<Column>,
  person: SignedIn,
): Promise<UserWithPhoto<Column>> {
  const { database, findUser, now } = people
  const id = await inTransaction(database, async transaction => {
    await lockNames(database, transaction, person.tenantId)
    const link = await findSignIn(transaction, person)
    const known = await rowOf(transaction, { ...person, id: link?.user_id ?? person.id })
    // Signing in does not restore a deleted person.
    if (known !== undefined && known.deleted_at !== null) throw new Failure('account-deleted')
    if (known !== undefined) return known.id
    await addOwnRow(transaction, person)
    const added = normalizeId(person.id)
    await addSignIn(transaction, person, added, { by: 'id', at: now() })
    return added
  })
  const user = await findUser(person.tenantId, id, 'id')
  if (user !== undefined) return user
  throw new Error(`user ${person.id} of tenant ${person.tenantId} can neither be added nor found`)
}

/** Keeps other subjects from being linked to a person who signs in by their id. */
export async function keepSignIn(
  { database, now }: Pick<People<never>, 'database' | 'now'>,
  person: SignedIn,
): Promise<void> {
  await inTransaction(database, async transaction => {
    await lockNames(database, transaction, person.tenantId)
    await addSignIn(transaction, person, normalizeId(person.id), { by: 'id', at: now() })
  })
}

/** For a transaction that has locked the names of the tenant and found no row with that id. */
export async function addOwnRow(transaction: Database, person: SignedIn): Promise<void> {
  await releaseName(transaction, person)
  const name = await chooseName(transaction, person)
  await insert(transaction, describe(person, name))
  // The insert did nothing: a person who did not sign in has the name.
  if ((await rowOf(transaction, person)) === undefined) {
    await insert(transaction, describe(person, nameFromId(person.id)))
  }
}

async function insert(transaction: Database, row: UserRow): Promise<void> {
  await transaction
    .insertInto('users')
    .values(row)
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

/** The person as addSignedInUser would add them, without writing, for a read-only store. */
export function describeSignedInUser(person: SignedIn): UserWithPhoto<keyof UserRow> {
  const row = describe(person, nameFromId(person.id))
  return { ...row, version: null, upload_hash: null, renditions: null, updated_at: null }
}

/**
 * Updates the names of a user who `hasOlderNames` than the token. Writes only when a name differs:
 * once per change, not once per request.
 */
export async function followNames<Column extends keyof UserRow>(
  people: Omit<People<Column>, 'now'>,
  user: UserWithPhoto<Column> & UserNames,
  person: SignedIn,
): Promise<UserWithPhoto<Column>> {
  const { issuedAt = 0, isVouchedFor = false } = person.profile
  // When the issuer vouches for names, the newer token's time is stored even if no name changed: it
  // decides between two people with the same name.
  if (hasSameNames(user, person) && !isVouchedFor) return user
  await inTransaction(people.database, async transaction => {
    await lockNames(people.database, transaction, person.tenantId)
    const now = await rowOf(transaction, person)
    if (now === undefined || !hasOlderNames(now, issuedAt)) return
    const name = await chooseName(transaction, person, now)
    await writeUser(transaction, { ...now, ...describe(person, name, now) })
  })
  return (await people.findUser(person.tenantId, user.id, 'id')) ?? user
}

function hasSameNames(user: UserNames, person: SignedIn): boolean {
  const wanted = describe(person, wantedName(person) ?? nameWithoutClaim(person, user), user)
  const columns = ['user_principal_name', 'display_name', 'given_name', 'surname', 'mail'] as const
  return columns.every(column => wanted[column] === user[column])
}

function wantedName({ profile }: SignedIn): string | undefined {
  const { vouchedName } = profile
  return vouchedName !== undefined && isValidName(vouchedName) ? vouchedName : undefined
}

/** A token without a name keeps the current name, unless the issuer no longer vouches for names. */
function nameWithoutClaim({ id, profile }: SignedIn, known: UserNames | undefined): string {
  const { isVouchedFor, vouchedName } = profile
  const stays = isVouchedFor === true && vouchedName === undefined
  return (stays ? known?.user_principal_name : undefined) ?? nameFromId(id)
}

/** Properties that the token lacks keep their value. */
function describe(
  person: SignedIn,
  name: string,
  known?: UserNames & Partial<Pick<UserRow, 'job_title' | 'user_type'>>,
): UserRow {
  const { id, tenantId, profile } = person
  const { userName, displayName, givenName, surname, mail, issuedAt = 0 } = profile
  const origin = { source: 'sign-in', at: issuedAt * 1000 } as const
  const user = {
    id,
    userPrincipalName: name,
    displayName: cut(displayName) ?? known?.display_name ?? cut(userName) ?? id,
    givenName: cut(givenName) ?? known?.given_name ?? undefined,
    surname: cut(surname) ?? known?.surname ?? undefined,
    mail: cut(mail) ?? known?.mail ?? undefined,
    jobTitle: known?.job_title ?? undefined,
  }
  return {
    ...toRow(tenantId, user, origin),
    user_type: known?.user_type ?? 'Member',
    names_at: issuedAt,
  }
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, maxNameLength).toWellFormed()
}

/**
 * The name that the issuer vouches for, taken from another person if set there by an older token;
 * otherwise a name generated from the id.
 */
async function chooseName(
  transaction: Database,
  person: SignedIn,
  known?: UserRow,
): Promise<string> {
  const { tenantId, profile } = person
  const id = normalizeId(person.id)
  const made = nameFromId(id)
  const name = wantedName(person)
  if (name === undefined) return nameWithoutClaim(person, known)
  if (await isIdOfAnother(transaction, tenantId, id, name)) return made
  const holder = await holderOf(transaction, tenantId, userNameKey(name))
  if (holder === undefined || holder.id === id) return name
  if (!hasOlderNames(holder, profile.issuedAt ?? 0)) return made
  await writeUser(transaction, withGeneratedName(holder))
  return name
}

/**
 * Gives a generated name to a person whose name equals the id of the added person: that name would
 * no longer find them.
 */
async function releaseName(transaction: Database, { tenantId, id }: Subject): Promise<void> {
  const holder = await holderOf(transaction, tenantId, userNameKey(id))
  if (holder === undefined || holder.names_at === null || holder.id === normalizeId(id)) return
  await writeUser(transaction, withGeneratedName(holder))
}

async function rowOf(
  transaction: Database,
  { tenantId, id }: Pick<Subject, 'tenantId' | 'id'>,
): Promise<UserRow | undefined> {
  return await transaction
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
    .executeTakeFirst()
}

function withGeneratedName(row: UserRow): UserRow {
  const { tenant_id, id, names_at } = row
  const person = { tenantId: tenant_id, issuer: '', id, profile: {} }
  return { ...describe(person, nameFromId(id), row), names_at }
}

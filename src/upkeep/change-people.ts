/**
 * Changes of people by an operator, with the source 'cli'. A person who was added by signing in is taken over; a person
 * of another source is refused with a message.
 */
import {
  changeUser,
  deleteUser,
  putUser,
  restoreUser,
  type UserChanges,
} from '../directory/change-users.ts'
import { isReserved, isValidUserPrincipalName } from '../directory/names.ts'
import type { Origin } from '../directory/origin.ts'
import { setManager } from '../directory/people-of-group.ts'
import type { NewUser } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database } from '../storage/schema.ts'
import {
  findDeletedPerson,
  findPerson,
  findWithId,
  findWithName,
  type Named,
  nameOf,
  type Person,
  readPerson,
} from './people.ts'
import { inWords, managedElsewhere } from './refusals.ts'
import { expectText, unfit } from './texts.ts'

const byTerminal = (at: number) => ({ source: 'cli', at }) as const satisfies Origin

export type PersonTexts = Readonly<Partial<Record<(typeof textNames)[number], string>>>

const textNames = [
  'userPrincipalName',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'mailNickname',
  'jobTitle',
  'department',
  'employeeId',
] as const

/** An empty text removes a value; names cannot be removed. Throws Failure 'resource-invalid'. */
export function readTexts(texts: PersonTexts): UserChanges {
  const given = textNames.flatMap(name => {
    const text = texts[name]
    if (text === undefined) return []
    const mayBeEmpty = name !== 'displayName' && name !== 'userPrincipalName'
    return [[name, text === '' && mayBeEmpty ? undefined : expectText(name, text)] as const]
  })
  const { userPrincipalName } = texts
  if (userPrincipalName !== undefined && !isValidUserPrincipalName(userPrincipalName)) {
    throw unfit(`${JSON.stringify(userPrincipalName)} is not of the form alias@domain`)
  }
  return Object.fromEntries(given)
}

type Addition = Readonly<{
  tenantId: string
  id: string
  user: Omit<NewUser, 'id'>
  manager: string | undefined
}>

export type Added = Readonly<{
  person: Person
  did: 'created' | 'changed' | 'adopted' | 'restored'
}>

/** Throws Failure with a message if another person has the id or the name. */
export async function addPerson(
  database: Database,
  { tenantId, id, user, manager }: Addition,
  at: number,
): Promise<Added> {
  if (isReserved(expectText('the id', id))) throw unfit(`the id ${JSON.stringify(id)} is reserved`)
  const key = { tenantId, id: normalizeId(id) }
  await refuseKnown(database, key)
  await refuseHolder(database, key, user.userPrincipalName)
  const chosen = await findManager(database, key, manager)
  const { did, row } = await inWords(user.displayName, () =>
    putUser(database, tenantId, { ...user, id }, byTerminal(at)),
  )
  if (chosen !== undefined) {
    await inWords(nameOf(chosen), () =>
      setManager(database, tenantId, row.id, chosen.id, byTerminal(at)),
    )
  }
  return { person: await readPerson(database, key), did }
}

type Key = Readonly<{ tenantId: string; id: string }>

/** Call it before anything is written. */
async function findManager(
  database: Database,
  { tenantId, id }: Key,
  name: string | undefined,
): Promise<Person | undefined> {
  if (name === undefined || name === '') return undefined
  const manager = await findPerson(database, { name, tenantId })
  if (manager.id === id) throw unfit('nobody is their own manager')
  return manager
}

async function refuseKnown(database: Database, key: Key): Promise<void> {
  const known = await findWithId(database, key)
  if (known === undefined || known.source === 'sign-in') return
  if (known.source !== 'cli') throw elsewhere(known)
  if (known.deletedAt !== null) {
    throw taken(
      `${nameOf(known)} has the id ${key.id} and was removed: \`visage people restore ${key.id}\`.`,
    )
  }
  throw taken(`${nameOf(known)} has the id ${key.id}: \`visage people change\` changes them.`)
}

async function refuseHolder(database: Database, key: Key, name: string): Promise<void> {
  const holder = await findWithName(database, key.tenantId, name)
  if (holder === undefined || holder.id === key.id) return
  const takeOver =
    holder.source === 'sign-in'
      ? ` They came by signing in: with --id ${holder.id} they are taken over, photo included.`
      : ''
  throw taken(`${nameOf(holder)}, id ${holder.id}, has this name.${takeOver}`)
}

function taken(words: string): Failure {
  return new Failure('value-taken', { detail: `${words} Nothing was changed.` })
}

function elsewhere(person: Person): Failure {
  return new Failure('managed-elsewhere', {
    detail: managedElsewhere(nameOf(person), person.source),
  })
}

export type Changed = Readonly<{ before: Person; person: Person }>

/** `manager`: a name, '' for none, undefined for the one that they have. */
export async function changePerson(
  database: Database,
  named: Named,
  { changes, manager }: Readonly<{ changes: UserChanges; manager?: string | undefined }>,
  at: number,
): Promise<Changed> {
  const before = await findPerson(database, named)
  const { tenantId, id } = before
  const chosen = await findManager(database, before, manager)
  await inWords(nameOf(before), async () => {
    const row = await changeUser(database, tenantId, id, changes, byTerminal(at))
    if (row === undefined) throw new Failure('user-not-found')
    if (manager === undefined) return
    await setManager(database, tenantId, id, chosen?.id, byTerminal(at))
  })
  return { before, person: await readPerson(database, before) }
}

export async function removePerson(database: Database, named: Named, at: number): Promise<Changed> {
  const before = await findPerson(database, named)
  const { tenantId, id } = before
  await inWords(nameOf(before), async () => {
    const isRemoved = await deleteUser(database, tenantId, id, byTerminal(at))
    if (!isRemoved) throw new Failure('user-not-found')
  })
  return { before, person: await readPerson(database, before) }
}

/** Only people of this source: another source would remove its person again. */
export async function restorePerson(
  database: Database,
  named: Named,
  at: number,
): Promise<Changed> {
  const before = await findDeletedPerson(database, named)
  const { tenantId, id } = before
  await inWords(nameOf(before), async () => {
    const row = await restoreUser(database, tenantId, id, byTerminal(at))
    if (row === undefined) throw new Failure('user-not-found')
  })
  return { before, person: await readPerson(database, before) }
}

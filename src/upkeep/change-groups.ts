/**
 * Changes of groups and their people by an operator, with the source 'cli'. A group of another source is refused with
 * a message.
 */
import {
  addToGroup,
  changeGroup,
  deleteGroup,
  type GroupChanges,
  putGroup,
  removeFromGroup,
  restoreGroup,
} from '../directory/change-groups.ts'
import type { NewGroup } from '../directory/groups.ts'
import type { GroupRelation } from '../directory/groups-of-person.ts'
import type { Origin } from '../directory/origin.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database } from '../storage/schema.ts'
import { findGroup, findGroupWithId, type Group, readGroup } from './groups.ts'
import { findPerson, type Named, nameOf, type Person } from './people.ts'
import { inWords, managedElsewhere } from './refusals.ts'
import { expectText, unfit } from './texts.ts'

const byTerminal = (at: number) => ({ source: 'cli', at }) as const satisfies Origin

const textNames = ['displayName', 'description', 'mail', 'mailNickname'] as const
export type GroupTexts = Readonly<Partial<Record<(typeof textNames)[number], string>>>

/** An empty text removes a value; a name cannot be removed. Throws Failure 'resource-invalid'. */
export function readGroupTexts(texts: GroupTexts): GroupChanges {
  const given = textNames.flatMap(name => {
    const text = texts[name]
    if (text === undefined) return []
    const isTakenAway = text === '' && name !== 'displayName'
    return [[name, isTakenAway ? undefined : expectText(name, text)] as const]
  })
  return Object.fromEntries(given)
}

/** Throws Failure with a message if a group has the id, removed or not. */
export async function addGroup(
  database: Database,
  tenantId: string,
  group: Omit<NewGroup, 'owners' | 'members'>,
  at: number,
): Promise<Group> {
  const id = normalizeId(expectText('the id', group.id))
  const known = await findGroupWithId(database, { tenantId, id })
  if (known !== undefined) {
    const verb = known.deletedAt === null ? 'change' : 'restore'
    throw new Failure('value-taken', {
      detail: `${known.displayName} has the id ${id}: see \`visage groups ${verb} --help\`. Nothing was changed.`,
    })
  }
  await inWords(group.displayName, () => putGroup(database, tenantId, group, byTerminal(at)))
  return await readGroup(database, { tenantId, id })
}

export async function changeNamedGroup(
  database: Database,
  named: Named,
  changes: GroupChanges,
  at: number,
): Promise<Group> {
  const { tenantId, id, displayName } = await findGroup(database, named)
  await inWords(displayName, async () => {
    const row = await changeGroup(database, tenantId, id, changes, byTerminal(at))
    if (row === undefined) throw new Failure('group-not-found')
  })
  return await readGroup(database, { tenantId, id })
}

/** The team gets the id, the photo and the people of its group. */
export async function makeTeam(database: Database, named: Named, at: number): Promise<Group> {
  const { isUnified, displayName } = await findGroup(database, named)
  if (!isUnified) {
    throw unfit(`${displayName} is a security group, and only a Microsoft 365 group becomes a team`)
  }
  return await changeNamedGroup(database, named, { isTeam: true }, at)
}

export async function removeGroup(database: Database, named: Named, at: number): Promise<Group> {
  const { tenantId, id, displayName } = await findGroup(database, named)
  await inWords(displayName, async () => {
    const isRemoved = await deleteGroup(database, tenantId, id, byTerminal(at))
    if (!isRemoved) throw new Failure('group-not-found')
  })
  return await readGroup(database, { tenantId, id })
}

/** Only groups of this source: another source would remove its group again. */
export async function restoreNamedGroup(
  database: Database,
  named: Named,
  at: number,
): Promise<Group> {
  const { tenantId, id, displayName } = await findGroup(database, named, 'deleted')
  await inWords(displayName, async () => {
    const row = await restoreGroup(database, tenantId, id, byTerminal(at))
    if (row === undefined) throw new Failure('group-not-found')
  })
  return await readGroup(database, { tenantId, id })
}

type PeopleChange = Readonly<{
  relation: GroupRelation
  add: readonly string[]
  remove: readonly string[]
}>

type PeopleChanged = Readonly<{ added: number; removed: number; unchanged: number }>

/**
 * One person per transaction, so that a large group is not locked for long. All names are looked up first. Additions
 * come before removals, so that the only owner can be replaced.
 */
export async function changePeopleIn(
  database: Database,
  group: Group,
  { relation, add, remove }: PeopleChange,
): Promise<PeopleChanged> {
  const { tenantId, id: groupId } = group
  if (group.source !== 'cli') {
    throw new Failure('managed-elsewhere', {
      detail: managedElsewhere(group.displayName, group.source),
    })
  }
  const coming = await findAll(database, tenantId, add)
  const leaving = await findAll(database, tenantId, remove)
  let [added, removed] = [0, 0]
  const done = () => ` Done before: ${added} added, ${removed} removed.`
  for (const person of coming) {
    const place = { tenantId, groupId, userId: person.id, relation }
    if (await withDone(person, done, () => isAdded(database, place))) added += 1
  }
  for (const person of leaving) {
    const place = { tenantId, groupId, userId: person.id, relation }
    if (await withDone(person, done, () => removeFromGroup(database, place, 'cli'))) removed += 1
  }
  return { added, removed, unchanged: coming.length + leaving.length - added - removed }
}

async function findAll(
  database: Database,
  tenantId: string,
  names: readonly string[],
): Promise<Person[]> {
  const found = new Map<string, Person>()
  for (const name of names) {
    const person = await findPerson(database, { name, tenantId })
    found.set(person.id, person)
  }
  return [...found.values()]
}

/** False if the person is in the group already. */
async function isAdded(
  database: Database,
  place: Parameters<typeof addToGroup>[1],
): Promise<boolean> {
  try {
    await addToGroup(database, place, 'cli')
    return true
  } catch (error) {
    if (error instanceof Failure && error.code === 'reference-exists') return false
    throw error
  }
}

async function withDone(
  person: Person,
  done: () => string,
  work: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await inWords(nameOf(person), work)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(error.code, { detail: error.detail + done(), cause: error })
  }
}

/**
 * A model of people and groups in memory: what each step has to answer, and what is there afterwards. It is written from
 * the rules, and shares no code with the directory.
 */

export type Source = 'graph' | 'cli' | 'import:staff'
export type Relation = 'owner' | 'member'

export type Person = {
  source: Source | 'sign-in'
  name: string
  isActive: boolean
  isDeleted: boolean
  manager: string | undefined
}
export type Group = {
  source: Source
  name: string
  isDeleted: boolean
  people: Readonly<Record<Relation, Set<string>>>
}
export type Model = Readonly<{ people: Map<string, Person>; groups: Map<string, Group> }>

/** One value of each kind; a step uses those that it needs. */
export type Drawn = Readonly<{
  person: string
  other: string
  name: string
  isActive: boolean
  group: string
  relation: Relation
  source: Source
}>

export type Step =
  | 'add person'
  | 'sign in'
  | 'rename'
  | 'disable or enable'
  | 'delete person'
  | 'restore person'
  | 'erase person'
  | 'set manager'
  | 'add group'
  | 'rename group'
  | 'join'
  | 'leave'
  | 'delete group'
  | 'restore group'

/** The code of the failure, or a word for what happened. A failure changes nothing. */
export const answers: Readonly<Record<Step, (model: Model, drawn: Drawn) => string>> = {
  'add person'(model, { person, name, isActive, source }) {
    const known = model.people.get(person)
    if (isOthers(known, source)) return 'managed-elsewhere'
    if (isTaken(model, person, name)) return 'value-taken'
    const manager = known?.manager
    model.people.set(person, { source, name, isActive, isDeleted: false, manager })
    if (known === undefined) return 'created'
    if (known.isDeleted) return 'restored'
    return known.source === 'sign-in' ? 'adopted' : 'changed'
  },
  'sign in'(model, { person }) {
    const known = model.people.get(person)
    if (known?.isDeleted) return 'account-deleted'
    if (known !== undefined) return 'done'
    const name = `${person}@signed-in.invalid`
    const added = { source: 'sign-in', name, isActive: true, isDeleted: false } as const
    model.people.set(person, { ...added, manager: undefined })
    return 'done'
  },
  rename: (model, { person, name, source }) => change(model, person, { name }, source),
  'disable or enable': (model, { person, isActive, source }) =>
    change(model, person, { isActive }, source),
  'delete person'({ people }, { person, source }) {
    const known = people.get(person)
    if (known === undefined || known.isDeleted) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    Object.assign(known, { isDeleted: true, source })
    return 'done'
  },
  'restore person'(model, { person, source }) {
    const known = model.people.get(person)
    if (!known?.isDeleted) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    if (isTaken(model, person, known.name)) return 'value-taken'
    known.isDeleted = false
    return 'done'
  },
  'erase person'({ people, groups }, { person }) {
    people.delete(person)
    for (const { people } of groups.values()) {
      people.owner.delete(person)
      people.member.delete(person)
    }
    return 'done'
  },
  'set manager'({ people }, { person, other, source }) {
    if (person === other) return 'resource-invalid'
    for (const id of [person, other].toSorted()) {
      const known = people.get(id)
      if (known === undefined || known.isDeleted) return 'user-not-found'
      if (id === person && isOthers(known, source)) return 'managed-elsewhere'
    }
    Object.assign(people.get(person) ?? {}, { manager: other, source })
    return 'done'
  },
  'add group'({ groups }, { group, name, source }) {
    const known = groups.get(group)
    if (isOthers(known, source)) return 'managed-elsewhere'
    const people = known?.people ?? { owner: new Set(), member: new Set() }
    groups.set(group, { source, name, isDeleted: false, people })
    if (known === undefined) return 'created'
    return known.isDeleted ? 'restored' : 'changed'
  },
  'rename group'({ groups }, { group, name, source }) {
    const known = groups.get(group)
    if (known === undefined || known.isDeleted) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.name = name
    return 'done'
  },
  join({ people, groups }, { person, group, relation, source }) {
    const known = groups.get(group)
    if (known === undefined || known.isDeleted) return 'group-not-found'
    if (isOthers(known, source)) return 'managed-elsewhere'
    if (people.get(person)?.isDeleted !== false) return 'user-not-found'
    if (known.people[relation].has(person)) return 'reference-exists'
    known.people[relation].add(person)
    return 'done'
  },
  leave({ groups }, { person, group, relation, source }) {
    const known = groups.get(group)
    if (known === undefined || known.isDeleted) return 'group-not-found'
    if (isOthers(known, source)) return 'managed-elsewhere'
    const there = known.people[relation]
    if (!there.has(person)) return 'nothing'
    if (relation === 'owner' && there.size === 1) return 'last-owner'
    there.delete(person)
    return 'done'
  },
  'delete group'({ groups }, { group, source }) {
    const known = groups.get(group)
    if (known === undefined || known.isDeleted) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.isDeleted = true
    return 'done'
  },
  'restore group'({ groups }, { group, source }) {
    const known = groups.get(group)
    if (!known?.isDeleted) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.isDeleted = false
    return 'done'
  },
}

function change(
  model: Model,
  id: string,
  changes: Readonly<Partial<Pick<Person, 'name' | 'isActive'>>>,
  source: Source,
): string {
  const known = model.people.get(id)
  if (known === undefined || known.isDeleted) return 'nothing'
  if (isOthers(known, source)) return 'managed-elsewhere'
  if (isTaken(model, id, changes.name ?? known.name)) return 'value-taken'
  Object.assign(known, changes, { source })
  return 'done'
}

function isOthers(known: Pick<Person, 'source'> | undefined, source: Source): boolean {
  return known !== undefined && known.source !== source && known.source !== 'sign-in'
}

/** Case does not count. Names of deleted people are free. */
function isTaken({ people }: Model, id: string, name: string): boolean {
  return [...people].some(
    ([other, person]) =>
      other !== id && !person.isDeleted && person.name.toLowerCase() === name.toLowerCase(),
  )
}

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
  /** undefined for who is not deleted. */
  deletedAt: number | undefined
  manager: string | undefined
  hasPhoto: boolean
}
export type Group = {
  source: Source
  name: string
  deletedAt: number | undefined
  people: Readonly<Record<Relation, Set<string>>>
}
type Link = Readonly<{ person: string; by: 'id' | 'name' | 'hand' }>
export type Model = Readonly<{
  people: Map<string, Person>
  groups: Map<string, Group>
  /** By the subject of a token. */
  links: Map<string, Link>
}>

/** One value of each kind; a step uses those that it needs. */
export type Drawn = Readonly<{
  person: string
  other: string
  name: string
  isActive: boolean
  group: string
  relation: Relation
  source: Source
  /** The id in a token: of a person, or of nobody yet. */
  subject: string
  at: number
}>

/** Who was deleted more steps ago is erased. */
export const stepsKept = 300

export type Step =
  | 'add person'
  | 'sign in'
  | 'rename'
  | 'disable or enable'
  | 'delete person'
  | 'restore person'
  | 'erase person'
  | 'erase who is due'
  | 'link by hand'
  | 'link by name'
  | 'unlink'
  | 'set manager'
  | 'set photo'
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
    const { manager, hasPhoto = false } = known ?? {}
    model.people.set(person, { source, name, isActive, deletedAt: undefined, manager, hasPhoto })
    if (known === undefined) return 'created'
    if (known.deletedAt !== undefined) return 'restored'
    return known.source === 'sign-in' ? 'adopted' : 'changed'
  },
  'sign in'(model, { subject }) {
    const known = model.people.get(model.links.get(subject)?.person ?? subject)
    if (known?.deletedAt !== undefined) return 'account-deleted'
    if (known !== undefined) return 'done'
    addBySignIn(model, subject)
    model.links.set(subject, { person: subject, by: 'id' })
    return 'done'
  },
  rename: (model, { person, name, source }) => change(model, person, { name }, source),
  'disable or enable': (model, { person, isActive, source }) =>
    change(model, person, { isActive }, source),
  'delete person'({ people }, { person, source, at }) {
    const known = people.get(person)
    if (known === undefined || known.deletedAt !== undefined) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    Object.assign(known, { deletedAt: at, source })
    return 'done'
  },
  'restore person'(model, { person, source }) {
    const known = model.people.get(person)
    if (known?.deletedAt === undefined) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    if (isTaken(model, person, known.name)) return 'value-taken'
    known.deletedAt = undefined
    return 'done'
  },
  'erase person'(model, { person }) {
    if (model.people.get(person)?.deletedAt === undefined) return 'nothing'
    erasePerson(model, person)
    return 'done'
  },
  'erase who is due'(model, { at }) {
    const isDue = (one: Pick<Person, 'deletedAt'>) => (one.deletedAt ?? at) < at - stepsKept
    const people = [...model.people].filter(([, one]) => isDue(one)).map(([id]) => id)
    const groups = [...model.groups].filter(([, one]) => isDue(one)).map(([id]) => id)
    for (const id of people) erasePerson(model, id)
    for (const id of groups) model.groups.delete(id)
    return `erased ${people.length + groups.length}`
  },
  'link by hand'({ people, links }, { person, subject }) {
    const known = people.get(person)
    if (known === undefined || known.deletedAt !== undefined) return 'user-not-found'
    if (known.source === 'sign-in') return 'managed-elsewhere'
    if (subject !== person && people.has(subject)) return 'value-taken'
    const link = links.get(subject)
    if (link !== undefined && link.person !== person) return 'value-taken'
    if (link === undefined) links.set(subject, { person, by: 'hand' })
    return 'done'
  },
  'link by name'({ people, links }, { name, subject }) {
    const linked = new Set([...links.values()].map(link => link.person))
    const named = [...people].find(
      ([id, one]) =>
        one.deletedAt === undefined &&
        one.source !== 'sign-in' &&
        one.name.toLowerCase() === name.toLowerCase() &&
        !linked.has(id),
    )
    if (named === undefined || links.has(subject) || people.has(subject)) return 'nothing'
    const [person, { isActive }] = named
    if (!isActive) return 'account-disabled'
    links.set(subject, { person, by: 'name' })
    return 'done'
  },
  unlink(model, { subject }) {
    const link = model.links.get(subject)
    if (link === undefined) return 'user-not-found'
    if (link.person === subject) return 'value-taken'
    if (!model.people.has(subject)) addBySignIn(model, subject)
    model.links.set(subject, { person: subject, by: 'hand' })
    return 'done'
  },
  'set manager'({ people }, { person, other, source }) {
    if (person === other) return 'resource-invalid'
    for (const id of [person, other].toSorted()) {
      const known = people.get(id)
      if (known === undefined || known.deletedAt !== undefined) return 'user-not-found'
      if (id === person && isOthers(known, source)) return 'managed-elsewhere'
    }
    Object.assign(people.get(person) ?? {}, { manager: other, source })
    return 'done'
  },
  'set photo'({ people }, { person }) {
    const known = people.get(person)
    if (known === undefined) return 'nothing'
    known.hasPhoto = true
    return 'done'
  },
  'add group'({ groups }, { group, name, source }) {
    const known = groups.get(group)
    if (isOthers(known, source)) return 'managed-elsewhere'
    const people = known?.people ?? { owner: new Set(), member: new Set() }
    groups.set(group, { source, name, deletedAt: undefined, people })
    if (known === undefined) return 'created'
    return known.deletedAt === undefined ? 'changed' : 'restored'
  },
  'rename group'({ groups }, { group, name, source }) {
    const known = groups.get(group)
    if (known === undefined || known.deletedAt !== undefined) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.name = name
    return 'done'
  },
  join({ people, groups }, { person, group, relation, source }) {
    const known = groups.get(group)
    if (known === undefined || known.deletedAt !== undefined) return 'group-not-found'
    if (isOthers(known, source)) return 'managed-elsewhere'
    const member = people.get(person)
    if (member === undefined || member.deletedAt !== undefined) return 'user-not-found'
    if (known.people[relation].has(person)) return 'reference-exists'
    known.people[relation].add(person)
    return 'done'
  },
  leave({ groups }, { person, group, relation, source }) {
    const known = groups.get(group)
    if (known === undefined || known.deletedAt !== undefined) return 'group-not-found'
    if (isOthers(known, source)) return 'managed-elsewhere'
    const there = known.people[relation]
    if (!there.has(person)) return 'nothing'
    if (relation === 'owner' && there.size === 1) return 'last-owner'
    there.delete(person)
    return 'done'
  },
  'delete group'({ groups }, { group, source, at }) {
    const known = groups.get(group)
    if (known === undefined || known.deletedAt !== undefined) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.deletedAt = at
    return 'done'
  },
  'restore group'({ groups }, { group, source }) {
    const known = groups.get(group)
    if (known?.deletedAt === undefined) return 'nothing'
    if (isOthers(known, source)) return 'managed-elsewhere'
    known.deletedAt = undefined
    return 'done'
  },
}

function addBySignIn({ people }: Model, id: string): void {
  const person = { source: 'sign-in', name: `${id}@signed-in.invalid`, isActive: true } as const
  people.set(id, { ...person, deletedAt: undefined, manager: undefined, hasPhoto: false })
}

function erasePerson({ people, groups, links }: Model, id: string): void {
  people.delete(id)
  for (const person of people.values()) {
    if (person.manager === id) person.manager = undefined
  }
  for (const group of groups.values()) {
    group.people.owner.delete(id)
    group.people.member.delete(id)
  }
  for (const [subject, link] of links) if (link.person === id) links.delete(subject)
}

function change(
  model: Model,
  id: string,
  changes: Readonly<Partial<Pick<Person, 'name' | 'isActive'>>>,
  source: Source,
): string {
  const known = model.people.get(id)
  if (known === undefined || known.deletedAt !== undefined) return 'nothing'
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
      other !== id &&
      person.deletedAt === undefined &&
      person.name.toLowerCase() === name.toLowerCase(),
  )
}

/**
 * Random additions, sign-ins, links, renames, leavings, returns, erasures and changes of groups, against a model in
 * memory, on any database. A database's own test calls describePeopleAgainstModel with a way to open an empty one,
 * without tables.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Choices, chooserFor, pick } from '../../src/dev/demo/chance.ts'
import {
  addToGroup,
  changeGroup,
  deleteGroup,
  putGroup,
  removeFromGroup,
  restoreGroup,
} from '../../src/directory/change-groups.ts'
import { changeUser, deleteUser, putUser, restoreUser } from '../../src/directory/change-users.ts'
import { listDeletedGroups, listDeletedUsers } from '../../src/directory/deleted.ts'
import { prepareFindByPhoto } from '../../src/directory/find-by-photo.ts'
import { listGroups } from '../../src/directory/groups.ts'
import { listGroupIdsOf } from '../../src/directory/groups-of-person.ts'
import { eraseDue, markErasing } from '../../src/directory/leaving/erase-deleted.ts'
import {
  listDirectReports,
  listPeopleOfGroup,
  setManager,
} from '../../src/directory/people-of-group.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { linkByHand, unlink } from '../../src/directory/sign-in/link-by-hand.ts'
import { linkByName } from '../../src/directory/sign-in/link-by-name.ts'
import { addSignedInUser } from '../../src/directory/sign-in/sign-in.ts'
import { listUsers } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { findPointer, lockOwner, movePointer } from '../../src/photos/pointer.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { newPackKey } from '../../src/storage/packs.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { inTransaction } from '../../src/storage/transactions.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'
import {
  answers,
  type Drawn,
  type Model,
  type Relation,
  type Source,
  type Step,
  stepsKept,
} from './people-model.ts'

const tenantId = 'one'
const ids = (prefix: string, count: number): Choices<string> => [
  `${prefix}0`,
  ...Array.from({ length: count - 1 }, (_, index) => `${prefix}${index + 1}`),
]
/** The last ones come by signing in more often than from a source. */
const people: Choices<string> = [...ids('p', 24), ...ids('s', 4)]
const subjects: Choices<string> = [...ids('s', 10), ...ids('p', 6)]
const groups = ids('g', 6)
/** Fewer than people, and some that differ in case only. */
const names: Choices<string> = [
  'Name0@a.example',
  ...ids('Name', 12).flatMap(name => [`${name}@a.example`, `${name.toLowerCase()}@A.example`]),
]
const relations: Choices<Relation> = ['owner', 'member']
/** Mostly one, or nearly everything would be another source's. */
const sources: Choices<Source> = ['graph', 'graph', 'graph', 'graph', 'cli', 'import:staff']

/** Additions are drawn more often, so that there is something to change. */
const steps: Choices<Step> = [
  'add person',
  ...(['add person', 'add group', 'join', 'join', 'join'] as const),
  ...(Object.keys(answers) as Step[]),
]

type Performed = (database: Database, drawn: Drawn, at: number) => Promise<unknown>

const performed: Readonly<Record<Step, Performed>> = {
  'add person': (database, { person, name, isActive, source }, at) => {
    const user = { id: person, userPrincipalName: name, displayName: name, isActive }
    return putUser(database, tenantId, user, { source, at })
  },
  'sign in': (database, { subject }, at) =>
    addSignedInUser(
      { database, ...prepareWholeUsers(database), now: () => at },
      { ...named(subject), profile: { issuedAt: at } },
    ),
  rename: (database, { person, name, source }, at) =>
    changeUser(database, tenantId, person, { userPrincipalName: name }, { source, at }),
  'disable or enable': (database, { person, isActive, source }, at) =>
    changeUser(database, tenantId, person, { isActive }, { source, at }),
  'delete person': (database, { person, source }, at) =>
    deleteUser(database, tenantId, person, { source, at }),
  'restore person': (database, { person, source }, at) =>
    restoreUser(database, tenantId, person, { source, at }),
  'erase person': async (database, { person }, at) => {
    const isMarked = await markErasing(database, { kind: 'user', tenantId, id: person })
    const erased = await erase(database, Number.NEGATIVE_INFINITY, at)
    assert.equal(erased, isMarked ? 1 : 0)
    return isMarked
  },
  'erase who is due': async (database, _, at) => {
    return { did: `erased ${await erase(database, at - stepsKept, at)}` }
  },
  'link by hand': (database, { person, subject }, at) =>
    linkByHand(database, named(subject), person, at),
  'link by name': (database, { name, subject }, at) =>
    linkByName({ database, now: () => at }, { ...named(subject), profile: { vouchedName: name } }),
  unlink: (database, { subject }, at) => unlink(database, named(subject), at),
  'set manager': async (database, { person, other, source }, at) => {
    await setManager(database, tenantId, person, other, { source, at })
    return true
  },
  'set photo': (database, { person }, at) => setPhoto(database, person, at),
  'add group': (database, { group, name, source }, at) =>
    putGroup(database, tenantId, { id: group, displayName: name }, { source, at }),
  'rename group': (database, { group, name, source }, at) =>
    changeGroup(database, tenantId, group, { displayName: name }, { source, at }),
  join: async (database, { person, group, relation, source }) => {
    await addToGroup(database, { tenantId, groupId: group, userId: person, relation }, source)
    return true
  },
  leave: (database, { person, group, relation, source }) =>
    removeFromGroup(database, { tenantId, groupId: group, userId: person, relation }, source),
  'delete group': (database, { group, source }, at) =>
    deleteGroup(database, tenantId, group, { source, at }),
  'restore group': (database, { group, source }, at) =>
    restoreGroup(database, tenantId, group, { source, at }),
}

const named = (id: string) => ({ tenantId, issuer: 'https://issuer.example', id })

function erase(database: Database, before: number, at: number): Promise<number> {
  const packs = openMemoryPacks(() => 1)
  const parts = { database, packs, slices: createSlices(() => 0), now: () => at }
  return eraseDue(parts, before, () => {})
}

/** Without a pack, which nobody reads. */
function setPhoto(database: Database, id: string, at: number): Promise<boolean> {
  const owner = { tenantId, kind: 'user', id } as const
  const row = { upload_hash: '', pack_hash: null, renditions: '[]', updated_at: at }
  return inTransaction(database, async transaction => {
    if (!(await lockOwner(transaction, owner))) return false
    const before = await findPointer(transaction, owner)
    await movePointer(transaction, owner, { version: newPackKey(), ...row }, before?.version)
    return true
  })
}

/** In the words of the model. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    const result = await work
    if (result === undefined || result === false) return 'nothing'
    return typeof result === 'object' && result !== null && 'did' in result
      ? String(result.did)
      : 'done'
  } catch (error) {
    if (error instanceof Failure) return error.code
    throw error
  }
}

/** A long run compares everything after every so many steps, and at the end. */
const stepsBetween = 25

export function describePeopleAgainstModel(
  name: string,
  open: () => Promise<Database>,
  count: number,
  seed = 20_261_129,
): void {
  test(`${count} random changes of people and groups in ${name} (seed ${seed})`, async t => {
    const database = await open()
    t.after(() => database.destroy())
    await migrate(database)
    const findByPhoto = prepareFindByPhoto(database)
    const photoOf = async (id: string) => {
      const found = await findByPhoto({ tenantId, id }, undefined)
      return found && [found.is_active === 1, found.version !== null]
    }
    const choose = chooserFor(String(seed))
    const model: Model = { people: new Map(), groups: new Map(), links: new Map() }
    for (let at = 1; at <= count; at++) {
      const step = pick(steps, choose)
      const drawn = draw(choose, at)
      const expected = answers[step](model, drawn)
      const outcome = await outcomeOf(performed[step](database, drawn, at))
      assert.equal(outcome, expected, `step ${at}: ${step} ${JSON.stringify(drawn)}`)
      if (at % stepsBetween > 0 && at < count) continue
      assert.deepEqual(await readAll(database), expectedOf(model), `after step ${at}: ${step}`)
      assert.deepEqual(await each(people, photoOf), photosOf(model), `after step ${at}: ${step}`)
    }
  })
}

function draw(choose: () => number, at: number): Drawn {
  return {
    person: pick(people, choose),
    other: pick(people, choose),
    name: pick(names, choose),
    isActive: choose() < 0.5,
    group: pick(groups, choose),
    relation: pick(relations, choose),
    source: pick(sources, choose),
    subject: pick(subjects, choose),
    at,
  }
}

const whole = { top: 999, after: undefined }

/** Everything that can be read, in one order. */
async function readAll(database: Database) {
  const where = { database, slices: createSlices(() => 0) }
  const page = { ...whole, where: always }
  const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).toSorted()
  const present = await listUsers(where, tenantId, page)
  const sizes = await database.selectFrom('group_sizes').selectAll().execute()
  const links = await database.selectFrom('sign_ins').selectAll().orderBy('subject').execute()
  return {
    links: Object.fromEntries(links.map(row => [row.subject, [row.user_id, row.linked_by]])),
    people: Object.fromEntries(
      present
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map(row => [
          row.id,
          [row.user_principal_name, row.is_active === 1, row.source, row.manager_id ?? undefined],
        ]),
    ),
    deletedPeople: idsOf(await listDeletedUsers(database, tenantId, whole)),
    groups: Object.fromEntries(
      (await listGroups(where, tenantId, page))
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map(row => [row.id, [row.display_name, row.source]]),
    ),
    deletedGroups: idsOf(await listDeletedGroups(database, tenantId, whole)),
    reports: await each(people, async userId =>
      idsOf(await listDirectReports(where, { tenantId, userId }, page)),
    ),
    inGroups: await each(groups, async groupId => [
      idsOf(await listPeopleOfGroup(where, { tenantId, groupId }, 'owner', page)),
      idsOf(await listPeopleOfGroup(where, { tenantId, groupId }, 'member', page)),
      sizes.find(row => row.group_id === groupId)?.members ?? 0,
    ]),
    groupsOf: await each(people, async userId => [
      await listGroupIdsOf(database, { tenantId, userId }, 'owner', whole),
      await listGroupIdsOf(database, { tenantId, userId }, 'member', whole),
    ]),
  }
}

function expectedOf(model: Model): Awaited<ReturnType<typeof readAll>> {
  const sorted = <Value>(map: ReadonlyMap<string, Value>) =>
    [...map].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const allPeople = sorted(model.people)
  const allGroups = sorted(model.groups)
  const isThere = (one: Readonly<{ deletedAt: number | undefined }> | undefined) =>
    one !== undefined && one.deletedAt === undefined
  const isPresent = (id: string) => isThere(model.people.get(id))
  const shown = (group: string, relation: Relation) =>
    [...(model.groups.get(group)?.people[relation] ?? [])].filter(isPresent).toSorted()
  const groupsOf = (id: string, relation: Relation) =>
    allGroups
      .filter(([, group]) => isThere(group) && group.people[relation].has(id))
      .map(([group]) => group)
  const eachOf = <Value>(all: readonly string[], value: (id: string) => Value) =>
    Object.fromEntries(all.map(id => [id, value(id)]))
  return {
    links: Object.fromEntries(
      sorted(model.links).map(([id, { person, by }]) => [id, [person, by]]),
    ),
    people: Object.fromEntries(
      allPeople
        .filter(([, one]) => isThere(one))
        .map(([id, { name, isActive, source, manager }]) => [
          id,
          [name, isActive, source, manager],
        ]),
    ),
    deletedPeople: allPeople.filter(([, one]) => !isThere(one)).map(([id]) => id),
    groups: Object.fromEntries(
      allGroups
        .filter(([, one]) => isThere(one))
        .map(([id, { name, source }]) => [id, [name, source]]),
    ),
    deletedGroups: allGroups.filter(([, one]) => !isThere(one)).map(([id]) => id),
    reports: eachOf(people, id =>
      allPeople
        .filter(([, person]) => isThere(person) && person.manager === id)
        .map(([report]) => report),
    ),
    inGroups: eachOf(groups, id => [
      shown(id, 'owner'),
      shown(id, 'member'),
      model.groups.get(id)?.people.member.size ?? 0,
    ]),
    groupsOf: eachOf(people, id => [groupsOf(id, 'owner'), groupsOf(id, 'member')]),
  }
}

/** Whether a person who is present is active, and whether they have a photo. */
function photosOf({ people: all }: Model): Awaited<ReturnType<typeof each>> {
  return Object.fromEntries(
    people.map(id => {
      const person = all.get(id)
      const isThere = person !== undefined && person.deletedAt === undefined
      return [id, isThere ? [person.isActive, person.hasPhoto] : undefined]
    }),
  )
}

async function each<Value>(
  all: readonly string[],
  read: (id: string) => Promise<Value>,
): Promise<Record<string, Value>> {
  const entries: [string, Value][] = []
  for (const id of all) entries.push([id, await read(id)])
  return Object.fromEntries(entries)
}

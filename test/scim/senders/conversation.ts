/**
 * A whole conversation: a sender connects, sends its people and groups in some cycles, changes them, and removes
 * somebody. In the end, what the service shows is what the sender has.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type Call,
  enterprise,
  findOne,
  type Group,
  type Known,
  memberIds,
  type Person,
  type Sender,
} from './sender.ts'

type Stage = Readonly<{ people: readonly Person[]; groups: readonly Group[] }>
type Task = () => Promise<void>

/** How the tasks of a cycle are carried out. */
export type Carry = (tasks: readonly Task[]) => Promise<void>

/**
 * `cycles`: how many until what was created has arrived, and then until what was changed has. Who is not known yet in one
 * cycle, as a manager or a member, is in a later one.
 */
export async function converse(
  call: Call,
  sender: Sender,
  carry: Carry,
  cycles: readonly [number, number],
): Promise<void> {
  const known: Known = new Map()
  await sender.connect(call)
  const [first, second] = stages()
  for (const [at, stage] of [first, second].entries()) {
    const count = cycles[at] ?? 0
    for (let cycle = 0; cycle < count; cycle++) await carry(tasksOf(call, sender, stage, known))
    await expectStage(call, sender, stage, known)
  }
  const [gone] = second.people
  const id = known.get(gone?.id ?? '') ?? assert.fail('nobody is known')
  await sender.removePerson(call, id)
  const { status, json } = await call('GET', `/Users/${id}`)
  assert.deepEqual([status, json.active], sender.deletes ? [404, undefined] : [200, false])
  for (const { name } of second.groups) {
    const found = await findOne(call, '/Groups', `displayName eq "${name}"`)
    const members = memberIds((await call('GET', `/Groups/${found?.id}`)).json)
    if (sender.deletes) assert.ok(!members.includes(id))
  }
}

function tasksOf(call: Call, sender: Sender, { people, groups }: Stage, known: Known): Task[] {
  return [
    ...people.map(person => () => sender.sendPerson(call, person, known)),
    ...groups.map(group => () => sender.sendGroup(call, group, known)),
  ]
}

function stages(): readonly [Stage, Stage] {
  const mark = randomUUID().slice(0, 8)
  const ids = Array.from({ length: 4 }, () => randomUUID())
  const people = ids.map((id, at) => ({
    ...{ id, userName: `p${at}.${mark}@senders.example`, displayName: `Pérson ${at} ${mark}` },
    ...{ givenName: `Given ${at}`, familyName: `Family ${mark}`, title: `Title ${at}` },
    ...{ mail: `P${at}.${mark}@senders.example`, department: 'R&D', isActive: true },
    manager: at === 0 ? undefined : ids[at - 1],
  }))
  const [one = '', two = '', three = '', four = ''] = ids
  const group = (name: string, ...members: string[]) => ({
    id: randomUUID(),
    name: `${name} ${mark}`,
    members,
  })
  const [design, sales] = [group('Design', one, two, three), group('Sales', four)]
  const changed = people.map((person, at) => {
    if (at === 0) return { ...person, title: 'Boss', mail: `new.${mark}@senders.example` }
    if (at === 1) return { ...person, manager: four, displayName: `Renamed ${mark}` }
    return at === 2 ? { ...person, isActive: false, manager: undefined } : person
  })
  return [
    { people, groups: [design, sales] },
    {
      people: changed,
      groups: [
        { ...design, name: `Designers ${mark}`, members: [one, four] },
        { ...sales, members: [four, two, one] },
      ],
    },
  ]
}

async function expectStage(call: Call, sender: Sender, stage: Stage, known: Known): Promise<void> {
  const idOf = (id: string) => known.get(id) ?? assert.fail(`${id} is not known`)
  for (const person of stage.people) {
    const { json } = await call('GET', `/Users/${idOf(person.id)}`)
    const { givenName, familyName, manager, department } = person
    const { userName, displayName, name, title, emails, active } = json
    assert.deepEqual(
      { userName, displayName, name, title, emails, active },
      {
        ...{ userName: person.userName, displayName: person.displayName, title: person.title },
        ...{ name: { givenName, familyName }, active: person.isActive },
        emails: [{ value: person.mail, type: 'work', primary: true }],
      },
    )
    if (!sender.sendsManagers) continue
    const shown = JSON.stringify(json[enterprise])
    assert.ok(shown.includes(department))
    assert.equal(/"value":"([^"]*)"/.exec(shown)?.[1], manager && idOf(manager))
  }
  for (const { name, members } of stage.groups) {
    const found = await findOne(call, '/Groups', `displayName eq "${name}"`)
    assert.ok(found !== undefined, name)
    const { json } = await call('GET', `/Groups/${found.id}`)
    assert.deepEqual(memberIds(json).toSorted(), members.map(idOf).toSorted())
  }
}

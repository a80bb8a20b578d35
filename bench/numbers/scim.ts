/**
 * What a sender of SCIM costs, in processor time of the server: look-ups among a million people over a thousand, creates
 * against the least that can do the same, and a member more in a group of 100,000 over a group of 10.
 */
import { join } from 'node:path'
import { createGroup } from '../../src/directory/change-groups.ts'
import { createToken } from '../../src/scim/tokens.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { type Running, readOrigin, startChild } from '../child.ts'
import { costOfAnswer, cpuSecondsOf, writeRequests } from '../load.ts'
import { addressAt, type Population, tenantId, userAt, warmRows } from '../population.ts'
import { compare } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { startVisage } from '../visage.ts'

const source = 'scim:bench'
const lookupTarget = { atMost: 1.2 }
const createTarget = { atLeast: 0.5 }
const memberTarget = { atMost: 1.5 }

export async function scim(stage: Stage): Promise<Row[]> {
  return [
    ...(await measureLookups(stage)),
    await measureCreates(stage),
    await measureMembers(stage),
  ]
}

type Service = Readonly<{ visage: Running; token: string; users: number }>

async function serve(stage: Stage, { data, users }: Population): Promise<Service> {
  const token = await inDatabase(data, async database => {
    const wanted = { tenantId, name: 'bench', expiresAt: null }
    return (await createToken(database, wanted, Date.now())).token
  })
  const visage = await startVisage(data, stage.issuer)
  stage.defer(visage.child.stop)
  return { visage, token, users }
}

async function inDatabase<Result>(
  data: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  await using database = await openSqlite({ file: join(data, 'visage.sqlite') })
  await migrate(database)
  return await work(database)
}

const fewUsers = 1000
const lookupCount = 10_000

const lookups: Readonly<Record<string, (index: number) => string>> = {
  userName: index => addressAt(index),
  externalId: index => userAt(index).id,
  'emails.value': index => addressAt(index),
}

async function measureLookups(stage: Stage): Promise<Row[]> {
  const { manyUsers, rounds, seconds } = stage.plan
  const many = await openSent(stage, manyUsers)
  const few = await openSent(stage, fewUsers)
  const rows: Row[] = []
  for (const [name, valueAt] of Object.entries(lookups)) {
    const costIn = ({ visage, token, users }: Service) => {
      const count = Math.min(users, lookupCount)
      const targets = Array.from({ length: count }, (_, index) => {
        const filter = `${name} eq "${valueAt(Math.floor((index * users) / count))}"`
        return { path: `/scim/v2/Users?filter=${encodeURIComponent(filter)}` }
      })
      const requests = writeRequests(stage.folder, `scim-${name}-${users}`, targets, [token])
      return () => costOfAnswer(visage, requests, seconds)
    }
    for (const service of [many, few]) await expectFound(service, `${name} eq "${valueAt(0)}"`)
    rows.push({
      what: `processor time of a look-up by SCIM's ${name} among ${manyUsers.toLocaleString('en')}`,
      floor: `among ${fewUsers.toLocaleString('en')}`,
      ...(await compare('s', costIn(many), costIn(few), rounds)),
      target: lookupTarget,
    })
  }
  return rows
}

/** Everybody was sent by this source. */
async function openSent(stage: Stage, users: number): Promise<Service> {
  const population = await stage.populate('sent', users, 'without photos')
  await inDatabase(population.data, async database => {
    for (const start of '0123456789abcdef') {
      await database
        .updateTable('users')
        .set(({ ref }) => ({ source, external_id: ref('id') }))
        .where('tenant_id', '=', tenantId)
        .where('id', '>=', start)
        .where('id', '<', `${start}~`)
        .where('external_id', 'is', null)
        .execute()
    }
  })
  await warmRows(population)
  return await serve(stage, population)
}

/** Checks that look-ups are measured, and not a mistake in the filter. */
async function expectFound({ visage, token, users }: Service, filter: string): Promise<void> {
  const url = `${visage.origin}/scim/v2/Users?filter=${encodeURIComponent(filter)}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  if (text.includes('"totalResults":1,')) return
  throw new Error(`${filter} among ${users}: ${answer.status} ${text.slice(0, 300)}`)
}

async function measureCreates(stage: Stage): Promise<Row> {
  const { visage, token } = await serve(stage, await stage.populate('created', 1, 'without photos'))
  const other = await stage.populate('created-bare', 1, 'without photos')
  const script = join(import.meta.dirname, '../floors/bare-creates.ts')
  const child = startChild(script, [other.data, tenantId], 'server')
  stage.defer(child.stop)
  const bare: Running = { child, origin: await readOrigin(child.process) }
  const count = stage.plan.uploadsPerRound * 20
  let created = 0
  const rate = (server: Running) => async () => {
    const before = await cpuSecondsOf([server])
    await inTurns(count, async () => {
      created += 1
      const body = personAt(created)
      await send(`${server.origin}/scim/v2/Users`, 'POST', token, body, 201)
    })
    return count / ((await cpuSecondsOf([server])) - before)
  }
  return {
    what: 'people created over SCIM in a second of processor time',
    floor: 'bare `node:http` with the same statements',
    ...(await compare('1/s', rate(visage), rate(bare), stage.plan.rounds)),
    target: createTarget,
  }
}

function personAt(index: number): object {
  const { id } = userAt(1_000_000_000 + index)
  const address = `created.${id}@bench.example`
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    ...{ externalId: id, userName: address, displayName: `Created ${index}`, active: true },
    ...{ name: { givenName: 'Created', familyName: String(index) }, title: 'Somebody' },
    emails: [{ type: 'work', primary: true, value: address }],
  }
}

const sizes = { large: 100_000, small: 10 } as const
type Size = keyof typeof sizes

async function measureMembers(stage: Stage): Promise<Row> {
  const added = stage.plan.uploadsPerRound * 10
  const users = sizes.large + added
  const population = await stage.populate('sent-members', users, 'without photos')
  const groups = {
    large: await fillGroup(population, 'large'),
    small: await fillGroup(population, 'small'),
  }
  const { visage, token } = await serve(stage, population)
  const cost = (size: Size) => async () => {
    const before = await cpuSecondsOf([visage])
    await inTurns(2 * added, async turn => {
      const op = turn < added ? 'add' : 'remove'
      const value = [{ value: userAt(sizes.large + (turn % added)).id }]
      const body = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op, path: 'members', value }],
      }
      const url = `${visage.origin}/scim/v2/Groups/${groups[size]}`
      await send(url, 'PATCH', token, body, 204)
    })
    return (await cpuSecondsOf([visage])) - before
  }
  return {
    what: `processor time of a PATCH of one member of a group of ${sizes.large.toLocaleString('en')}`,
    floor: `of a group of ${sizes.small}`,
    ...(await compare('s', cost('large'), cost('small'), stage.plan.rounds)),
    target: memberTarget,
  }
}

const batchSize = 1000

async function fillGroup({ data }: Population, size: Size): Promise<string> {
  const id = crypto.randomUUID()
  await inDatabase(data, async database => {
    await createGroup(database, tenantId, { id, displayName: `${size} ${id}` }, { source, at: 0 })
    for (let start = 0; start < sizes[size]; start += batchSize) {
      const count = Math.min(batchSize, sizes[size] - start)
      const rows = Array.from({ length: count }, (_, index) => ({
        ...{ tenant_id: tenantId, group_id: id, user_id: userAt(start + index).id },
        relation: 'member',
      }))
      await database.insertInto('group_people').values(rows).execute()
    }
  })
  return id
}

const connections = 8

/** `work` gets numbers from 0 on, in order. */
async function inTurns(count: number, work: (turn: number) => Promise<void>): Promise<void> {
  let next = 0
  const workers = Array.from({ length: connections }, async () => {
    while (next < count) await work(next++)
  })
  await Promise.all(workers)
}

async function send(
  url: string,
  method: 'POST' | 'PATCH',
  token: string,
  body: object,
  expected: number,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(`${method} ${url}: ${answer.status} ${text}`)
}

/**
 * The cost of adding one member to a group of 100,000 over a group of 10, in processor time of the server. Everybody who
 * was added is removed again after each measurement, so that the groups keep their sizes.
 */
import { join } from 'node:path'
import { createGroup } from '../../src/directory/change-groups.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import type { Running } from '../child.ts'
import { cpuSecondsOf } from '../load.ts'
import { type Population, tenantId, userAt } from '../population.ts'
import { compare } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { startVisage } from '../visage.ts'

const sizes = { large: 100_000, small: 10 } as const
type Size = keyof typeof sizes

const target = { atMost: 1.5 }
const batchSize = 1000

export async function membership(stage: Stage): Promise<Row> {
  const added = stage.plan.uploadsPerRound * 10
  const population = await stage.populate('members', sizes.large + added, 'without photos')
  const groups = {
    large: await fillGroup(population, 'large'),
    small: await fillGroup(population, 'small'),
  }
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const token = stage.issuer.groupKeeper()
  const people = Array.from({ length: added }, (_, index) => userAt(sizes.large + index).id)
  const cost = (size: Size) => () => costOfAdding(visage, token, groups[size], people)
  const compared = await compare('s', cost('large'), cost('small'), stage.plan.rounds)
  await visage.child.stop()
  return {
    what: `processor time of adding a member to a group of ${sizes.large.toLocaleString('en')}`,
    floor: `to a group of ${sizes.small}`,
    ...compared,
    target,
  }
}

/** A new group of the first people. Returns its id. */
async function fillGroup({ data }: Population, size: Size): Promise<string> {
  const id = crypto.randomUUID()
  await using database = await openSqlite({ file: join(data, 'visage.sqlite') })
  await createGroup(database, tenantId, { id, displayName: size }, { source: 'graph', at: 0 })
  for (let start = 0; start < sizes[size]; start += batchSize) {
    const count = Math.min(batchSize, sizes[size] - start)
    const rows = Array.from({ length: count }, (_, index) => ({
      tenant_id: tenantId,
      group_id: id,
      user_id: userAt(start + index).id,
      relation: 'member',
    }))
    await database.insertInto('group_people').values(rows).execute()
  }
  return id
}

async function costOfAdding(
  visage: Running,
  token: string,
  groupId: string,
  people: readonly string[],
): Promise<number> {
  const members = `${visage.origin}/v1.0/groups/${groupId}/members`
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const before = await cpuSecondsOf([visage])
  for (const id of people) {
    const body = JSON.stringify({ '@odata.id': `${visage.origin}/v1.0/users/${id}` })
    await expectDone(fetch(`${members}/$ref`, { method: 'POST', headers, body }))
  }
  const cpuSeconds = (await cpuSecondsOf([visage])) - before
  for (const id of people) {
    await expectDone(fetch(`${members}/${id}/$ref`, { method: 'DELETE', headers }))
  }
  return cpuSeconds / people.length
}

async function expectDone(asked: Promise<Response>): Promise<void> {
  const answer = await asked
  const text = await answer.text()
  if (answer.status !== 204) throw new Error(`${answer.url} answered ${answer.status}: ${text}`)
}

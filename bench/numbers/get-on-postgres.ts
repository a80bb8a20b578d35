/**
 * GET of a 96x96 with the rows in PostgreSQL over the same with the rows in SQLite; the same people, and
 * the same folder of packs.
 */
import { compareCosts, getRows } from '../costs.ts'
import { costsOfLoad } from '../load.ts'
import { userAt, warmUp } from '../population.ts'
import { expectSameBytes } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { startVisage } from '../visage.ts'

export async function getOnPostgres(stage: Stage): Promise<Row[]> {
  const { plan } = stage
  const { population, visage: embedded, requests } = await stage.readers()
  const database = await (await stage.postgres()).copy(population)
  const visage = await startVisage(population.data, stage.issuer, { database })
  stage.defer(visage.child.stop)
  await expectSameBytes(population.users, stage.tokens[0], index => {
    const path = photoPath(userAt(index).id, '96x96')
    return [visage.origin + path, embedded.origin + path]
  })
  await warmUp(population)
  const compared = await compareCosts(
    () => costsOfLoad([visage], requests, plan.seconds),
    () => costsOfLoad([embedded], requests, plan.seconds),
    plan.rounds,
  )
  await visage.child.stop()
  const people = population.users.toLocaleString('en')
  return getRows(`GET of a 96x96, ${people} people, PostgreSQL`, 'SQLite, same folder', compared)
}

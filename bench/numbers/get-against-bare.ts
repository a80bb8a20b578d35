/**
 * GET of a 96x96 over a bare `node:http` server that does the same look-up and the same read for the same requests, and
 * ignores the token.
 */
import { rate } from '../load.ts'
import { userAt, warmUp } from '../population.ts'
import { compare } from '../rounds.ts'
import { expectSameBytes } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import type { Row } from '../table.ts'

export async function getAgainstBare(stage: Stage): Promise<Row> {
  const { plan, tokens } = stage
  const { population, visage, requests } = await stage.readers()
  const bare = await stage.bare()
  await expectSameBytes(population.users, tokens[0], index => {
    const path = photoPath(userAt(index).id, '96x96')
    return [visage.origin + path, bare.origin + path]
  })
  await warmUp(population)
  const compared = await compare(
    '1/s',
    () => rate(visage, requests, plan.seconds),
    () => rate(bare, requests, plan.seconds),
    plan.rounds,
  )
  return {
    what: `GET of a 96x96, ${plan.users.toLocaleString('en')} distinct people, one process`,
    floor: 'bare `node:http`, same look-up and read',
    ...compared,
    target: { atLeast: 0.95 },
  }
}

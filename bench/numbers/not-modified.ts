/**
 * Answers of 304 to clients that have the photo already, over answers of 200 with the photo.
 */
import { rate, type Target, writeRequests } from '../load.ts'
import { userAt, warmUp } from '../population.ts'
import { compare } from '../rounds.ts'
import { photoPath, type Stage } from '../stage.ts'
import type { Row } from '../table.ts'

export async function notModified(stage: Stage): Promise<Row> {
  const { plan } = stage
  const { population, visage, requests } = await stage.readers()
  const targets = Array.from({ length: population.users }, (_, index) => {
    const { id, version } = userAt(index)
    return { path: photoPath(id, '96x96'), etag: `"${version}"` }
  })
  await expectNotModified(visage.origin, targets[0], stage.tokens[0])
  const conditional = writeRequests(stage.folder, 'unchanged', targets, stage.tokens)
  await warmUp(population)
  const compared = await compare(
    '1/s',
    () => rate(visage, conditional, plan.seconds),
    () => rate(visage, requests, plan.seconds),
    plan.rounds,
  )
  return {
    what: 'the same, answered 304',
    floor: 'answered 200',
    ...compared,
    target: { atLeast: 1.3 },
  }
}

async function expectNotModified(
  origin: string,
  target: Target | undefined,
  token: string | undefined,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'if-none-match': target?.etag ?? '' }
  const { status } = await fetch(`${origin}${target?.path}`, { headers })
  if (status !== 304) throw new Error(`${target?.path} answered ${status} instead of 304`)
}

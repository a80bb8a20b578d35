/**
 * What a GET costs in a directory of a million people over one of a thousand, in processor time of the
 * server. Rows, names and folders grow; the bytes of the pictures are the same in both.
 */
import { costOfAnswer, writeRequests } from '../load.ts'
import { expect, warmUp } from '../population.ts'
import { compare, type Measure } from '../rounds.ts'
import { readPicture } from '../same-bytes.ts'
import { type Stage, sampleTargets } from '../stage.ts'
import type { Row } from '../table.ts'
import { startVisage } from '../visage.ts'

const fewUsers = 1000

export async function directorySize(stage: Stage): Promise<Row> {
  const { plan } = stage
  const many = await open(stage, plan.manyUsers)
  const few = await open(stage, fewUsers)
  return {
    what: `processor time of a GET among ${plan.manyUsers.toLocaleString('en')} people`,
    floor: `among ${fewUsers.toLocaleString('en')}`,
    ...(await compare(many, few, plan.rounds)),
    target: { atMost: 1.2 },
  }
}

async function open(stage: Stage, users: number): Promise<Measure> {
  const population = await stage.populate('linked', users, 'linked')
  await warmUp(population)
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const targets = sampleTargets(population)
  await readPicture(visage.origin + expect(targets[0]).path, stage.tokens[0])
  const requests = writeRequests(stage.folder, `among-${users}`, targets, stage.tokens)
  return () => costOfAnswer(visage, requests, stage.plan.seconds)
}

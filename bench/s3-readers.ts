/**
 * Visage on PostgreSQL and S3 with photos of 120 pixels, and the requests to it. It is set up for the first number that
 * needs it.
 */
import type { Running } from './child.ts'
import { type Requests, writeRequests } from './load.ts'
import { type Population, userAt, warmUp } from './population.ts'
import { smallPhotos } from './s3.ts'
import { expectSameBytes, readPicture } from './same-bytes.ts'
import { photoPath, type Stage, sampleTargets } from './stage.ts'
import { type Deployment, startVisage } from './visage.ts'

export type S3Readers = Readonly<{
  requests: Requests
  /** The embedded default over the same people. */
  embedded: () => Promise<Running>
  /** Once every picture has been read through it: warm, unless it has no cache. */
  start: (
    deployment: Pick<Deployment, 'packCacheBytes' | 'packCacheFolder' | 'place'>,
  ) => Promise<Running>
}>

/**
 * Warm: every picture was requested before and is in the process's cache. Cold: the process has no cache and fetches
 * each picture from S3, as for the first request of a picture.
 */
export const caches = { warm: {}, cold: { packCacheBytes: 0 } } as const

const readersAtOnce = 8

const opened = new WeakMap<Stage, Promise<S3Readers>>()

/** The same ones for every number of a run. */
export function s3ReadersOn(stage: Stage): Promise<S3Readers> {
  const readers = opened.get(stage) ?? openS3Readers(stage)
  opened.set(stage, readers)
  return readers
}

async function openS3Readers(stage: Stage): Promise<S3Readers> {
  const population = await stage.populate('distinct', stage.plan.s3Users, 'distinct')
  const [postgres, s3] = [await stage.postgres(), await stage.s3()]
  stage.say(`the photos of ${population.users} people to S3`)
  const database = await postgres.copy(population, smallPhotos)
  const packs = await s3.fill(population)
  const requests = writeRequests(stage.folder, 's3', sampleTargets(population), stage.tokens)
  return {
    requests,
    async embedded() {
      await warmUp(population)
      const visage = await startVisage(population.data, stage.issuer)
      stage.defer(visage.child.stop)
      return visage
    },
    async start(deployment) {
      const all = { ...deployment, database, packs }
      const visage = await startVisage(population.data, stage.issuer, all)
      stage.defer(visage.child.stop)
      await readAll(visage, population, stage.tokens)
      // While the disk is busy, the folder leaves pictures out.
      if (deployment.packCacheFolder !== undefined) await readAll(visage, population, stage.tokens)
      return visage
    },
  }
}

async function readAll(
  { origin }: Running,
  { users }: Population,
  tokens: readonly string[],
): Promise<void> {
  let next = 0
  const readInTurn = async () => {
    while (next < users) {
      const index = next++
      const path = photoPath(userAt(index).id, '96x96')
      await readPicture(origin + path, tokens[index % tokens.length])
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, readInTurn))
}

/** Throws unless both answer with the same pictures. */
export async function expectSamePictures(
  stage: Stage,
  one: Running,
  other: Running,
): Promise<void> {
  await expectSameBytes(stage.plan.s3Users, stage.tokens[0], index => {
    const path = photoPath(userAt(index).id, '96x96')
    return [one.origin + path, other.origin + path]
  })
}

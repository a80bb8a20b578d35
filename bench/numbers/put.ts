/**
 * PUT of an 8-megapixel phone JPEG, answered when every rendition is durable, over sharp that makes the same renditions
 * and stores none: in processor time, and in pictures per second.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from '../child.ts'
import type { Rendered } from '../floors/sharp-alone.ts'
import { phoneJpeg } from '../pictures.ts'
import { expect, userAt } from '../population.ts'
import { compareEach } from '../rounds.ts'
import { readPicture } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import type { Row } from '../table.ts'
import { costsOfUploads, writers } from '../upload.ts'
import { startVisage } from '../visage.ts'

const sizes = ['648x648', '504x504', '432x432', '360x360', '240x240', '120x120', '96x96', '64x64']

export async function put(stage: Stage): Promise<Row[]> {
  const { plan } = stage
  const population = await stage.populate('writers', writers, 'without photos')
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const token = stage.issuer.writer()
  const picture = await phoneJpeg()
  const file = join(stage.folder, 'phone.jpg')
  writeFileSync(file, picture)
  const alone = startChild(join(import.meta.dirname, '../floors/sharp-alone.ts'), [file], 'server')
  stage.defer(alone.stop)

  const count = plan.uploadsPerRound
  await costsOfUploads([visage], token, picture, 1)
  await expectSameRenditions(visage.origin, token, await render(alone, 1))
  const { cpuSeconds, perSecond } = await compareEach(
    { cpuSeconds: 's', perSecond: '1/s' },
    () => costsOfUploads([visage], token, picture, count),
    async () => {
      const rendered = await render(alone, count)
      return {
        cpuSeconds: rendered.cpuSeconds / count,
        perSecond: count / rendered.seconds,
      }
    },
    plan.rounds,
  )
  const what = 'PUT of an 8-megapixel phone JPEG, durable'
  const floor = 'sharp alone making the same renditions'
  return [
    { what: `${what}: processor time`, floor, ...cpuSeconds, target: { atMost: 1.15 } },
    { what: `${what}: throughput`, floor, ...perSecond, target: { atLeast: 0.88 } },
  ]
}

async function render(alone: Child, count: number): Promise<Rendered> {
  return (await alone.ask({ count })) as Rendered
}

/** Throws unless both make the same files, byte for byte: otherwise they do different work. */
async function expectSameRenditions(
  origin: string,
  token: string,
  { hashes }: Rendered,
): Promise<void> {
  for (const [index, size] of sizes.entries()) {
    const jpeg = await readPicture(origin + photoPath(userAt(0).id, size), token)
    const hash = createHash('sha256').update(jpeg).digest('hex')
    if (hash !== expect(hashes[index])) throw new Error(`sharp alone made another ${size}`)
  }
}

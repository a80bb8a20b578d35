/**
 * PUT of an 8-megapixel phone JPEG, answered when every rendition is durable, over sharp making the
 * same renditions of the same picture and keeping none: in processor time, and in pictures per second.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, type Running, startChild } from '../child.ts'
import type { Rendered } from '../floors/sharp-alone.ts'
import { phoneJpeg } from '../pictures.ts'
import { expect, userAt } from '../population.ts'
import { summarize } from '../rounds.ts'
import { readPicture } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import { stamp } from '../stamp.ts'
import type { Row } from '../table.ts'
import { createUploader, type Uploader } from '../upload.ts'
import { startVisage } from '../visage.ts'

/** Enough that the next picture is there when one is done. */
const inFlight = 4
const sizes = ['648x648', '504x504', '432x432', '360x360', '240x240', '120x120', '96x96', '64x64']

type Cost = Readonly<{ seconds: number; cpuSeconds: number }>

export async function put(stage: Stage): Promise<Row[]> {
  const { plan } = stage
  const population = await stage.populate('writers', 1000, 'without photos')
  const visage = await startVisage(population.data, stage.issuer)
  stage.defer(visage.child.stop)
  const token = stage.issuer.writer()
  const uploader = createUploader(visage.origin, token)
  const picture = await phoneJpeg()
  const file = join(stage.folder, 'phone.jpg')
  writeFileSync(file, picture)
  const alone = startChild(join(import.meta.dirname, '../floors/sharp-alone.ts'), [file], 'server')
  stage.defer(alone.stop)

  const cpu: number[] = []
  const pace: number[] = []
  for (let round = 0; round <= plan.rounds; round++) {
    const measure = async () => await upload(visage, uploader, picture, plan.uploadsPerRound)
    const measured = round % 2 === 0 ? await measure() : undefined
    const floor = await render(alone, plan.uploadsPerRound)
    const { seconds, cpuSeconds } = measured ?? (await measure())
    if (round === 0) await expectSameRenditions(visage.origin, token, floor)
    if (round === 0) continue
    cpu.push(cpuSeconds / floor.cpuSeconds)
    pace.push(floor.seconds / seconds)
  }
  uploader.close()
  const what = 'PUT of an 8-megapixel phone JPEG, durable'
  const floor = 'sharp alone making the same renditions'
  return [
    { what: `${what}: processor time`, floor, ...summarize(cpu), target: { atMost: 1.15 } },
    { what: `${what}: throughput`, floor, ...summarize(pace), target: { atLeast: 0.85 } },
  ]
}

let uploaded = 0

async function upload(
  { child }: Running,
  { put }: Uploader,
  picture: Buffer,
  count: number,
): Promise<Cost> {
  const before = await child.usage()
  const startedAt = performance.now()
  let left = count
  const uploadInTurn = async () => {
    while (left-- > 0) {
      const number = uploaded++
      const { status, body } = await put(userAt(number % 1000).id, stamp(picture, `put ${number}`))
      if (status !== 200) throw new Error(`PUT answered ${status}: ${body}`)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, uploadInTurn))
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, cpuSeconds: (await child.usage()).cpuSeconds - before.cpuSeconds }
}

async function render(alone: Child, count: number): Promise<Rendered> {
  return (await alone.ask({ count })) as Rendered
}

/** Of the same picture both make the same files, to the byte: else one of them does other work. */
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

/**
 * The peak memory of a new Visage while 64 uploads of 4 MB arrive at once. Refused uploads are retried; at the end all
 * photos must be set.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { watchMemory } from '../memory-watch.ts'
import { phoneJpegOf } from '../pictures.ts'
import { userAt } from '../population.ts'
import { readPicture } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import { stamp } from '../stamp.ts'
import type { Row } from '../table.ts'
import { createUploader, type Uploader } from '../upload.ts'
import { type Deployment, startVisage } from '../visage.ts'

const uploads = 64
const uploadBytes = 4 * 1024 * 1024
const limitMegabytes = 400
const timeoutMs = 120_000

export async function memory(stage: Stage, deployment: Deployment = {}): Promise<Row> {
  const population = await stage.populate('writers', 1000, 'without photos')
  const visage = await startVisage(population.data, stage.issuer, deployment)
  const token = stage.issuer.writer()
  const uploader = createUploader(visage.origin, token)
  const picture = await phoneJpegOf(uploadBytes)
  const watch = watchMemory(visage.child.process.pid ?? 0)
  const runName = Date.now().toString(36)
  const people = Array.from({ length: uploads }, (_, index) => userAt(index).id)
  const refusals = await Promise.all(
    people.map(id => insist(uploader, id, stamp(picture, `${runName} ${id.slice(0, 8)}`))),
  )
  for (const id of people) await readPicture(visage.origin + photoPath(id, '96x96'), token)
  const { peak } = watch.take()
  watch.stop()
  uploader.close()
  await visage.child.stop()
  const refused = refusals.filter(count => count > 0).length
  return {
    what: `peak resident memory of all processes, ${uploads} uploads of 4 MB at once`,
    floor: `${limitMegabytes} MB`,
    ratio: peak / limitMegabytes,
    target: { atMost: 1 },
    note: `${refused} were told to retry, all are readable`,
  }
}

/** Uploads until it is accepted. Returns how often it was refused. */
async function insist({ put }: Uploader, id: string, picture: Buffer): Promise<number> {
  const until = performance.now() + timeoutMs
  for (let refusals = 0; performance.now() < until; refusals++) {
    const { status, retryAfter, body } = await put(id, picture)
    if (status === 200) return refusals
    if (status !== 503 || !/^\d+$/.test(retryAfter ?? '')) {
      throw new Error(`PUT answered ${status}, Retry-After ${retryAfter}: ${body}`)
    }
    await delay(Number(retryAfter) * 1000)
  }
  throw new Error(`no place for an upload in ${timeoutMs} ms`)
}

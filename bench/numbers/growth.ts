/**
 * Whether memory of pictures is freed: many uploads, every tenth from a phone, while photos are read. The memory during the last
 * tenth over that during the second: in the first, everything is used for the first time. And the peak of all of them.
 */
import { canWatch, watchMemory } from '../memory-watch.ts'
import { phoneJpeg, portraitJpeg } from '../pictures.ts'
import { userAt } from '../population.ts'
import { photoPath, type Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { costsOfUploads, writers } from '../upload.ts'
import { startVisage } from '../visage.ts'

const floor = 'in their second tenth'
const limitMegabytes = 350

export async function growth(stage: Stage): Promise<Row[]> {
  const count = stage.plan.growthUploads
  const uploads = `${count} uploads, photos read meanwhile`
  const what = `resident memory of all processes, ${uploads}, in their last tenth`
  if (!canWatch) return [notMeasured(what, floor, 'there is no /proc with children')]
  const population = await stage.populate('writers', writers, 'without photos')
  const visage = await startVisage(population.data, stage.issuer, { place: 'anywhere' })
  stage.defer(visage.child.stop)
  const token = stage.issuer.writer()
  const portrait = await portraitJpeg({ width: 800, height: 1000, grain: 12 })
  const phone = await phoneJpeg()
  const memory = watchMemory(visage.child.process.pid ?? 0)
  const tenths: Readonly<{ mean: number; peak: number }>[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    const uploading = Promise.all([
      costsOfUploads([visage], token, portrait, Math.ceil((count * 9) / 100)),
      costsOfUploads([visage], token, phone, Math.ceil(count / 100)),
    ])
    await readUntil(uploading, visage.origin, token)
    tenths.push(memory.take())
  }
  memory.stop()
  await visage.child.stop()
  const [, second] = tenths.map(({ mean }) => mean)
  const last = tenths.at(-1)?.mean
  if (second === undefined || last === undefined) throw new Error('ten tenths were measured')
  const peak = Math.max(...tenths.map(tenth => tenth.peak))
  return [
    {
      what,
      floor,
      ratio: last / second,
      target: { atMost: 1.05 },
      note: `${Math.round(second)} and ${Math.round(last)} MB`,
    },
    {
      what: `peak resident memory of all processes, ${uploads}`,
      floor: `${limitMegabytes} MB`,
      ratio: peak / limitMegabytes,
      target: { atMost: 1 },
    },
  ]
}

/** Of any person: with a photo or not yet. */
async function readUntil(done: Promise<unknown>, origin: string, token: string): Promise<void> {
  let isDone = false
  const finished = done.finally(() => {
    isDone = true
  })
  const headers = { authorization: `Bearer ${token}` }
  for (let index = 0; !isDone; index = (index + 1) % writers) {
    const response = await fetch(origin + photoPath(userAt(index).id, '96x96'), { headers })
    await response.arrayBuffer()
  }
  await finished
}

/**
 * The peak memory of all processes of a new Visage while three pictures arrive at once whose decoders hold every pixel:
 * 16-bit interlaced PNGs of 5,700 x 5,700 in 250 KB.
 */
import { canWatch, watchMemory } from '../memory-watch.ts'
import { interlacedPng } from '../pictures.ts'
import { userAt } from '../population.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { createUploader } from '../upload.ts'
import { startVisage } from '../visage.ts'

const what =
  'peak resident memory of all processes, three 16-bit interlaced PNGs of 5,700 x 5,700 at once'
/** As in deploy/, for the unit and for each container. */
const grantedMegabytes = 1024
const floor = '1 GB, as deploy/ grants'
const side = 5700

export async function heavyPictures(stage: Stage): Promise<Row> {
  if (!canWatch) return notMeasured(what, floor, 'there is no /proc with children')
  const population = await stage.populate('writers', 1000, 'without photos')
  const visage = await startVisage(population.data, stage.issuer, { place: 'anywhere' })
  stage.defer(visage.child.stop)
  const uploader = createUploader(visage.origin, stage.issuer.writer())
  const picture = await interlacedPng(side)
  // Bytes after the end make it another upload.
  const pictures = [1, 2, 3].map(number => Buffer.concat([picture, Buffer.of(number)]))
  const memory = watchMemory(visage.child.process.pid ?? 0)
  const answers = await Promise.all(
    pictures.map((picture, number) => uploader.put(userAt(number).id, picture)),
  )
  const { peak } = memory.take()
  memory.stop()
  uploader.close()
  await visage.child.stop()
  for (const { status, body } of answers) {
    if (status !== 200) throw new Error(`PUT answered ${status}: ${body}`)
  }
  return {
    what,
    floor,
    ratio: peak / grantedMegabytes,
    target: { atMost: 1 },
    note: `${Math.round(peak)} MB, and all three are taken`,
  }
}

/**
 * Whether memory of uploads is freed: of many uploads one after the other, the memory during the last tenth over that
 * during the second tenth. The first tenth is left out, because everything is used for the first time there.
 */
import { canWatch, watchMemory } from '../memory-watch.ts'
import { portraitJpeg } from '../pictures.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { costsOfUploads, writers } from '../upload.ts'
import { startVisage } from '../visage.ts'

const floor = 'in their second tenth'

export async function growth(stage: Stage): Promise<Row> {
  const count = stage.plan.growthUploads
  const what = `resident memory of all processes, ${count} uploads, in their last tenth`
  if (!canWatch) return notMeasured(what, floor, 'there is no /proc with children')
  const population = await stage.populate('writers', writers, 'without photos')
  const visage = await startVisage(population.data, stage.issuer, { place: 'anywhere' })
  stage.defer(visage.child.stop)
  const token = stage.issuer.writer()
  const picture = await portraitJpeg({ width: 800, height: 1000, grain: 12 })
  const memory = watchMemory(visage.child.process.pid ?? 0)
  const tenths: number[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    await costsOfUploads([visage], token, picture, Math.ceil(count / 10))
    tenths.push(memory.take().mean)
  }
  memory.stop()
  await visage.child.stop()
  const [, second = 0] = tenths
  const last = tenths.at(-1) ?? 0
  return {
    what,
    floor,
    ratio: last / second,
    target: { atMost: 1.05 },
    note: `${Math.round(second)} and ${Math.round(last)} MB`,
  }
}

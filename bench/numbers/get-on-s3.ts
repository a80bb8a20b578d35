/**
 * GET of a 96x96 on PostgreSQL and S3 over the embedded default, for the same people and the same bytes,
 * with warm caches, with cold ones, and with those of a folder alone.
 */
import { join } from 'node:path'
import { compareCosts, getRows } from '../costs.ts'
import { costsOfLoad } from '../load.ts'
import { caches, expectSamePictures, s3ReadersOn } from '../s3-readers.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'

const floor = 'SQLite and folder'

export async function getOnS3(stage: Stage): Promise<Row[]> {
  const { plan } = stage
  const what = `GET of a 96x96, ${plan.s3Users.toLocaleString('en')} people, PostgreSQL and S3`
  if (stage.whyNoS3 !== undefined) return [notMeasured(what, floor, stage.whyNoS3)]
  const readers = await s3ReadersOn(stage)
  const embedded = await readers.embedded()
  const rows: Row[] = []
  // As after a restart: nothing is in memory, and every picture is in the folder.
  const folder = { packCacheBytes: 0, packCacheFolder: join(stage.folder, 'pack-cache') }
  const all = [
    { name: 'warm cache', cache: caches.warm, target: { atMost: 1.2 } },
    { name: 'cache folder', cache: folder, target: { atMost: 1.3 } },
    { name: 'cold cache', cache: caches.cold, target: { atMost: 4 } },
  ]
  for (const { name, cache, target } of all) {
    const visage = await readers.start(cache)
    await expectSamePictures(stage, visage, embedded)
    const compared = await compareCosts(
      () => costsOfLoad([visage], readers.requests, plan.seconds),
      () => costsOfLoad([embedded], readers.requests, plan.seconds),
      plan.rounds,
    )
    await visage.child.stop()
    rows.push(...getRows(`${what}, ${name}`, floor, compared, target))
  }
  await embedded.child.stop()
  return rows
}

/**
 * PUT of an 8-megapixel phone JPEG on PostgreSQL and S3 over the embedded default. Both answer when rows are on the disk
 * and the pack is durable: in a synced file with the default, and in three copies with S3, which the bench's Ceph keeps
 * in memory.
 */
import { compareCosts, costRow, rateRow } from '../costs.ts'
import { phoneJpeg } from '../pictures.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { costsOfUploads, writers } from '../upload.ts'
import { startVisage } from '../visage.ts'

const what = 'PUT of an 8-megapixel phone JPEG, durable, PostgreSQL and S3'
const floor = 'SQLite and folder'

export async function putOnS3(stage: Stage): Promise<Row[]> {
  const { plan, issuer, whyNoS3 } = stage
  if (whyNoS3 !== undefined) return [notMeasured(what, floor, whyNoS3)]
  const population = await stage.populate('writers', writers, 'without photos')
  const database = await (await stage.postgres()).copy(population)
  const packs = await (await stage.s3()).empty()
  const embedded = await startVisage(population.data, issuer)
  const onServers = await startVisage(population.data, issuer, { database, packs })
  for (const { child } of [embedded, onServers]) stage.defer(child.stop)
  const token = issuer.writer()
  const picture = await phoneJpeg()
  const compared = await compareCosts(
    () => costsOfUploads([onServers], token, picture, plan.uploadsPerRound),
    () => costsOfUploads([embedded], token, picture, plan.uploadsPerRound),
    plan.rounds,
  )
  for (const { child } of [embedded, onServers]) await child.stop()
  return [costRow(what, floor, compared), rateRow(what, floor, compared)]
}

/**
 * A real S3 for the bench, Ceph with three copies of every object, and the small sizes of a population's
 * photos in it. If its programs are not installed, the rows that need it have a note.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { S3Location } from '../src/storage/location.ts'
import { openS3Packs } from '../src/storage/s3.ts'
import { type Ceph, startCeph } from '../test/support/ceph.ts'
import { expect, largestStored, type Population, packPath, userAt } from './population.ts'
import type { ChangeRow, Row } from './postgres.ts'
import type { Deployment } from './visage.ts'

export type S3 = Readonly<{
  /** A new bucket, and in it the packs of a population as `smallPhotos` has their rows. */
  fill: (population: Population) => Promise<Packs>
  /** A new bucket. */
  empty: () => Promise<Packs>
  processes: () => number[]
  stop: () => Promise<void>
}>

type Packs = NonNullable<Deployment['packs']>

const copies = 3
const concurrency = 16

export async function startS3(): Promise<S3> {
  const ceph = await startCeph(copies)
  return {
    async fill(population) {
      const location = await ceph.createBucket()
      await writePacks(ceph, location, population)
      return addressOf(location, ceph)
    },
    empty: async () => addressOf(await ceph.createBucket(), ceph),
    processes: ceph.processes,
    stop: async () => await ceph[Symbol.asyncDispose](),
  }
}

function addressOf({ bucket, prefix, endpoint }: S3Location, { credentials }: Ceph): Packs {
  return {
    url: `s3://${bucket}/${prefix}?endpoint=${endpoint}`,
    env: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  }
}

/**
 * Packs on the disk have holes instead of the large sizes; on S3 they would be 150 KB each. Therefore the photos there
 * have 120 pixels.
 */
export const smallPhotos: ChangeRow = {
  name: '-small',
  change: (table, row) => (table === 'photos' ? withSmallSizes(row) : row),
}

type Numbers = readonly [width: number, height: number, offset: number, length: number]

function withSmallSizes(row: Row): Row {
  const small = smallSizes(row)
  const start = startOf(small)
  const moved = small.map(([width, height, at, length]) => [width, height, at - start, length])
  return { ...row, renditions: JSON.stringify(moved) }
}

function smallSizes({ renditions }: Row): Numbers[] {
  return (JSON.parse(String(renditions)) as Numbers[]).filter(([width]) => width <= largestStored)
}

const startOf = (small: readonly Numbers[]): number => expect(small[0])[2]

async function writePacks(
  { credentials }: Ceph,
  location: S3Location,
  { data, users }: Population,
): Promise<void> {
  const packs = await openS3Packs({ location, credentials })
  const starts = readStarts(data)
  let next = 0
  const writeInTurn = async () => {
    while (next < users) {
      const { version } = userAt(next++)
      const pack = readFileSync(packPath(join(data, 'packs'), version))
      await packs.write(version, pack.subarray(expect(starts.get(version))))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, writeInTurn))
}

/** The position of the small sizes in the packs on the disk. */
function readStarts(data: string): ReadonlyMap<string, number> {
  const database = new DatabaseSync(join(data, 'visage.sqlite'), { readOnly: true })
  const rows = database.prepare('select version, renditions from photos').all()
  database.close()
  return new Map(rows.map(row => [String(row.version), startOf(smallSizes(row))]))
}

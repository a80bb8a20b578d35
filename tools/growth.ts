/**
 * The calculation of docs/growth.md: assumptions, what was measured, what others have published, and the
 * load of ten thousand to a hundred million people that follows. Decides every figure of that page's
 * tables; test/tools/growth.test.ts measures anew what can be measured without quiet.
 */

/** Each with the words that the page gives for it. */
export const assumptions = {
  photoShare: [0.8, 'people with a photo'],
  readsPerPersonAndDay: [50, 'photo reads per person and day, by all their apps together'],
  peakFactor: [5, 'the busiest minute, compared with the average of the day'],
  unchangedShare: [0.4, 'reads answered 304, without a body'],
  memoryHitShare: [0.5, 'of the other reads: served from the memory of a process'],
  uploadsPerPersonAndYear: [1, 'photos each person sets per year'],
  rolloutDays: [30, 'days in which everybody’s photo is set at the start'],
  busyShare: [0.5, 'load of a CPU core at the peak; the rest is headroom for losing a node'],
} as const satisfies Record<string, readonly [number, string]>

/** On two cores of a shared machine (AMD EPYC), in November 2026, with other work on it all the time. */
export const measured = {
  bytesPerPack: [150_000, 'a pack with all sizes, from a photo of 648 pixels or more'],
  bytesPerPersonPostgres: [
    4_500,
    'a person’s row in PostgreSQL, with indexes and words to search by',
  ],
  bytesPerPhotoPostgres: [650, 'a photo’s row in PostgreSQL, with indexes'],
  bytesPerPersonSqlite: [2_800, 'a person’s row in SQLite, with indexes and words to search by'],
  bytesPerPhotoSqlite: [620, 'a photo’s row in SQLite, with indexes'],
  readMsSqlite: [0.09, 'ms of CPU for a GET of 96 pixels, embedded'],
  readMsPostgres: [0.21, 'ms of CPU for the same with the row in PostgreSQL'],
  databaseMs: [0.1, 'ms of CPU that PostgreSQL itself spends on that'],
  storeMs: [1.5, 'ms of CPU on top when the bytes come from S3'],
  uploadMs: [89, 'ms of CPU for a PUT of an 8-megapixel phone photo'],
} as const satisfies Record<string, readonly [number, string]>

export const published = {
  awsReads: [
    5_500,
    'https://repost.aws/knowledge-center/s3-object-key-naming-pattern',
    'GETs per second, AWS S3, per partitioned prefix',
  ],
  awsWrites: [
    3_500,
    'https://repost.aws/knowledge-center/s3-object-key-naming-pattern',
    'PUTs per second, AWS S3, per partitioned prefix',
  ],
  cephReads: [
    28_000,
    'https://www.redhat.com/en/resources/data-solutions-overview',
    'GETs of 64 KB per second, one Ceph cluster on hard disks with its index on flash, 10 billion objects',
  ],
  cephWrites: [
    17_000,
    'https://www.redhat.com/en/resources/data-solutions-overview',
    'PUTs of 64 KB per second, the same cluster',
  ],
  cephShardObjects: [
    102_400,
    'https://docs.redhat.com/en/documentation/red_hat_ceph_storage/4/html/object_gateway_configuration_and_administration_guide/configuring-bucket-sharding-rgw',
    'objects per bucket index shard in Ceph, at most, as Red Hat recommends',
  ],
  cephShards: [
    1_999,
    'https://docs.ceph.com/en/latest/radosgw/dynamicresharding/',
    'bucket index shards that Ceph creates by itself, at most',
  ],
  postgresReads: [
    1_998_580,
    'https://github.com/Vonng/pgtpc/blob/master/pgbench/aws.c5d.metal.extreme.md',
    'look-ups by key per second, one PostgreSQL on 96 vCPUs with 555 connections, everything in memory',
  ],
} as const satisfies Record<string, readonly [number, string, string]>

export const steps = [10_000, 1_000_000, 10_000_000, 100_000_000] as const

const secondsPerDay = 86_400
const objectsPerPage = 1_000

export type Load = Readonly<{
  people: number
  photos: number
  databaseBytes: number
  packBytes: number
  readsAtPeak: number
  storeReadsAtPeak: number
  uploadsAtPeak: number
  uploadsInRollout: number
  processorsEmbedded: number
  processors: number
  /** When no process has any of the bytes in memory. */
  processorsCold: number
  databaseProcessors: number
  sweepPages: number
}>

export function calculateLoad(people: number): Load {
  const [photoShare] = assumptions.photoShare
  const photos = people * photoShare
  const perDay = people * assumptions.readsPerPersonAndDay[0]
  const readsAtPeak = (perDay / secondsPerDay) * assumptions.peakFactor[0]
  const bodies = 1 - assumptions.unchangedShare[0]
  const storeReadsAtPeak = readsAtPeak * bodies * (1 - assumptions.memoryHitShare[0])
  const uploadsPerDay = (people * assumptions.uploadsPerPersonAndYear[0]) / 365
  const uploadsAtPeak = (uploadsPerDay / secondsPerDay) * assumptions.peakFactor[0]
  const processorsFor = (ms: number) => ms / 1000 / assumptions.busyShare[0]
  const uploadMs = uploadsAtPeak * measured.uploadMs[0]
  const readMs = (fromStore: number) =>
    readsAtPeak * measured.readMsPostgres[0] + fromStore * measured.storeMs[0]
  return {
    people,
    photos,
    databaseBytes:
      people * measured.bytesPerPersonPostgres[0] + photos * measured.bytesPerPhotoPostgres[0],
    packBytes: photos * measured.bytesPerPack[0],
    readsAtPeak,
    storeReadsAtPeak,
    uploadsAtPeak,
    uploadsInRollout: photos / assumptions.rolloutDays[0] / secondsPerDay,
    processorsEmbedded: processorsFor(readsAtPeak * measured.readMsSqlite[0] + uploadMs),
    processors: processorsFor(readMs(storeReadsAtPeak) + uploadMs),
    processorsCold: processorsFor(readMs(readsAtPeak * bodies) + uploadMs),
    databaseProcessors: processorsFor(readsAtPeak * measured.databaseMs[0]),
    sweepPages: photos / objectsPerPage,
  }
}

const rows: readonly (readonly [string, (load: Load) => string])[] = [
  ['photos', load => count(load.photos)],
  ['database rows', load => count(load.people + load.photos)],
  ['database size', load => bytes(load.databaseBytes)],
  ['packs, one copy', load => bytes(load.packBytes)],
  ['reads per second at the peak', load => count(load.readsAtPeak)],
  ['of which from S3', load => count(load.storeReadsAtPeak)],
  ['uploads per second at the peak', load => count(load.uploadsAtPeak)],
  ['uploads per second while everybody’s photo is set', load => count(load.uploadsInRollout)],
  ['CPU cores for Visage, embedded', load => whole(load.processorsEmbedded)],
  ['CPU cores for Visage, PostgreSQL and S3', load => whole(load.processors)],
  ['the same with nothing in memory', load => whole(load.processorsCold)],
  ['CPU cores for PostgreSQL’s look-ups', load => whole(load.databaseProcessors)],
  [
    'PostgreSQL servers of the published kind for them',
    load => whole(load.readsAtPeak / published.postgresReads[0]),
  ],
  [
    'AWS S3 partitioned prefixes for the reads',
    load => whole(load.storeReadsAtPeak / published.awsReads[0]),
  ],
  [
    'Ceph clusters of the published kind for the reads',
    load => whole(load.storeReadsAtPeak / published.cephReads[0]),
  ],
  [
    'bucket index shards in Ceph',
    load => count(Math.ceil(load.photos / published.cephShardObjects[0])),
  ],
  ['pages of a thousand names per sweep', load => count(Math.ceil(load.sweepPages))],
]

export function renderGrowth(): string {
  const loads = steps.map(calculateLoad)
  return [
    table(
      ['', ...steps.map(people => `${words(people)} people`)],
      [...rows.map(([name, render]) => [name, ...loads.map(render)])],
    ),
    'Assumed:',
    table(
      ['', ''],
      Object.values(assumptions).map(([value, meaning]) => [meaning, share(value)]),
    ),
    'Measured on two cores of a shared, busy machine, so the figures err on the expensive side:',
    table(
      ['', ''],
      Object.values(measured).map(([value, meaning]) => [meaning, unit(value, meaning)]),
    ),
    'Published by others:',
    table(
      ['', '', 'Source'],
      Object.values(published).map(([value, source, meaning]) => [
        meaning,
        value.toLocaleString('en'),
        `<${source}>`,
      ]),
    ),
  ].join('\n\n')
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(head),
    `|${head.map((_, at) => (at === 0 ? '---|' : '---:|')).join('')}`,
    ...body.map(line),
  ].join('\n')
}

/** Two figures that count: more would promise more than the assumptions hold. */
function rounded(value: number): number {
  return Number(value.toPrecision(2))
}

function count(value: number): string {
  if (value >= 1) return rounded(value).toLocaleString('en')
  return value < 0.01 ? 'under 0.01' : String(Number(value.toPrecision(1)))
}

function whole(value: number): string {
  return value < 1 ? 'under 1' : rounded(Math.ceil(value)).toLocaleString('en')
}

function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  return `${rounded(value / 1000 ** power).toLocaleString('en')} ${units[power]}`
}

function words(people: number): string {
  return people >= 1_000_000 ? `${people / 1_000_000} million` : people.toLocaleString('en')
}

function share(value: number): string {
  return value < 1 ? `${value * 100} %` : String(value)
}

function unit(value: number, meaning: string): string {
  return meaning.startsWith('ms') ? String(value) : bytes(value)
}

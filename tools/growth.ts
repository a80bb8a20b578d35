/**
 * The calculation of docs/growth.md: assumptions, measured sizes, what others have published, and the load of ten thousand
 * to a hundred million people that follows. The processor times are read from the page, into which the bench writes them.
 * test/tools/growth.test.ts measures the sizes again.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CostName, readCosts } from '../bench/growth-costs.ts'

const page = join(import.meta.dirname, '../docs/growth.md')

/** Each with its words on the page. */
const assumptions = {
  photoShare: [0.8, 'people with a photo'],
  readsPerPersonAndDay: [50, 'photo reads per person and day, by all their apps together'],
  peakFactor: [5, 'the busiest minute, compared with the average of the day'],
  unchangedShare: [0.4, 'reads answered 304, without a body'],
  memoryHitShare: [0.5, 'of the other reads: served from the memory of a process'],
  uploadsPerPersonAndYear: [1, 'photos each person sets per year'],
  rolloutDays: [30, 'days in which everybody’s photo is set at the start'],
  busyShare: [0.5, 'load of a CPU core at the peak; the rest is headroom for losing a node'],
} as const satisfies Record<string, readonly [number, string]>

/** Bytes. */
export const sizes = {
  pack: [150_000, 'a pack with all sizes, from a photo of 648 pixels or more'],
  picture: [2_900, 'a picture of 96 pixels'],
  personInPostgres: [4_500, 'a person’s row in PostgreSQL, with indexes and words to search by'],
  photoInPostgres: [730, 'a photo’s row in PostgreSQL, with indexes'],
  personInSqlite: [2_800, 'a person’s row in SQLite, with indexes and words to search by'],
  photoInSqlite: [670, 'a photo’s row in SQLite, with indexes'],
} as const satisfies Record<string, readonly [number, string]>

const published = {
  awsReads: [
    5_500,
    'GETs per second, AWS S3, per partitioned prefix',
    'https://repost.aws/knowledge-center/s3-object-key-naming-pattern',
  ],
  awsWrites: [
    3_500,
    'PUTs per second, AWS S3, per partitioned prefix',
    'https://repost.aws/knowledge-center/s3-object-key-naming-pattern',
  ],
  cephReads: [
    28_000,
    'GETs of 64 KB per second, one Ceph cluster on hard disks with its index on flash, 10 billion objects',
    'https://www.redhat.com/en/resources/data-solutions-overview',
  ],
  cephWrites: [
    17_000,
    'PUTs of 64 KB per second, the same cluster',
    'https://www.redhat.com/en/resources/data-solutions-overview',
  ],
  cephShardObjects: [
    102_400,
    'objects per bucket index shard in Ceph, at most, as Red Hat recommends',
    'https://docs.redhat.com/en/documentation/red_hat_ceph_storage/4/html/object_gateway_configuration_and_administration_guide/configuring-bucket-sharding-rgw',
  ],
  cephShards: [
    1_999,
    'bucket index shards that Ceph creates by itself, at most',
    'https://docs.ceph.com/en/latest/radosgw/dynamicresharding/',
  ],
  postgresReads: [
    1_998_580,
    'look-ups by key per second, one PostgreSQL on 96 vCPUs with 555 connections, everything in memory',
    'https://github.com/Vonng/pgtpc/blob/master/pgbench/aws.c5d.metal.extreme.md',
  ],
} as const satisfies Record<string, readonly [number, string, string]>

const steps = [10_000, 1_000_000, 10_000_000, 100_000_000] as const

const secondsPerDay = 86_400
const namesPerPage = 1_000
const secondsPerPage = 0.05
const defaultCacheBytes = 64 * 2 ** 20
/** Of a process, for look-ups that take less than a millisecond. */
const fewConnections = 3
const defaultConnections = 10

type Costs = Readonly<Record<CostName, number>>
type Load = ReturnType<typeof calculateLoad>

/** Milliseconds of processor time in; requests per second, bytes and processors out. */
function calculateLoad(people: number, costs: Costs) {
  const photos = people * assumptions.photoShare[0]
  const readsPerDay = people * assumptions.readsPerPersonAndDay[0]
  const reads = (readsPerDay / secondsPerDay) * assumptions.peakFactor[0]
  const bodies = reads * (1 - assumptions.unchangedShare[0])
  const storeReads = bodies * (1 - assumptions.memoryHitShare[0])
  const uploadsPerDay = (people * assumptions.uploadsPerPersonAndYear[0]) / 365
  const uploads = (uploadsPerDay / secondsPerDay) * assumptions.peakFactor[0]
  const processors = (ms: number) => ms / 1000 / assumptions.busyShare[0]
  const uploadMs = uploads * costs.put
  const postgresMs = reads * costs.postgres + uploadMs
  const storeMs = storeReads * costs.s3
  return {
    people,
    photos,
    databaseBytes: people * sizes.personInPostgres[0] + photos * sizes.photoInPostgres[0],
    packBytes: photos * sizes.pack[0],
    reads,
    storeReads,
    uploads,
    uploadsInRollout: photos / assumptions.rolloutDays[0] / secondsPerDay,
    rolloutHours: (photos * costs.put) / 1000 / 3600,
    embeddedProcessors: processors(reads * costs.embedded + uploadMs),
    processors: processors(postgresMs + storeMs),
    /** Of that. */
    storeShare: storeMs / (postgresMs + storeMs),
    coldProcessors: processors(postgresMs + bodies * costs.s3),
    databaseProcessors: processors(reads * costs.database),
    sweepPages: photos / namesPerPage,
    shards: Math.ceil(photos / published.cephShardObjects[0]),
  }
}

const rows: readonly (readonly [string, (load: Load) => string])[] = [
  ['photos', load => count(load.photos)],
  ['database rows', load => count(load.people + load.photos)],
  ['database size', load => bytes(load.databaseBytes)],
  ['packs, one copy', load => bytes(load.packBytes)],
  ['reads per second at the peak', load => count(load.reads)],
  ['of which from S3', load => count(load.storeReads)],
  ['uploads per second at the peak', load => count(load.uploads)],
  ['uploads per second while everybody’s photo is set', load => count(load.uploadsInRollout)],
  ['CPU cores for Visage, embedded', load => whole(load.embeddedProcessors)],
  ['CPU cores for Visage, PostgreSQL and S3', load => whole(load.processors)],
  ['the same with nothing in memory', load => whole(load.coldProcessors)],
  ['CPU cores for PostgreSQL’s look-ups', load => whole(load.databaseProcessors)],
  [
    'PostgreSQL servers of the published kind for them',
    load => whole(load.reads / published.postgresReads[0]),
  ],
  [
    'AWS S3 partitioned prefixes for the reads',
    load => whole(load.storeReads / published.awsReads[0]),
  ],
  [
    'Ceph clusters of the published kind for the reads',
    load => whole(load.storeReads / published.cephReads[0]),
  ],
  ['bucket index shards in Ceph', load => count(load.shards)],
  ['pages of a thousand names per sweep', load => count(Math.ceil(load.sweepPages))],
]

function loads(): readonly [Load, Load, Load, Load] {
  const costs = readCosts(readFileSync(page, 'utf8'))
  const [first, second, third, last] = steps
  const load = (people: number) => calculateLoad(people, costs)
  return [load(first), load(second), load(third), load(last)]
}

export function renderGrowth(): string {
  return table(
    ['', ...steps.map(people => `${words(people)} people`)],
    rows.map(([name, render]) => [name, ...loads().map(render)]),
  )
}

export function renderInputs(): string {
  return [
    'Assumed:',
    table(
      ['', ''],
      Object.values(assumptions).map(([value, meaning]) => [meaning, share(value)]),
    ),
    'Sizes, which a test measures again:',
    table(
      ['', ''],
      Object.values(sizes).map(([value, meaning]) => [meaning, bytes(value)]),
    ),
    'Published by others:',
    table(
      ['', '', 'Source'],
      Object.values(published).map(([value, meaning, source]) => [
        meaning,
        value.toLocaleString('en'),
        `<${source}>`,
      ]),
    ),
  ].join('\n\n')
}

/** The sentences that follow from the figures, so that no new figure makes one of them wrong. */
export function renderLimits(): string {
  const [first, million, tenMillion, last] = loads()
  return [
    `**Ten thousand people** hit no limit: one process, a folder of ${bytes(first.packBytes)}, a backup that takes a minute.`,

    `**A million** still fit on one machine: embedded, Visage needs ${cores(million.embeddedProcessors)}, and the packs fit
on one disk. The reason to use PostgreSQL and S3 at this size is not load but the loss of the machine. Of Visage’s CPU time there,
${count(million.storeShare * 100)} percent goes into fetching bytes from S3. Memory for pictures (\`VISAGE_PACK_CACHE\`) saves it: the default
of 64 MiB holds about ${count(defaultCacheBytes / sizes.picture[0])} pictures of 96 pixels, and one for each of
${count(million.photos)} photos takes ${bytes(million.photos * sizes.picture[0])} in every process. The least certain assumption
is that half of the reads come from memory; the row without it shows the other extreme. Setting everybody’s photo once takes one
core ${count(million.rolloutHours)} hours in total. A Ceph bucket needs ${count(million.shards)} index shards at this size; Ceph
adds them by itself.`,

    `**Ten million** have to look at the sweep first. It lists the whole bucket, a thousand names at a time. At
${secondsPerPage * 1000} ms per page that takes ${count((tenMillion.sweepPages * secondsPerPage) / 60)} minutes, and a sweep
begins every ten (\`VISAGE_SWEEP_EVERY\`). Sweeping once a day is enough at this size: what a sweep removes only costs space. The
reads from S3 take ${whole(tenMillion.storeReads / published.awsReads[0])} of what AWS gives one partitioned prefix. Pack names
begin with random hexadecimal digits, so AWS can split the bucket; it does so after some time under load and answers 503 until
then, so let a roll-out grow over hours. PostgreSQL is far from its limit in look-ups. With a process per core and
${defaultConnections} connections each it has
${connections(tenMillion, defaultConnections)} of them; three or four per process are enough for
look-ups that take less than a millisecond.`,

    `**A hundred million** have to look at PostgreSQL’s connections before its look-ups: with ${fewConnections} for each process there
are ${connections(last, fewConnections)}, and a single PostgreSQL handles a few hundred well. A pooler that hands out
connections per transaction (PgBouncer) does not work as things are, because the sweep holds its turn as a session lock. Reads
cannot be sent to replicas either: the next read would not see a photo that was just set. A single PostgreSQL primary with
${bytes(last.databaseBytes)} of data is still an ordinary server, but losing it means nobody has a photo until a replica takes over.
The packs need ${whole(last.storeReads / published.cephReads[0])} of the published Ceph clusters, or AWS. From here on, and for most
organisations long before, ten Visages of ten million people are better than one of a hundred million.`,
  ]
    .map(paragraph => paragraph.replaceAll('\n', ' '))
    .map(fill)
    .join('\n\n')
}

function connections(load: Load, each: number): string {
  return (rounded(Math.ceil(load.processors)) * each).toLocaleString('en')
}

/** Breaks a paragraph into lines. */
function fill(paragraph: string): string {
  const lines = ['']
  for (const word of paragraph.split(' ')) {
    const last = lines.pop() ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    lines.push(...(longer.length <= 120 ? [longer] : [last, word]))
  }
  return lines.join('\n')
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = `|${head.map((_, at) => (at === 0 ? '---|' : '---:|')).join('')}`
  return [line(head), rule, ...body.map(line)].join('\n')
}

/** Two digits that count: more would promise more than the assumptions hold. */
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

function cores(value: number): string {
  return value < 1 ? 'less than one CPU core' : `${whole(value)} CPU cores`
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

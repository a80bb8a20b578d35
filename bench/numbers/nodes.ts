/**
 * Two nodes on the same PostgreSQL and S3 over one, reading with warm and cold caches and writing. Nodes, database,
 * gateway and load share all processors of the machine on both sides: two processors show the cost of another node,
 * more processors its gain.
 */
import type { Running } from '../child.ts'
import { compareCosts, costRow, getRows, rateRow } from '../costs.ts'
import { costsOfLoad, cpuSecondsOf } from '../load.ts'
import { phoneJpeg } from '../pictures.ts'
import { usedProcessors } from '../processors.ts'
import { caches, s3ReadersOn } from '../s3-readers.ts'
import { canCount, cpuSecondsOfTrees, moveTrees } from '../server-processes.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { costsOfUploads, writers } from '../upload.ts'
import { startVisage } from '../visage.ts'

const floor = 'one node'
/** A single node is listed twice, so that both sides have as many clients. */
type Sides = Readonly<{ one: readonly [Running, Running]; two: readonly [Running, Running] }>

export async function nodes(stage: Stage): Promise<Row[]> {
  if (stage.whyNoS3 !== undefined) {
    return [notMeasured('two nodes on PostgreSQL and S3', floor, stage.whyNoS3)]
  }
  const processes = [...(await stage.postgres()).processes(), ...(await stage.s3()).processes()]
  moveTrees(processes, 'anywhere')
  try {
    return [...(await read(stage, 'warm')), ...(await read(stage, 'cold')), ...(await write(stage))]
  } finally {
    moveTrees(processes, 'load')
  }
}

async function read(stage: Stage, cache: keyof typeof caches): Promise<Row[]> {
  const { seconds, rounds } = stage.plan
  const readers = await s3ReadersOn(stage)
  const sides = await startSides(() => readers.start({ ...caches[cache], place: 'anywhere' }))
  const shares = await watchShares(stage, sides)
  const load = (servers: readonly Running[]) =>
    costsOfLoad(servers, readers.requests, seconds, 'anywhere')
  const compared = await compareCosts(
    () => shares.during(() => load(sides.two)),
    () => load(sides.one),
    rounds,
  )
  for (const { child } of sides.two) await child.stop()
  const rows = getRows(`GET of a 96x96, two nodes, ${cache} caches`, floor, compared)
  return withNote(rows, shares.tell())
}

async function write(stage: Stage): Promise<Row[]> {
  const { uploadsPerRound, rounds } = stage.plan
  const population = await stage.populate('writers', writers, 'without photos')
  const database = await (await stage.postgres()).copy(population)
  const packs = await (await stage.s3()).empty()
  const sides = await startSides(async () => {
    const deployment = { database, packs, place: 'anywhere' } as const
    const visage = await startVisage(population.data, stage.issuer, deployment)
    stage.defer(visage.child.stop)
    return visage
  })
  const shares = await watchShares(stage, sides)
  const [token, picture] = [stage.issuer.writer(), await phoneJpeg()]
  const upload = (servers: readonly Running[]) =>
    costsOfUploads(servers, token, picture, uploadsPerRound)
  const compared = await compareCosts(
    () => shares.during(() => upload(sides.two)),
    () => upload(sides.one),
    rounds,
  )
  for (const { child } of sides.two) await child.stop()
  const what = 'PUT of an 8-megapixel phone JPEG, two nodes'
  const rows = [costRow(what, floor, compared), rateRow(what, floor, compared)]
  return withNote(rows, shares.tell())
}

/** The note of the last row: it explains the ratio. */
function withNote(rows: readonly Row[], note: string | undefined): Row[] {
  return rows.map((row, index) =>
    index < rows.length - 1 || note === undefined || row.note !== undefined
      ? row
      : { ...row, note },
  )
}

async function startSides(start: () => Promise<Running>): Promise<Sides> {
  const [first, second] = [await start(), await start()]
  return { one: [first, first], two: [first, second] }
}

type Shares = Readonly<{
  during: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** The shares of processor time while two nodes ran. */
  tell: () => string | undefined
}>

/** Shows whether the processors are the limit: then the shares add up to nearly all. */
async function watchShares(stage: Stage, { two }: Sides): Promise<Shares> {
  const [postgres, s3] = [await stage.postgres(), await stage.s3()]
  const read = async () => ({
    Visage: await cpuSecondsOf(two),
    PostgreSQL: cpuSecondsOfTrees(postgres.processes()),
    Ceph: cpuSecondsOfTrees(s3.processes()),
    all: (performance.now() / 1000) * usedProcessors,
  })
  const sums = { Visage: 0, PostgreSQL: 0, Ceph: 0, all: 0 }
  const names = ['Visage', 'PostgreSQL', 'Ceph', 'all'] as const
  return {
    async during(work) {
      const before = await read()
      const result = await work()
      const after = await read()
      for (const name of names) sums[name] += after[name] - before[name]
      return result
    },
    tell() {
      if (!canCount) return undefined
      const told = names
        .filter(name => name !== 'all')
        .map(name => `${name} ${Math.round((100 * sums[name]) / sums.all)} %`)
      return `of the machine's processor time: ${told.join(', ')}`
    },
  }
}

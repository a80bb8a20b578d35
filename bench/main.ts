/**
 * `npm run bench`: measures every number that docs/performance.md shows, against its floor, in one
 * run, and prints the tables. Exit code 1 when a number is not held, 2 when the bench was
 * called wrongly.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renewCosts } from './growth-costs.ts'
import { generator } from './load.ts'
import { directorySearch } from './numbers/directory-search.ts'
import { directorySize, directorySizeOnPostgres } from './numbers/directory-size.ts'
import { firstStart } from './numbers/first-start.ts'
import { getAgainstBare } from './numbers/get-against-bare.ts'
import { getAgainstNginx } from './numbers/get-against-nginx.ts'
import { getOnPostgres } from './numbers/get-on-postgres.ts'
import { getOnS3 } from './numbers/get-on-s3.ts'
import { growth } from './numbers/growth.ts'
import { heavyPictures } from './numbers/heavy-pictures.ts'
import { importPeople } from './numbers/import.ts'
import { membership } from './numbers/membership.ts'
import { memory } from './numbers/memory.ts'
import { nodes } from './numbers/nodes.ts'
import { notModified } from './numbers/not-modified.ts'
import { push } from './numbers/push.ts'
import { put } from './numbers/put.ts'
import { putOnS3 } from './numbers/put-on-s3.ts'
import { scim } from './numbers/scim.ts'
import { start } from './numbers/start.ts'
import { workers } from './numbers/workers.ts'
import { describeUsage, type Plan, readPlan } from './plan.ts'
import { canPin, moveToLoad } from './processors.ts'
import { openStage, type Stage } from './stage.ts'
import { formatTable, isHeld, type Row, replaceSection } from './table.ts'

type Measure = (stage: Stage) => Promise<Row | readonly Row[]>

/** The numbers of one process with its data folder. */
const embedded: Readonly<Record<string, Measure>> = {
  bare: getAgainstBare,
  unchanged: notModified,
  nginx: getAgainstNginx,
  put,
  directory: directorySize,
  memory: stage => memory(stage),
  heavy: heavyPictures,
  growth,
  workers,
  start,
  'first-start': firstStart,
}

/** People and groups, in one process with its data folder. */
const people: Readonly<Record<string, Measure>> = {
  search: directorySearch,
  membership,
  scim,
  import: importPeople,
}

/** A client, against the server. */
const clients: Readonly<Record<string, Measure>> = { push }

/** On PostgreSQL and S3. */
const onServers: Readonly<Record<string, Measure>> = {
  postgres: getOnPostgres,
  s3: getOnS3,
  's3-put': putOnS3,
  nodes,
  'postgres-directory': directorySizeOnPostgres,
}

const publishedIn = 'docs/performance.md'
const growthIn = 'docs/growth.md'
const sections = [
  { name: 'folder', numbers: embedded },
  { name: 'people', numbers: people },
  { name: 'push', numbers: clients },
  { name: 'servers', numbers: onServers },
] as const

type Section = (typeof sections)[number]
type Measured = Readonly<{ section: Section; rows: readonly Row[] }>

const say = (line: string) => void process.stderr.write(`${line}\n`)

async function run(plan: Plan): Promise<Measured[]> {
  moveToLoad()
  const stage = await openStage(plan, say)
  endOnSignals(stage)
  try {
    const measured: Measured[] = []
    for (const section of sections) {
      measured.push({ section, rows: await measureSection(stage, section) })
    }
    return measured.filter(({ rows }) => rows.length > 0)
  } finally {
    await stage.close()
  }
}

async function measureSection(stage: Stage, { numbers }: Section): Promise<Row[]> {
  const { only } = stage.plan
  const rows: Row[] = []
  for (const [name, measure] of Object.entries(numbers)) {
    if (only.length > 0 && !only.includes(name)) continue
    say(`measuring: ${name}`)
    rows.push(...[await measure(stage)].flat())
  }
  return rows
}

/** A signal ends everything that was started. */
function endOnSignals(stage: Stage): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stage.close().finally(() => process.exit(130)))
  }
}

function describeRun(plan: Plan): string {
  const where = canPin
    ? 'the server on one processor, the load on another'
    : 'server and load share the processors (no taskset), which narrows every difference'
  const rounds = `${plan.rounds} rounds of ${plan.seconds} s, each side in turn, by ${generator}`
  return `Median of ${rounds} (smallest–largest); ${where}; Node.js ${process.versions.node}.`
}

function publish(plan: Plan, measured: readonly Measured[]): void {
  const tables = measured.map(({ section, rows }) => ({
    section,
    table: `${formatTable(rows)}\n\n${describeRun(plan)}`,
  }))
  const rows = measured.flatMap(each => each.rows)
  const text = tables.map(({ table }) => table).join('\n\n')
  process.stdout.write(plan.json ? `${JSON.stringify(rows, null, 2)}\n` : `${text}\n`)
  if (!plan.write) return
  rewrite(publishedIn, page =>
    tables.reduce((text, { section, table }) => replaceSection(text, section.name, table), page),
  )
  rewrite(growthIn, page => renewCosts(page, rows))
}

function rewrite(file: string, change: (page: string) => string): void {
  const path = join(import.meta.dirname, '..', file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

async function main(): Promise<number> {
  const listings = sections.map(({ name, numbers }) => ({ name, names: Object.keys(numbers) }))
  const usage = describeUsage(listings)
  let plan: Plan | 'help'
  try {
    plan = readPlan(process.argv.slice(2), listings)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  if (plan === 'help') {
    process.stdout.write(usage)
    return 0
  }
  try {
    const measured = await run(plan)
    publish(plan, measured)
    return measured.some(({ rows }) => rows.some(row => isHeld(row) === false)) ? 1 : 0
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error))
    return 3
  }
}

// process.exitCode is not enough: the code that starts PostgreSQL sets its own exit code at the end.
process.exit(await main())

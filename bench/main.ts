/**
 * `npm run bench`: measures every number that README.md shows, against its floor, in one run, and
 * prints the table. Exit code 1 when a number is not held, 2 when the bench was called wrongly.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generator } from './load.ts'
import { directorySize } from './numbers/directory-size.ts'
import { getAgainstBare } from './numbers/get-against-bare.ts'
import { getAgainstNginx } from './numbers/get-against-nginx.ts'
import { memory } from './numbers/memory.ts'
import { notModified } from './numbers/not-modified.ts'
import { put } from './numbers/put.ts'
import { start } from './numbers/start.ts'
import { type Plan, readPlan, usage } from './plan.ts'
import { canPin, moveToLoad } from './processors.ts'
import { openStage, type Stage } from './stage.ts'
import { formatTable, isHeld, type Row, replaceSection } from './table.ts'

type Measure = (stage: Stage) => Promise<Row | readonly Row[]>

const numbers: Readonly<Record<string, Measure>> = {
  bare: getAgainstBare,
  nginx: getAgainstNginx,
  unchanged: notModified,
  put,
  directory: directorySize,
  memory,
  start,
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

async function run(plan: Plan): Promise<Row[]> {
  moveToLoad()
  const stage = await openStage(plan, say)
  const rows: Row[] = []
  try {
    for (const name of plan.only.length > 0 ? plan.only : Object.keys(numbers)) {
      const measure = numbers[name]
      if (measure === undefined) throw new RangeError(`--only: there is no number '${name}'`)
      say(`measuring: ${name}`)
      rows.push(...[await measure(stage)].flat())
    }
    return rows
  } finally {
    await stage.close()
  }
}

function describeRun(plan: Plan): string {
  const where = canPin
    ? 'the server on one processor, the load on another'
    : 'server and load share the processors (no taskset), which narrows every difference'
  const rounds = `${plan.rounds} rounds of ${plan.seconds} s, each side in turn, by ${generator}`
  return `Median of ${rounds} (smallest–largest); ${where}; Node.js ${process.versions.node}.`
}

function publish(plan: Plan, rows: readonly Row[]): void {
  const table = `${formatTable(rows)}\n\n${describeRun(plan)}`
  process.stdout.write(plan.json ? `${JSON.stringify(rows, null, 2)}\n` : `${table}\n`)
  if (!plan.readme) return
  const file = join(import.meta.dirname, '..', 'README.md')
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), table))
}

try {
  const plan = readPlan(process.argv.slice(2))
  if (plan === 'help') process.stdout.write(usage)
  else {
    const rows = await run(plan)
    publish(plan, rows)
    process.exitCode = rows.some(row => isHeld(row) === false) ? 1 : 0
  }
} catch (error) {
  const isUsage = error instanceof TypeError || error instanceof RangeError
  say(
    isUsage ? `${error.message}\n\n${usage}` : String(error instanceof Error ? error.stack : error),
  )
  process.exitCode = isUsage ? 2 : 3
}

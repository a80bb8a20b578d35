/**
 * `npm run reliability`: runs every fault and prints the table. Exit code 1 if something was lost, torn or
 * answered wrongly, 2 for wrong arguments.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Fault } from './fault.ts'
import { faults } from './faults.ts'
import { closeShared } from './nodes.ts'
import {
  describeFailures,
  formatTable,
  judge,
  type Result,
  renderPage,
  summarise,
} from './report.ts'

const usage = `Usage: npm run reliability -- [options]

Starts servers of its own, makes every fault to them under load, and compares what was acknowledged.

  --quick       few rounds: three minutes instead of a quarter of an hour
  --only a,b    some faults (below)
  --write       also write docs/reliability.md; a whole run only
  --json        print the results as JSON instead of the table
  --help

Exit code: 0 all held, 1 something was lost, torn or answered wrongly, 2 it was called wrongly.
A fault that cannot be made on this machine is not run, and the reason is printed.

Faults:
${faults.map(({ name, title, deployment }) => `  ${name.padEnd(24)}${title} (${deployment})`).join('\n')}`

type Plan = Readonly<{
  chosen: readonly Fault[]
  size: 'full' | 'quick'
  write: boolean
  json: boolean
}>

/** Throws TypeError and RangeError with a message for the user. */
function readPlan(args: readonly string[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.write && (values.quick || values.only !== undefined)) {
    throw new RangeError('--write: the page shows a whole run, without --quick and --only')
  }
  const { quick, write, json } = values
  return { chosen: chooseFaults(values.only), size: quick ? 'quick' : 'full', write, json }
}

function chooseFaults(only: string | undefined): readonly Fault[] {
  if (only === undefined) return faults
  return only.split(',').map(name => {
    const fault = faults.find(known => known.name === name.trim())
    if (fault === undefined) throw new RangeError(`--only: there is no fault '${name}'`)
    return fault
  })
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

async function runFault(fault: Fault, size: Plan['size']): Promise<Result> {
  const rounds = fault.rounds[size]
  const reason = fault.whyNot?.()
  if (reason !== undefined) return { kind: 'not-run', fault, rounds, reason }
  try {
    const outcome = await fault.run(rounds, line => say(`  ${line}`))
    return { kind: 'ran', fault, rounds, outcome }
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'broke', fault, rounds, error: words }
  }
}

async function run({ chosen, size, write, json }: Plan): Promise<number> {
  const results: Result[] = []
  for (const fault of chosen) {
    say(`${fault.name}: ${fault.title}, ${fault.deployment}`)
    const startMs = performance.now()
    const result = await runFault(fault, size)
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
    say(
      `  ${judge(result)}${result.kind === 'not-run' ? `: ${result.reason}` : ` in ${seconds} s`}`,
    )
    results.push(result)
  }
  await closeShared()
  console.log(json ? JSON.stringify(results, undefined, 2) : formatTable(results))
  for (const line of describeFailures(results)) say(line)
  if (write)
    await writeFile(join(import.meta.dirname, '../../docs/reliability.md'), renderPage(results))
  const summary = summarise(results)
  if (json) say(summary)
  else console.log(`\n${summary}`)
  return results.some(result => judge(result) === 'failed') ? 1 : 0
}

try {
  const plan = readPlan(process.argv.slice(2))
  if (plan === 'help') console.log(usage)
  else process.exitCode = await run(plan)
} catch (error) {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  say(`reliability: ${error.message}\n\n${usage}`)
  process.exitCode = 2
}

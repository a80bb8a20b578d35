/**
 * The suite as a tool: aimed at any base URL, or at servers of our own when none is named. It prints
 * pass, differs (what was expected and what came) or not applicable (why) for every scenario, and
 * ends with 0, with 1 when something differs, with 2 when it was called wrongly.
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { type Outcome, runScenario } from './run.ts'
import type { Scenario, Target, Things, Trait } from './scenario.ts'
import { themes } from './themes.ts'
import { givenTokens, orderTokens, readClaims } from './tokens.ts'
import { endConnections } from './wire.ts'

const help = `Usage: npm run conformance -- [options]

Without --target: starts servers of its own, in memory, and runs everything.

  --target <url>         root of the server, without /v1.0. The suite SETS AND DELETES PHOTOS there.
  --token-user <token>   token of a signed-in user; may be given several times
  --token-app <token>    token of an application; may be given several times
  --dev                  the target is \`visage dev\`: take its demo people and any token from it
  --thing <name>=<id>    what the target has: other, otherName, ownGroup, memberGroup, foreignGroup,
                         ownTeam, memberTeam, foreignTeam, plainGroup, contact, folder, folderContact, …
  --strict-content-type  the target accepts image/jpeg only
  --theme <name>         only this theme (${Object.keys(themes).join(', ')})
  --only <pattern>       only scenarios whose name matches
  --json                 a JSON list instead of a table
  --help`

const options = {
  target: { type: 'string' },
  'token-user': { type: 'string', multiple: true },
  'token-app': { type: 'string', multiple: true },
  dev: { type: 'boolean', default: false },
  thing: { type: 'string', multiple: true },
  'strict-content-type': { type: 'boolean', default: false },
  theme: { type: 'string' },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
type Row = Readonly<{ theme: string; name: string; source: string }> & Outcome

async function main(): Promise<number> {
  let flags: Flags
  try {
    flags = parseArgs({ options }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${help}\n`)
    return 2
  }
  const target = flags.target
  if (target !== undefined && !URL.canParse(target)) {
    process.stderr.write(`--target: '${target}' is no url\n\n${help}\n`)
    return 2
  }
  if (flags.help) {
    process.stdout.write(`${help}\n`)
    return 0
  }
  const { targets, close } = await openTargets(flags)
  try {
    const rows = await runAll(flags, targets)
    if (rows.length === 0) {
      process.stderr.write('There is no such scenario.\n')
      return 2
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
    else process.stdout.write(`${summarize(rows)}\n`)
    return rows.some(({ verdict }) => verdict === 'differs') ? 1 : 0
  } finally {
    endConnections()
    await close()
  }
}

async function openTargets(
  flags: Flags,
): Promise<Readonly<{ targets: readonly Target[]; close: () => Promise<void> }>> {
  if (flags.target === undefined) {
    const { startStands } = await import('./stands.ts')
    return await startStands()
  }
  const baseUrl = flags.target.replace(/\/+$/, '')
  const traits: readonly Trait[] = [
    flags['strict-content-type'] ? 'image/jpeg only' : 'any content type',
    ...(flags.dev ? ['settings to play with' as const] : []),
  ]
  const tokens = [...(flags['token-user'] ?? []), ...(flags['token-app'] ?? [])]
  const things: Things = {
    ...(flags.dev ? await demoThings() : thingsOf(flags['token-user']?.[0])),
    ...Object.fromEntries((flags.thing ?? []).map(splitThing)),
  }
  const token = flags.dev ? orderTokens(baseUrl, things) : givenTokens(tokens, things)
  return { targets: [{ baseUrl, things, traits: new Set(traits), token }], close: async () => {} }
}

async function demoThings(): Promise<Things> {
  return (await import('./stands.ts')).demoThings
}

/** Who self is stands in the first user's token. */
function thingsOf(token: string | undefined): Things {
  const { oid, upn, preferred_username } = readClaims(token ?? '')
  const name = upn ?? preferred_username
  return {
    ...(typeof oid === 'string' && { self: oid }),
    ...(typeof name === 'string' && { selfName: name }),
  }
}

function splitThing(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

async function runAll(flags: Flags, targets: readonly Target[]): Promise<Row[]> {
  const rows: Row[] = []
  const pattern = new RegExp(flags.only ?? '', 'i')
  for (const [theme, scenarios] of Object.entries(themes)) {
    if (flags.theme !== undefined && flags.theme !== theme) continue
    for (const scenario of scenarios.filter(({ name }) => pattern.test(name))) {
      const row = { theme, ...(await runOne(scenario, targets)) }
      if (!flags.json) process.stdout.write(`${toLines(row).join('\n')}\n`)
      rows.push(row)
    }
  }
  return rows
}

/** A target that cannot be reached, or that breaks HTTP, differs; the next scenario has its own chance. */
async function runOne(
  scenario: Scenario,
  targets: readonly Target[],
): Promise<Omit<Row, 'theme'> & Outcome> {
  const { name, source } = scenario
  try {
    return { name, source, ...(await runScenario(scenario, targets)) }
  } catch (error) {
    const cause = error instanceof Error && error.cause ? ` (${error.cause})` : ''
    return { name, source, verdict: 'differs', exchange: 'HTTP', differences: [`${error}${cause}`] }
  }
}

function toLines(row: Row): string[] {
  const line = `${row.verdict.padEnd(16)}${row.name}`
  switch (row.verdict) {
    case 'pass':
      return [line]
    case 'not applicable':
      return [`${line} (${row.why})`]
    case 'differs':
      return [
        line,
        `${' '.repeat(18)}${row.exchange}`,
        ...row.differences.map(difference => `${' '.repeat(18)}${difference}`),
        `${' '.repeat(18)}see ${row.source}`,
      ]
  }
}

function summarize(rows: readonly Row[]): string {
  const count = (verdict: Row['verdict']) => rows.filter(row => row.verdict === verdict).length
  return [
    '',
    `${count('pass')} pass, ${count('differs')} differ, ${count('not applicable')} not applicable; ${rows.length} scenarios`,
  ].join('\n')
}

process.exitCode = await main()

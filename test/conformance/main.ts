/**
 * The suite as a tool: aimed at any base URL, or at servers of our own when none is named. It prints
 * what passes, what differs (what was expected and what came) and what is not applicable (why), and
 * ends with 0, with 1 when something differs, with 2 when nothing could be found out.
 */
import { readFile } from 'node:fs/promises'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { CredentialsRefused, fetchAppToken } from './credentials.ts'
import { countVerdicts, type Row, reportLines, rowLines, themeLine, wrap } from './report.ts'
import { runScenario } from './run.ts'
import { type Scenario, type Target, type Things, type Trait, traits } from './scenario.ts'
import { themes } from './themes.ts'
import { givenTokens, orderTokens, readClaims } from './tokens.ts'
import { endConnections, send } from './wire.ts'

const help = `Usage: npm run conformance -- [options]

Without --target it starts servers of its own, in memory, and runs every scenario. With it, the
scenarios that the given tokens allow: the others are not applicable, and it says why.

It SETS AND DELETES PHOTOS at the target, of the people, groups and contacts named to it: give it
a test tenant, never a real one.

Where
  --target <url>           root of the server, without /v1.0
  --dev                    the target is \`visage dev\`: its demo people, and any token from it
  --thing <name>=<id>      what the target has, several times: other, otherName, guest, guestName,
                           ownGroup, memberGroup, foreignGroup, ownTeam, memberTeam, foreignTeam,
                           plainGroup, contact, folder, folderContact, childFolder, childContact,
                           otherContact; self is the first user token's own
${explain('--trait <trait>', `what the target is, several times: ${traits.join('; ')}`)}
  --strict-content-type    the target accepts image/jpeg only

As whom; a value @file is read from that file
  --token-user <token>     token of a signed-in user, several times
  --token-app <token>      token of an application, several times
  --client-id <id>         with --client-secret: an application's token by client credentials
  --client-secret <text>
  --tenant <id>            its issuer is <authority>/<tenant>/v2.0; without it, the authority
  --authority <url>        default: https://login.microsoftonline.com
  --scope <text>           default: https://graph.microsoft.com/.default

What
${explain('--theme <name>', `only this theme: ${Object.keys(themes).join('; ')}`)}
  --only <pattern>         only scenarios whose name matches
  --all                    a line for each scenario, also for those that pass
  --json                   everything as JSON
  --help

Exit code: 0 nothing differs, 1 something does, 2 nothing could be found out.

  npm run conformance -- --target http://localhost:8080 --dev
  npm run conformance -- --target https://photos.example --token-user @alice.jwt --only PUT`

function explain(flag: string, meaning: string): string {
  return wrap(`  ${flag.padEnd(25)}${meaning}`, 27).join('\n')
}

const options = {
  target: { type: 'string' },
  dev: { type: 'boolean', default: false },
  thing: { type: 'string', multiple: true, default: [] },
  trait: { type: 'string', multiple: true, default: [] },
  'strict-content-type': { type: 'boolean', default: false },
  'token-user': { type: 'string', multiple: true, default: [] },
  'token-app': { type: 'string', multiple: true, default: [] },
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  tenant: { type: 'string' },
  authority: { type: 'string', default: 'https://login.microsoftonline.com' },
  scope: { type: 'string', default: 'https://graph.microsoft.com/.default' },
  theme: { type: 'string' },
  only: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
type Aim = Readonly<{ targets: readonly Target[]; close: () => Promise<void> }>

/** In words for the person at the terminal: a run that cannot be. */
class Refused extends Error {}

async function main(): Promise<number> {
  try {
    const flags = readFlags()
    if (flags.help) process.stdout.write(`${help}\n`)
    return flags.help ? 0 : await runAimed(flags, await openTargets(flags))
  } catch (error) {
    if (!(error instanceof Refused || error instanceof CredentialsRefused)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  } finally {
    endConnections()
  }
}

function readFlags(): Flags {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Refused(`${problem}\n\nnpm run conformance -- --help says what there is.`)
  }
}

async function runAimed(flags: Flags, { targets, close }: Aim): Promise<number> {
  const startedAt = performance.now()
  try {
    const rows = await runAll(flags, targets)
    const counts = countVerdicts(rows)
    const lines = flags.json
      ? [JSON.stringify({ target: flags.target, ...counts, scenarios: rows }, undefined, 2)]
      : reportLines(rows, performance.now() - startedAt)
    process.stdout.write(`${lines.join('\n')}\n`)
    if (counts.differs > 0) return 1
    return counts.pass > 0 ? 0 : 2
  } finally {
    await close()
  }
}

async function openTargets(flags: Flags): Promise<Aim> {
  if (flags.target === undefined) {
    const { startStands } = await import('./stands.ts')
    return await startStands()
  }
  const baseUrl = readBaseUrl(flags.target)
  await expectAnswer(baseUrl)
  const userTokens = await Promise.all(flags['token-user'].map(readValue))
  const things: Things = {
    ...(flags.dev ? (await import('./stands.ts')).demoThings : thingsOf(userTokens[0])),
    ...Object.fromEntries(flags.thing.map(splitThing)),
  }
  const given = [...userTokens, ...(await readAppTokens(flags))]
  const token = flags.dev ? orderTokens(baseUrl, things) : givenTokens(given, things)
  const target = { baseUrl, things, traits: new Set(readTraits(flags)), token }
  return { targets: [target], close: async () => {} }
}

/** The suite names the version itself. */
function readBaseUrl(text: string): string {
  const url = URL.parse(text.replace(/(\/(v1\.0|beta))?\/*$/i, ''))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Refused(`--target: '${text}' is not an http or https url`)
  }
  if (url.pathname !== '/') throw new Refused(`--target: '${text}' is not the root of a server`)
  return url.origin
}

async function expectAnswer(baseUrl: string): Promise<void> {
  let why: unknown = 'it ends the connection'
  try {
    if (await send(baseUrl, { method: 'GET', path: '/v1.0/me/photo', headers: {} })) return
  } catch (error) {
    why = error instanceof Error ? error.message : error
  }
  throw new Refused(`${baseUrl} does not answer: ${why}`)
}

function readTraits(flags: Flags): Trait[] {
  const unknown = flags.trait.find(name => !traits.some(trait => trait === name))
  if (unknown !== undefined) throw new Refused(`--trait: there is no '${unknown}'`)
  return [
    flags['strict-content-type'] ? 'image/jpeg only' : 'any content type',
    ...(flags.dev ? (['settings to play with', 'lists of Visage'] as const) : []),
    ...traits.filter(trait => flags.trait.includes(trait)),
  ]
}

/** A secret in a file is in no list of processes. */
async function readValue(text: string): Promise<string> {
  if (!text.startsWith('@')) return text
  try {
    return (await readFile(text.slice(1), 'utf8')).trim()
  } catch {
    throw new Refused(`${text.slice(1)} cannot be read`)
  }
}

async function readAppTokens(flags: Flags): Promise<string[]> {
  const tokens = await Promise.all(flags['token-app'].map(readValue))
  const { authority, tenant, scope, 'client-id': clientId, 'client-secret': secret } = flags
  if (clientId === undefined && secret === undefined) return tokens
  if (clientId === undefined || secret === undefined) {
    throw new Refused('--client-id and --client-secret belong together')
  }
  const clientSecret = await readValue(secret)
  return [...tokens, await fetchAppToken({ authority, tenant, clientId, clientSecret, scope })]
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
  if (at < 1) throw new Refused(`--thing: '${text}' is not <name>=<id>`)
  return [text.slice(0, at), text.slice(at + 1)]
}

async function runAll(flags: Flags, targets: readonly Target[]): Promise<Row[]> {
  const chosen = choose(flags)
  const rows: Row[] = []
  for (const [theme, scenarios] of chosen) {
    const ofTheme: Row[] = []
    for (const scenario of scenarios) {
      const row = { theme, ...(await runOne(scenario, targets)) }
      if (flags.all && !flags.json) process.stdout.write(`${rowLines(row).join('\n')}\n`)
      ofTheme.push(row)
    }
    if (!flags.json) process.stdout.write(`${themeLine(theme, ofTheme)}\n`)
    rows.push(...ofTheme)
  }
  return rows
}

function choose({ theme, only = '' }: Flags): [theme: string, scenarios: readonly Scenario[]][] {
  const pattern = readPattern(only)
  const chosen = Object.entries(themes)
    .filter(([name]) => theme === undefined || theme === name)
    .map(([name, scenarios]): [string, readonly Scenario[]] => [
      name,
      scenarios.filter(scenario => pattern.test(scenario.name)),
    ])
    .filter(([, scenarios]) => scenarios.length > 0)
  if (chosen.length === 0) throw new Refused('There is no such scenario.')
  return chosen
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch {
    throw new Refused(`--only: '${text}' is no regular expression`)
  }
}

/** A target that breaks HTTP, or goes away, differs; the next scenario has its own chance. */
async function runOne(
  scenario: Scenario,
  targets: readonly Target[],
): Promise<Omit<Row, 'theme'> & Awaited<ReturnType<typeof runScenario>>> {
  const { name, source } = scenario
  try {
    return { name, source, ...(await runScenario(scenario, targets)) }
  } catch (error) {
    const cause = error instanceof Error && error.cause ? ` (${error.cause})` : ''
    return { name, source, verdict: 'differs', exchange: 'HTTP', differences: [`${error}${cause}`] }
  }
}

process.exitCode = await main()

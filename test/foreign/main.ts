/**
 * `npm run foreign [-- PART …] [-- --write]`: official SDKs of other languages, a real issuer and a tool that knows
 * nothing of Visage, each run against it. A part whose programs or packages cannot be had is named as not run. Not a part
 * of `npm test`: it needs Python, Java and Go. Last line: "N checks held, N failed, N parts not run".
 *
 * --write   saves the outcomes for the table in docs/clients.md; `npm run docs` writes it.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keycloakPart } from './keycloak-part.ts'
import type { Outcome } from './outcome.ts'
import type { Part } from './part.ts'
import { missingPrograms } from './programs.ts'
import { type Results, resultsFile } from './results.ts'
import { schemathesisPart } from './schemathesis-part.ts'
import { sdkParts } from './sdk-parts.ts'

const parts: Readonly<Record<string, Part>> = {
  ...sdkParts,
  keycloak: keycloakPart,
  schemathesis: schemathesisPart,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
})
const unknown = positionals.filter(name => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}

const total = { held: 0, failed: 0, notRun: 0 }
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 ? !positionals.includes(name) : part.byName) continue
  const outcomes = await runPart(part)
  if (outcomes === undefined) total.notRun++
  else {
    count(outcomes)
    if (values.write) await save(name, part, outcomes)
  }
}
console.log(`${total.held} checks held, ${total.failed} failed, ${total.notRun} parts not run`)
process.exitCode = total.failed > 0 ? 1 : 0

async function runPart(part: Part): Promise<readonly Outcome[] | undefined> {
  const missing = missingPrograms(part.needs)
  if (missing.length > 0) return notRun(part, `no ${missing.join(', ')} here`)
  const folder = join(cacheFolder(), folderName(part))
  const why = await installOnce(folder, part)
  if (why !== undefined) return notRun(part, `its packages cannot be had: ${why}`)
  return await part.run(folder, part.minutes.run)
}

/** Kept between runs, because fetching takes minutes. */
function cacheFolder(): string {
  return join(homedir(), '.cache', 'visage-foreign')
}

/** The same for parts that need the same packages. */
function folderName({ needs, versions }: Part): string {
  const packages = JSON.stringify([needs, versions])
  return createHash('sha256').update(packages).digest('hex').slice(0, 16)
}

async function installOnce(folder: string, part: Part): Promise<string | undefined> {
  const ready = join(folder, 'ready')
  if (existsSync(ready)) return undefined
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const why = await part.install(folder, part.minutes.install)
  if (why === undefined) await writeFile(ready, '')
  return why
}

function notRun({ title }: Part, why: string): undefined {
  console.log(`${title}: not run, ${why}`)
}

function count(outcomes: readonly Outcome[]): void {
  for (const { check, failed, library } of outcomes) {
    if (failed !== undefined) {
      total.failed++
      console.log(`failed: ${check}: ${failed}`)
    } else if (library === undefined) total.held++
  }
}

async function save(name: string, { versions, title, isSdk }: Part, outcomes: readonly Outcome[]) {
  const former: Results = JSON.parse(await readFile(resultsFile, 'utf8').catch(() => '{}'))
  const date = new Date().toISOString().slice(0, 10)
  const results: Results = { ...former, [name]: { title, date, versions, isSdk, outcomes } }
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`)
}

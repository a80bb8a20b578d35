/**
 * Schemathesis, a client made from `/openapi.json` alone, once as a person at the own addresses and once as an application
 * at all others. A person who could delete or disable people would soon be refused everywhere.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contacts, folders, groups, people } from '../../src/dev/demo/tenant.ts'
import { startDevelopment } from '../../src/dev/development.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { idOf } from './known-ids.ts'
import type { Outcome } from './outcome.ts'
import type { Part } from './part.ts'
import { runProgram } from './programs.ts'
import { installPackages } from './python-packages.ts'
import versions from './versions.json' with { type: 'json' }

const examples = { person: 30, application: 20 } as const
const leastCases = 10_000

const callers: Readonly<
  Record<keyof typeof examples, Readonly<{ order: TokenOrder; paths: string }>>
> = {
  person: {
    order: {
      person: 'alice',
      scopes: ['User.ReadWrite', 'User.ReadBasic.All', 'Contacts.ReadWrite', 'Group.ReadWrite.All'],
    },
    paths: '^/me',
  },
  application: { order: { app: {} }, paths: '^/(?!me)' },
}

/** Calls that have to succeed now and then, or nothing was tried. */
const reached: Readonly<Record<string, RegExp>> = {
  'a photo is set': /^PUT .*me\/photo\/\$value 200$/,
  'a photo is read': /^GET .*me\/photo\/\$value 200$/,
  'a contact is made': /^POST .*contacts 201$/,
  'the photo of a contact is set': /^P(?:UT|ATCH) .*contacts\/[^/]+\/photo\/\$value 200$/,
  'a person of the directory is read': /^GET .*users\/[^/]+ 200$/,
  'the photo of a person of the directory is set':
    /^P(?:UT|ATCH) .*users\/[^/]+\/photo\/\$value 200$/,
}

const conforms = 'nothing is outside the document'
const enough = `at least ${leastCases} cases`

export const schemathesisPart: Part = {
  title: 'Schemathesis',
  needs: ['python3'],
  versions: versions.schemathesis,
  checks: [conforms, enough, ...Object.keys(reached)],
  isSdk: false,
  minutes: { install: 5, run: 12 },
  install: (folder, minutes) => installPackages(folder, versions.schemathesis, minutes),
  run: runSchemathesis,
}

async function runSchemathesis(folder: string, minutes: number): Promise<readonly Outcome[]> {
  const answered: string[] = []
  await using visage = await startServer(line => answered.push(line))
  const failures: string[] = []
  let cases = 0
  for (const [caller, { order, paths }] of Object.entries(callers)) {
    const token = await visage.mint(order)
    const limits = { minutes, examples: examples[caller as keyof typeof examples] }
    const { output, failed } = await runOver(folder, visage, { token, paths, ...limits })
    cases += Number(/([\d,]+) generated/.exec(output)?.[1]?.replaceAll(',', '') ?? 0)
    if (failed === undefined) continue
    failures.push(`as ${caller}`)
    console.log(output.slice(-8000))
  }
  const outcome = (check: string, failed: string | undefined): Outcome =>
    failed === undefined ? { check } : { check, failed }
  return [
    outcome(conforms, failures.length > 0 ? failures.join(', ') : undefined),
    outcome(enough, cases < leastCases ? `${cases}` : undefined),
    ...Object.entries(reached).map(([check, pattern]) =>
      outcome(check, answered.some(line => pattern.test(line)) ? undefined : 'never'),
    ),
  ]
}

type Server = Readonly<{
  origin: string
  picture: string
  mint: (order: TokenOrder) => Promise<string>
}>

async function startServer(answered: (line: string) => void): Promise<Server & AsyncDisposable> {
  const place = await mkdtemp(join(tmpdir(), 'visage-schemathesis-'))
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    photos: 'none',
    write: (severity, fields) => console.log(severity, JSON.stringify(fields)),
    watch: ({ method, path, status }) => answered(`${method} ${path} ${status}`),
  })
  const picture = join(place, 'picture.jpg')
  const { drawFace } = await import('../../src/dev/demo/faces.ts')
  await writeFile(picture, await drawFace('schemathesis', 96))
  return {
    origin: development.origin,
    picture,
    mint: development.issuer.mint,
    async [Symbol.asyncDispose]() {
      await development.close()
      await rm(place, { recursive: true, force: true })
    },
  }
}

const knownIds = {
  'user-id': idOf(people, 'Bob Adeyemi'),
  'group-id': idOf(groups, 'Field Service'),
  'team-id': idOf(groups, 'Design'),
  'contact-id': idOf(contacts, 'Noé Tremblay'),
  'contactFolder-id': idOf(folders, 'Suppliers'),
}

type Run = Readonly<{ token: string; paths: string; examples: number; minutes: number }>

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'ignored_auth',
  'use_after_free',
]

async function runOver(
  folder: string,
  { origin, picture }: Server,
  { token, paths, examples, minutes }: Run,
) {
  const command = [
    join(folder, 'bin/st'),
    'run',
    `${origin}/openapi.json`,
    '--phases=coverage,fuzzing,stateful',
    `--checks=${checks.join(',')}`,
    `--include-path-regex=${paths}`,
    `--max-examples=${examples}`,
    // Known beforehand, so that a failure can be seen again.
    '--seed=1',
    '--suppress-health-check=all',
    '--continue-on-failure',
    '--warnings=off',
    `--header=Authorization: Bearer ${token}`,
  ] as const
  const hooks = join(import.meta.dirname, 'python')
  const environment = {
    SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
    PYTHONPATH: hooks,
    VISAGE_PICTURE: picture,
    VISAGE_IDS: JSON.stringify(knownIds),
  }
  return await runProgram(command, { cwd: folder, minutes, environment })
}

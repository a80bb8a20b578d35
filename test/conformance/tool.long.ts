/** The suite as a program: what it prints, how it gets its tokens, how it ends. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { startFaulty } from './faulty.ts'
import { rowLines } from './report.ts'
import { startDevStand } from './stands.ts'
import { describe as describeWanted } from './tokens.ts'

const { target, close } = await startDevStand()
after(close)

type Finished = Readonly<{ code: number; stdout: string; stderr: string }>

/** Also where it fails. */
function run(...args: readonly string[]): Promise<Finished> {
  const program = join(import.meta.dirname, 'main.ts')
  return new Promise(resolve => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

function isNarrow(text: string): boolean {
  // A word that is longer than a line, such as an url, stays whole.
  return text.split('\n').every(line => line.length <= 100 || !line.trim().includes(' '))
}

const settings = ['--target', target.baseUrl, '--dev', '--theme', 'conditions'] as const
const oneOf = [
  '--only',
  '^PUT with If-Match replaces|^PUT with If-Match: "another" is 412',
] as const

describe('the tool', () => {
  test('ends with 0 where nothing differs, and counts', async () => {
    const { code, stdout } = await run(...settings, ...oneOf)
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^conditions {10}2 pass$/m)
    assert.match(stdout, /^2 pass, 0 differ, 0 not applicable: 2 scenarios in \d+ s$/m)
  })

  test('ends with 1 where something differs, and says what was expected, what came, what demands it', async () => {
    const faulty = await startFaulty(target.baseUrl, {
      request: ({ headers: { 'if-match': _, ...headers }, ...rest }) => ({ ...rest, headers }),
    })
    try {
      const [, , ...others] = settings
      // Tokens come from the good server: they name it.
      const { code, stdout } = await run('--target', faulty.baseUrl, ...others, ...oneOf)
      assert.equal(code, 1, stdout)
      assert.match(stdout, /^conditions: PUT with If-Match: "another" is 412 and changes nothing$/m)
      assert.match(stdout, /^ {4}in {3}PUT \/v1\.0\/me\/photo\/\$value$/m)
      assert.match(stdout, /^ {4}but {2}expected 412, got 200$/m)
      assert.match(stdout, /^ {4}see {2}https:\/\/www\.rfc-editor\.org/m)
      assert.ok(isNarrow(stdout))
    } finally {
      await faulty.close()
    }
  })

  test('says once why scenarios are not applicable, and ends with 2 where none is', async () => {
    const { code, stdout } = await run('--target', target.baseUrl, '--theme', 'settings')
    assert.equal(code, 2)
    assert.match(stdout, /^ {4}30 {2}the server is not one with settings to play with$/m)
  })

  test('gets an application’s token by client credentials', async () => {
    const { code, stdout } = await run(
      ...['--target', target.baseUrl, '--thing', `other=${target.things.other}`, '--json'],
      ...['--authority', target.baseUrl, '--tenant', tenantId],
      ...['--client-id', '11111111-2222-4333-8444-555555555555', '--client-secret', 'any'],
      ...['--theme', 'settings', '--trait', 'settings to play with'],
      ...['--only', 'application updates photos whatever|settled nothing'],
    )
    const { pass, differs, notApplicable, scenarios } = JSON.parse(stdout)
    assert.deepEqual([code, pass, differs, notApplicable, scenarios.length], [0, 2, 0, 0, 2])
    assert.deepEqual(Object.keys(scenarios[0]), ['theme', 'name', 'source', 'verdict'])
  })

  test('reads a token from a file, and knows from it who asks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'visage-conformance-'))
    try {
      const order = { kind: 'user', who: 'self', holds: ['User.ReadWrite'] } as const
      const wanted = await target.token(order)
      assert.ok('token' in wanted)
      const file = join(folder, 'alice.jwt')
      await writeFile(file, `${wanted.token}\n`)
      const only = ['--theme', 'operations', '--only', '^PUT /v1.0/(me|users/.selfName.)/photo/']
      const { code, stdout } = await run(
        ...['--target', `${target.baseUrl}/v1.0/`, '--token-user', `@${file}`, ...only, '--all'],
      )
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^pass {12}PUT \/v1\.0\/me\/photo\/\$value sets the photo$/m)
      assert.match(stdout, /^2 pass/m)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('explains itself in 100 columns', async () => {
    const { code, stdout } = await run('--help')
    assert.equal(code, 0)
    assert.ok(isNarrow(stdout), stdout)
  })

  const secret = ['--client-id', 'x', '--client-secret', 'y'] as const
  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['--targte', 'http://localhost'], /--targte/],
    [['--target', 'localhost:8080'], /not an http or https url/],
    [['--target', 'http://localhost/graph'], /not the root of a server/],
    [['--target', 'http://127.0.0.1:1'], /does not answer: .*ECONNREFUSED/],
    [['--target', target.baseUrl, '--thing', 'other'], /not <name>=<id>/],
    [['--target', target.baseUrl, '--trait', 'kind'], /there is no 'kind'/],
    [['--target', target.baseUrl, '--client-id', 'x'], /belong together/],
    [['--target', target.baseUrl, '--token-user', '@/no/such/file'], /cannot be read/],
    [['--target', target.baseUrl, ...secret, '--authority', target.baseUrl], /no token_endpoint/],
    [['--target', target.baseUrl, '--dev', '--theme', 'weather'], /no such scenario/],
    [['--target', target.baseUrl, '--dev', '--only', '('], /no regular expression/],
  ]
  for (const [args, says] of wrong) {
    test(`ends with 2 and a sentence: ${args.filter(arg => arg !== target.baseUrl).join(' ')}`, async () => {
      const { code, stderr } = await run(...args)
      assert.equal(code, 2, stderr)
      assert.match(stderr, says)
      assert.doesNotMatch(stderr, /\n {4}at /)
    })
  }
})

describe('a line of the report', () => {
  test('breaks at a space and leaves an url whole', () => {
    const source = `https://example.org/${'a'.repeat(120)}`
    const lines = rowLines({
      ...{ theme: 'any', name: 'word '.repeat(40).trim(), source },
      ...{ verdict: 'differs', exchange: 'GET /', differences: ['expected 200, got 404'] },
    })
    assert.ok(isNarrow(lines.filter(line => !line.includes(source)).join('\n')), lines.join('\n'))
    assert.ok(lines.some(line => line.includes(source)))
  })

  test('names a few of many permissions', () => {
    const holds = Array.from({ length: 9 }, (_, index) => `Permission${index}`)
    assert.equal(
      describeWanted({ kind: 'application', holds }),
      'application with Permission0, Permission1, Permission2, Permission3 and 5 more',
    )
  })
})

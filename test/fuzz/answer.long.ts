/**
 * 20,000 generated calls through the mounts of a server, as plain values, one after another against one directory: each
 * is answered soon and in Graph's form, none is a 5xx, and a refused call changes no photo.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Call, Reply } from '../../src/call.ts'
import { descriptionMount } from '../../src/description/documents.ts'
import type { Answered } from '../../src/events.ts'
import { Failure, type FailureCode } from '../../src/failure.ts'
import { isBatch } from '../../src/graph/batch.ts'
import { wireErrors } from '../../src/graph/errors.ts'
import { operations } from '../../src/graph/operations/operations.ts'
import { parseAddress } from '../../src/graph/request/address.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { match } from '../../src/graph/routes.ts'
import { sweepPacks } from '../../src/photos/sweep.ts'
import { createThrottle } from '../../src/throttling/throttle.ts'
import { answerBy, mountsOf } from '../http/serve.ts'
import { anyBatch } from './batches.ts'
import { type Asked, anyCall, currentEtag } from './calls.ts'
import { judge } from './judge.ts'
import { heldBytes, openHandles } from './memory.ts'
import { type Bodies, makeBodies } from './pictures.ts'
import { chooseSeed } from './seed.ts'
import {
  type DirectoryRows,
  listPhotoVersions,
  readRows,
  renew,
  startWorld,
  type World,
} from './world.ts'

const calls = 20_000
const renewEvery = 50
const hangMs = 10_000
const maxGrowthBytes = 24 * 1024 * 1024

const strictEvery = 8

/** Failures of the machine and of the socket, of settings that are not set, and of much at once. */
const outOfReach: ReadonlySet<FailureCode> = new Set<FailureCode>([
  ...(['image-ended-renderer', 'renderers-unavailable', 'client-gone'] as const),
  ...([
    'token-type-refused',
    'search-too-long',
    'mailbox-full',
    'group-full',
    'concurrency-throttled',
    // Only SCIM has it.
    'entry-changed',
  ] as const),
  ...(['signing-keys-unavailable', 'storage-unavailable', 'store-read-only'] as const),
  ...(['body-encoding-unsupported', 'body-encoding-broken'] as const),
  ...(['http-malformed', 'https-needed', 'headers-too-large', 'request-timed-out'] as const),
])

/** The clock counts calls, so that a seed gives the same refusals. */
const tightLimits = {
  requests: { amount: 30, windowMs: 3000 },
  concurrent: 1,
  upload: { amount: 700, windowMs: 9000 },
}

describe('generated calls', () => {
  const seed = chooseSeed()
  const done = new Map<string, number>()
  const refused = new Map<string, number>()
  let world: World
  let start: DirectoryRows
  let bodies: Bodies
  let parts: Parts
  /** The same directory with every setting that causes more refusals. */
  let strictParts: Parts
  let etag = ''
  let asked = 0
  let bug: unknown

  before(async () => {
    ;[world, bodies] = await Promise.all([startWorld(undefined), makeBodies()])
    parts = { ...world.visage.parts, events: { ...world.visage.parts.events, answered: note } }
    start = await readRows(parts)
    const throttle = createThrottle(tightLimits, () => asked)
    strictParts = { ...parts, strictContentType: true, throttle }
  })
  after(async () => {
    await world.visage.close()
    assert.deepEqual(await openHandles(), [])
  })

  function note({ call, reply, failure }: Answered): void {
    if (failure !== undefined && !(failure instanceof Failure)) bug = failure
    if (failure !== undefined) {
      count(refused, failure instanceof Failure ? failure.code : String(failure))
    } else if (isBatch({ ...noCall, url: call.url })) {
      count(done, '$batch')
    } else if (descriptionMount(parts).answers({ ...noCall, url: call.url })) {
      count(done, 'description')
    } else if (reply.status < 400) {
      count(done, match(parseAddress(call.url), call.method).operation)
    }
  }

  async function ask(question: Asked): Promise<Reply> {
    const call = toCall(question, etag)
    const reply = await answerAny(call, ++asked % strictEvery === 0 ? strictParts : parts)
    etag = reply.headers.etag ?? etag
    return reply
  }

  async function answerAny(call: Call, within: Parts): Promise<Reply> {
    const reply = await answerBy(mountsOf(within))(call)
    if (reply.headers['access-control-max-age'] !== undefined) count(done, 'preflight')
    return reply
  }

  test('are answered in Graph’s form, never by a 5xx, and change nothing when refused', async t => {
    t.diagnostic(`FUZZ_SEED=${seed}`)
    const call = anyCall(world.tokens, bodies)
    const any = fc.oneof(
      { weight: 19, arbitrary: call },
      { weight: 1, arbitrary: anyBatch(call) },
      { weight: 1, arbitrary: call.map(asked => ({ ...asked, ...askingFirst(asked) })) },
    )
    let slowestMs = 0
    let photos = await listPhotoVersions(parts)
    let heldBefore = 0
    const startedAt = performance.now()
    const outcome = await fc.check(
      fc.asyncProperty(any, async question => {
        if (asked % renewEvery === 0) {
          await renew(parts, start)
          photos = await listPhotoVersions(parts)
        }
        if (asked === calls / 4) heldBefore = await tidyAndMeasure(parts, start)
        const since = performance.now()
        const reply = await ask(question)
        slowestMs = Math.max(slowestMs, performance.now() - since)
        judge(toAnswer(reply), { authorization: question.headers.authorization })
        const now = await listPhotoVersions(parts)
        if (reply.status >= 400) assert.equal(now, photos, 'a refused call changed a photo')
        photos = now
      }),
      { numRuns: calls, seed, timeout: hangMs, examples: accidents(world.tokens.application) },
    )
    if (outcome.failed) assert.fail(describeFailure(outcome, bug))
    const seconds = (performance.now() - startedAt) / 1000
    const grownBytes = (await tidyAndMeasure(parts, start)) - heldBefore
    t.diagnostic(
      `${asked} calls in ${seconds.toFixed(1)} s, slowest ${slowestMs.toFixed(0)} ms, memory ${(grownBytes / 2 ** 20).toFixed(1)} MiB`,
    )
    t.diagnostic(`done: ${tell(done)}`)
    t.diagnostic(`refused: ${tell(refused)}`)
    assert.ok(grownBytes < maxGrowthBytes, `${grownBytes} bytes more than after the first calls`)
  })

  test('reached every operation, and every failure that a call can meet', () => {
    const wanted = [...operations.map(({ name }) => name), '$batch', 'description', 'preflight']
    assert.deepEqual(
      wanted.filter(name => !done.has(name)),
      [],
    )
    const codes = (Object.keys(wireErrors) as FailureCode[]).filter(code => !outOfReach.has(code))
    assert.deepEqual(
      codes.filter(code => !refused.has(code)),
      [],
    )
  })

  test('left nothing: every pack belongs to a photo, and every photo is complete', async () => {
    await renew(parts, start)
    await sweepPacks(parts, -1)
    const rows = await parts.database
      .selectFrom('photos')
      .select(['version', 'renditions'])
      .execute()
    const keys: string[] = []
    for await (const { key } of parts.packs.list()) keys.push(key)
    assert.deepEqual(keys.toSorted(), rows.map(({ version }) => version).toSorted())
    for (const { version, renditions } of rows) {
      for (const [, , offset, length] of JSON.parse(renditions) as number[][]) {
        const bytes = await parts.packs.read(version, offset ?? 0, length ?? 0)
        assert.equal(Buffer.from(bytes ?? []).toString('hex', 0, 2), 'ffd8')
      }
    }
    assert.deepEqual(world.log, [])
  })

  test('and the next honest call is answered as ever', async () => {
    await renew(parts, start)
    const [alice] = world.tokens.everything.values()
    const headers = { authorization: alice ?? '', 'content-type': 'image/jpeg' }
    const url = '/v1.0/me/photo/$value'
    const body = bodies.pictures[0] ?? new Uint8Array()
    assert.equal((await ask({ method: 'PUT', url, headers, body })).status, 200)
    const got = await ask({ method: 'GET', url, headers, body: new Uint8Array() })
    assert.deepEqual([got.status, got.headers['content-type']], [200, 'image/jpeg'])
  })
})

async function tidyAndMeasure(parts: Parts, start: DirectoryRows): Promise<number> {
  await renew(parts, start)
  await sweepPacks(parts, -1)
  return await heldBytes()
}

/** Each was once a 5xx, or an answer that disclosed too much. */
function accidents(authorization: string): [Asked][] {
  const call = { method: 'GET', headers: { authorization }, body: Buffer.of() }
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const part = `{"requests":[{"id":"1","method":"PUT","url":"users","body":${deep}}]}`
  return [
    [{ ...call, url: '/constructor/users' }],
    [{ ...call, url: '/__proto__/users' }],
    [{ ...call, url: `/v1.0/users?$search=${'a+'.repeat(2000)}` }],
    [{ ...call, url: `/v1.0/users?$search=%22${'a+'.repeat(2000)}%22` }],
    [{ ...call, method: 'POST', url: '/v1.0/$batch', body: Buffer.from(part) }],
  ]
}

/** The preflight request of browsers. */
function askingFirst({ method, headers }: Asked): Partial<Asked> {
  const { authorization: _, ...rest } = headers
  return {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': method, ...rest },
  }
}

const noCall: Call = {
  method: 'GET',
  url: '/',
  origin: 'http://localhost',
  headers: {},
  readBody: async () => new Uint8Array(),
  takeMemory: () => {},
}

function toCall({ method, url, headers, body, breaks }: Asked, etag: string): Call {
  const told = Object.entries(headers).map(([name, value]) => [
    name,
    value.replaceAll(currentEtag, etag),
  ])
  return {
    ...noCall,
    method,
    url,
    headers: Object.fromEntries(told),
    async readBody(maxBytes) {
      if (breaks !== undefined) throw new Failure(breaks)
      if (body.length > maxBytes) throw new Failure('body-too-large', { facts: { maxBytes } })
      return body
    },
  }
}

/** Short: a token has 2,000 characters, and a body may have millions. */
function describeFailure(outcome: fc.RunDetails<[Asked]>, bug: unknown): string {
  const [asked] = outcome.counterexample ?? []
  const headers = Object.entries(asked?.headers ?? {}).map(
    ([name, value]) => `${name}: ${cut(value)}`,
  )
  return [
    `FUZZ_SEED=${outcome.seed} after ${outcome.numRuns} calls: ${outcome.errorInstance}`,
    `${asked?.method} ${cut(asked?.url ?? '')}`,
    ...headers,
    ...(bug instanceof Error ? [`${bug.stack}`] : []),
    `${asked?.body.length} bytes ${cut(Buffer.from(asked?.body ?? []).toString('latin1'))}`,
  ].join('\n')
}

function cut(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 200)}…${text.length}` : text)
}

function toAnswer({ status, headers, body = '' }: Reply) {
  return { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function tell(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one)
  return sorted.map(([name, times]) => `${name} ${times}`).join(', ')
}

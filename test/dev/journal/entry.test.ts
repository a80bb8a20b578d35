/** A call as text: what it contains, and what it never contains. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import sharp from 'sharp'
import { type AnsweredWithFaults, describeCall } from '../../../src/dev/journal/entry.ts'
import { createJournal } from '../../../src/dev/journal/journal.ts'
import { formatLine } from '../../../src/dev/journal/line.ts'
import { printableJson } from '../../../src/dev/journal/printable.ts'
import type { Answered, Asker } from '../../../src/events.ts'
import { Failure } from '../../../src/failure.ts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const alice: Asker = {
  kind: 'delegated',
  objectId: 'a1',
  appId: 'p1',
  profile: { userName: 'alice@visage.example' },
}
const program: Asker = {
  kind: 'application',
  objectId: 's1',
  appId: 'f3a1c6de-7a52-4f0e-9c3b-5d1e8a90b742',
  profile: {},
}

type Changes = Partial<Omit<AnsweredWithFaults, 'call' | 'reply'>> & {
  url?: string
  method?: string
  headers?: Record<string, string>
  reply?: Partial<Answered['reply']>
}

function entryOf({ url = '/v1.0/me/photo', method = 'GET', headers, reply, ...rest }: Changes) {
  return describeCall(
    {
      call: { method, url, headers: { authorization: 'Bearer secret', ...headers } },
      caller: alice,
      reply: { status: 200, headers: {}, ...reply },
      ids: { requestId: 'r1', clientRequestId: 'r1' },
      failure: undefined,
      durationMs: 1.4,
      ...rest,
    },
    now,
  )
}

const errorBody = JSON.stringify({ error: { code: 'BadRequest', message: 'What is wrong.' } })
const refusals: readonly (readonly [Failure, string])[] = [
  [new Failure('token-missing'), 'no token'],
  [new Failure('token-expired', { facts: { exp: now / 1000 - 300 } }), 'token expired 5 min ago'],
  [new Failure('token-expired', { facts: { exp: now / 1000 - 90 } }), 'token expired 90 s ago'],
  [
    new Failure('permission-missing', { facts: { sufficient: ['A', 'B'] } }),
    'alice lacks one of A, B',
  ],
  [new Failure('permission-missing', { facts: { sufficient: ['A'] } }), 'alice lacks A'],
  [
    new Failure('relation-missing', { facts: { sufficient: ['A'], roles: ['R', 'S'] } }),
    "not alice's own: needs A and a role: R, S",
  ],
  [new Failure('photo-not-found'), 'no photo'],
  [new Failure('body-empty'), 'What is wrong.'],
]

describe('a call', () => {
  const paths = [
    ['/v1.0/me/photo/$value', '/me/photo/$value'],
    ['/V1.0/me/photo/%24value', '/me/photo/$value'],
    ['/beta/me/photo', '/beta/me/photo'],
    ['/v1.0/users?$top=2&access_token=secret&%24select=id', '/users?$top=2&$select=id'],
    ['/v1.0/users/a%0A%1b%5B31mb%E2%80%AE', '/users/a\u{fffd}\u{fffd}[31mb\u{fffd}'],
    ['/v1.0/%zz', '/%zz'],
    ['/v1.0/users/eyJhbGciOiJub25l%2EeyJhIjoxfQ.c2ln/photo', '/users/{token}/photo'],
    [`/v1.0/${'x'.repeat(500)}`, `/${'x'.repeat(119)}…`],
  ] as const
  for (const [url, path] of paths) {
    test(`to ${url.slice(0, 60)} is shown as ${path.slice(0, 60)}`, () => {
      assert.equal(entryOf({ url }).path, path)
    })
  }

  test('with control characters in its method does not move the cursor', () => {
    const entry = entryOf({ method: '\u001b[2J\u009bG\nXYZ', faults: ['\u001b]0;x\u0007'] })
    assert.equal(entry.method, '\u{fffd}[2J\u{fffd}G\u{fffd}XYZ')
    assert.deepEqual(entry.faults, ['\u{fffd}]0;x\u{fffd}'])
    assert.doesNotMatch(formatLine(entry, 'plain'), /[\p{Cc}\p{Cf}]/u)
  })

  test('in JSON for a terminal is escaped without loss', () => {
    const value = { text: 'a\u001b[2J\u009b\u202e\u{e0041}é😀' }
    const line = printableJson(value)
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    assert.match(line, /é😀/)
    assert.deepEqual(JSON.parse(line), value)
  })

  const callers = [
    [alice, 'alice'],
    [{ ...alice, kind: 'personal' }, 'alice (personal)'],
    [{ ...alice, profile: {} }, 'a1'],
    [{ ...alice, profile: { userName: 'a\nb@c' } }, 'a\u{fffd}b'],
    [program, `app ${program.appId}`],
    [undefined, undefined],
  ] as const
  for (const [caller, who] of callers) {
    test(`of ${caller?.kind ?? 'nobody'} is shown as ${JSON.stringify(who)}'s`, () => {
      assert.equal(entryOf({ caller }).who, who)
    })
  }

  for (const [failure, reason] of refusals) {
    test(`that failed with ${failure.code} has the reason: ${reason}`, () => {
      const { reason: said } = entryOf({ failure, reply: { status: 400, body: errorBody } })
      assert.equal(said, reason)
    })
  }

  test('that was refused over SCIM has the words of its answer', () => {
    const body = JSON.stringify({ status: '409', detail: 'Another resource has this userName.' })
    const entry = entryOf({ failure: new Failure('value-taken'), reply: { status: 409, body } })
    assert.equal(entry.reason, 'Another resource has this userName.')
  })

  test('for a picture shows its size in pixels and bytes', async () => {
    const picture = sharp({ create: { width: 96, height: 64, channels: 3, background: 'red' } })
    for (const progressive of [false, true]) {
      const body = await picture.clone().jpeg({ progressive }).toBuffer()
      const reply = { headers: { 'content-type': 'image/jpeg' }, body }
      assert.equal(entryOf({ reply }).reason, `96x64 ${body.length} B`)
    }
  })

  test('shows what was received, that nothing changed, and a bug', () => {
    const headers = { 'content-length': '2340' }
    assert.equal(entryOf({ method: 'PUT', headers }).reason, '2.3 KB received')
    assert.equal(entryOf({ reply: { status: 304 } }).reason, 'not modified')
    const failure = new TypeError('x is not a function')
    assert.match(entryOf({ failure, reply: { status: 500 } }).reason, /a bug: TypeError: x is not/)
  })

  test('is shown without a token', () => {
    const entry = entryOf({ url: '/v1.0/me?token=secret', headers: { cookie: 'secret' } })
    assert.doesNotMatch(JSON.stringify(entry), /secret/)
  })

  test('is one line, with colours or without', () => {
    const entry = entryOf({ faults: ['429 on GET me/photo'], reply: { status: 429 } })
    const plain = formatLine(entry, 'plain')
    assert.match(
      plain,
      /^\d\d:\d\d:\d\d +GET +\/me\/photo +alice +429 +1 ms +\[fault: 429 on GET me\/photo\]$/,
    )
    const coloured = formatLine(entry, 'colours')
    assert.notEqual(coloured, plain)
    assert.equal(stripVTControlCharacters(coloured), plain)
    assert.match(formatLine(entryOf({ caller: program }), 'plain'), / app f3a1c6de… /)
  })
})

test('the journal keeps the latest thousand calls', () => {
  const journal = createJournal()
  for (let count = 0; count < 2500; count++) journal.add({ ...entryOf({}), at: count })
  const entries = journal.entries()
  assert.deepEqual([entries.length, entries[0]?.at, entries.at(-1)?.at], [1000, 1500, 2499])
  journal.clear()
  assert.deepEqual(journal.entries(), [])
})

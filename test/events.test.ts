/** The log line of an answer: its severity, its fields, and what it never contains. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answered, createEvents, type Severity } from '../src/events.ts'
import { Failure } from '../src/failure.ts'

type Changes = Partial<Omit<Answered, 'call'>> & { url?: string }
type Line = Readonly<{ severity: Severity; fields: Readonly<Record<string, unknown>> }>

const token = 'eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJzZWNyZXQifQ.c2lnbmF0dXJl'

function answeredWith({ url = '/v1.0/me/photo?$select=id&t=secret', ...rest }: Changes): Answered {
  return {
    call: { method: 'PUT', url, headers: { authorization: `Bearer ${token}` } },
    route: { operation: 'updatePhoto', path: '/me/photo/$value' },
    caller: {
      kind: 'delegated',
      objectId: 'object-1',
      appId: 'app-1',
      profile: { userName: 'alice@contoso.example' },
    },
    reply: { status: 200, headers: {}, body: Buffer.from('a picture') },
    ids: { requestId: 'request-1', clientRequestId: 'client-1' },
    failure: undefined,
    durationMs: 12.345,
    ...rest,
  }
}

function linesAt(level: Severity, ...events: readonly Answered[]): Line[] {
  const lines: Line[] = []
  const { answered } = createEvents((severity, fields) => lines.push({ severity, fields }), {
    level,
  })
  for (const event of events) answered(event)
  return lines
}

const changed = {
  status: 200,
  headers: {},
  changed: { change: 'replaced', owner: { tenantId: 't', kind: 'user', id: 'owner-1' } },
} as const
const overloaded = { failure: new Failure('overloaded'), reply: { status: 503, headers: {} } }
const bug = { failure: new TypeError('oops'), reply: { status: 500, headers: {} } }
const refused = { failure: new Failure('token-expired'), reply: { status: 401, headers: {} } }
const faked = { failure: undefined, reply: { status: 500, headers: {} } }

/** Each row: an answer, and its severity. */
const graveness: readonly (readonly [string, Changes, Severity])[] = [
  ['a bug', bug, 'error'],
  ['an overload', overloaded, 'warning'],
  ['a photo that was set', { reply: changed }, 'info'],
  ['a photo that was read', {}, 'debug'],
  ['a refusal of the caller', refused, 'debug'],
  ['a fault that a developer asked for', faked, 'debug'],
]

describe('the log', () => {
  for (const [what, changes, severity] of graveness) {
    test(`has ${what} as ${severity}, and omits it at lower levels`, () => {
      const [line, ...more] = linesAt('debug', answeredWith(changes))
      assert.deepEqual([line?.severity, more], [severity, []])
      const levels = ['error', 'warning', 'info', 'debug'] as const
      for (const level of levels) {
        const isWritten = levels.indexOf(severity) <= levels.indexOf(level)
        assert.equal(linesAt(level, answeredWith(changes)).length, isWritten ? 1 : 0, level)
      }
    })
  }

  test('names who changed whose photo, by ids', () => {
    assert.deepEqual(linesAt('info', answeredWith({ reply: changed }))[0]?.fields, {
      event: 'photo-changed',
      change: 'replaced',
      ownerKind: 'user',
      ownerId: 'owner-1',
      tenantId: 't',
      status: 200,
      method: 'PUT',
      operation: 'updatePhoto',
      path: '/v1.0/me/photo',
      callerKind: 'delegated',
      callerId: 'object-1',
      appId: 'app-1',
      requestId: 'request-1',
      clientRequestId: 'client-1',
      durationMs: 12.3,
    })
  })

  test('holds no token, picture, query, name or password, wherever they come from', () => {
    const url = '/v1.0/users/alice@contoso.example/photo?access_token=secret'
    const cause = new Error(
      `GET https://u:pass@s3.example/x?X-Amz-Signature=feed with Authorization: Bearer ${token}`,
    )
    const detail = `postgres://visage:pass@db.example/visage refused ${token} password=pass`
    const others =
      'client_secret=hidden1&access_token=hidden2 {"password":"hidden3",\'token\': \'hidden4\'} Basic hidden5'
    const long = `/v1.0/${'a'.repeat(280)}/carol.lee@contoso.example/photo`
    const text = JSON.stringify(
      linesAt(
        'debug',
        answeredWith({ url }),
        answeredWith({ url: "/v1.0/users('bob%40contoso.example')/photo" }),
        answeredWith({ url: '/v1.0/users/bob%2540contoso.example' }),
        answeredWith({ failure: new Failure('storage-unavailable', { detail, cause }) }),
        answeredWith({ failure: new Error(detail) }),
        answeredWith({ failure: detail }),
        answeredWith({ failure: new Error(others) }),
        answeredWith({ url: `/v1.0/${token}/me` }),
        answeredWith({ url: '/scim/v2/visage_scim_hidden6-_/Users' }),
        answeredWith({ failure: new Error('it got visage_scim_hidden6-_') }),
        answeredWith({ url: long }),
      ),
    )
    const secrets = ['eyJ', 'secret"', 'contoso', 'picture', 'pass@', '=pass', 'feed', 'carol']
    for (const secret of [
      ...secrets,
      '=secret',
      'hidden1',
      'hidden2',
      'hidden3',
      'hidden4',
      'hidden5',
      'hidden6',
    ]) {
      assert.ok(!text.includes(secret), `${secret} in ${text}`)
    }
    assert.match(text, /users\/\{name\}\/photo/)
    assert.match(text, /users\('\{name\}'\)\/photo/)
    assert.match(text, /db\.example\/visage refused/)
  })

  test('says why a photo of a sender was not taken, below debug only if something is wrong', () => {
    const log = (level: Severity) => {
      const lines: Line[] = []
      const options = { level }
      const { photoNotTaken } = createEvents(
        (severity, fields) => lines.push({ severity, fields }),
        options,
      )
      const common = { tenantId: 't', userId: 'u', source: 'scim:entra' }
      for (const outcome of ['ignored', 'refused', 'failed'] as const) {
        photoNotTaken({ ...common, outcome, why: `image-broken ${token}` })
      }
      return lines.map(({ severity, fields }) => [severity, fields.outcome, fields.why])
    }
    const [ignored, ...others] = log('debug')
    const why = 'image-broken {token}'
    assert.deepEqual(ignored, ['debug', 'ignored', why])
    assert.deepEqual(others, [
      ['info', 'refused', why],
      ['info', 'failed', why],
    ])
    assert.deepEqual([log('info'), log('warning')], [others, []])
  })

  test('cuts a huge path and a huge detail', () => {
    const failure = new Failure('storage-unavailable', { detail: 'x'.repeat(100_000) })
    const url = `/v1.0/${'a'.repeat(100_000)}`
    const [line] = linesAt('debug', answeredWith({ url, failure }))
    assert.ok(JSON.stringify(line).length < 6000)
  })

  test('makes no object for a line that is not written', () => {
    const event = answeredWith({})
    const unread = Object.defineProperty({ ...event }, 'ids', {
      get: () => assert.fail('was described'),
    })
    assert.deepEqual(linesAt('info', unread), [])
  })

  test('names the unavailable part and the reason, and reports when all are available again', () => {
    const lines: Line[] = []
    const write = (severity: Severity, fields: Line['fields']) => lines.push({ severity, fields })
    const { readinessChanged } = createEvents(write, { level: 'info' })
    readinessChanged(new Map([['packs', new Failure('storage-unavailable', { detail: 'gone' })]]))
    readinessChanged(new Map())
    const away = [{ part: 'packs', failure: 'storage-unavailable', detail: 'gone' }]
    assert.deepEqual(lines, [
      { severity: 'warning', fields: { event: 'not-ready', away } },
      { severity: 'info', fields: { event: 'ready' } },
    ])
  })
})

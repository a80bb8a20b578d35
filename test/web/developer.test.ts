/** What the developer's views decide without a browser: the stream, the filter, claims, orders and programs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeClaims, readClaims } from '../../web/src/developer/claims.ts'
import { openDevelopment } from '../../web/src/developer/development.ts'
import { readEvents } from '../../web/src/developer/event-stream.ts'
import { followRequests } from '../../web/src/developer/follow-requests.ts'
import {
  isWished,
  outcomeOf,
  type ShownRequest,
  type Wish,
  withRequest,
} from '../../web/src/developer/shown-request.ts'
import { languages, photoAddress, tasks, writeSnippet } from '../../web/src/developer/snippets.ts'
import { findPermissions, type TokenWish, toOrder } from '../../web/src/developer/token-order.ts'
import { Problem } from '../../web/src/graph/problem.ts'
import { explainVerdict, shortVerdict } from '../../web/src/views/explain-verdict.ts'
import { en } from '../../web/src/words/en.ts'
import { zh } from '../../web/src/words/zh.ts'

const sample: ShownRequest = {
  id: 1,
  at: 0,
  method: 'PUT',
  path: '/me/photo/$value',
  who: 'alice',
  status: 200,
  reason: '25 KB received',
  durationMs: 1,
  faults: [],
  requestId: 'r-1',
  verdict: { outcome: 'undecided' },
  requestHeaders: {},
  responseHeaders: {},
}

describe('the stream of events', () => {
  test('is read whole, however it is cut into pieces', () => {
    const text = ': alive\n\nid: 1\ndata: {"a":\ndata: 1}\n\nevent: forget\r\ndata: {}\r\n\r\n'
    const expected = [
      { name: 'message', data: '{"a":\n1}' },
      { name: 'forget', data: '{}' },
    ]
    for (const size of [1, 2, 7, text.length]) {
      const feed = readEvents()
      const events = []
      for (let at = 0; at < text.length; at += size) events.push(...feed(text.slice(at, at + size)))
      assert.deepEqual(events, expected, `pieces of ${size}`)
    }
  })

  test('begins again after a break, and says why it was refused', async () => {
    const leaving = new AbortController()
    const answers = [
      () => Promise.reject(new TypeError('fetch failed')),
      async () => Response.json({ error_description: 'Close one.' }, { status: 503 }),
      async () =>
        new Response(`data: ${JSON.stringify(sample)}\n\nevent: forget\ndata: {}\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        }),
    ]
    const told: unknown[] = []
    await followRequests({
      fetch: () => answers.shift()?.() ?? Promise.reject(new Error('no more')),
      base: 'http://localhost:1',
      signal: leaving.signal,
      wait: async () => void (told.length > 5 && leaving.abort()),
      begun: () => told.push('begun'),
      told: ({ id }) => told.push(id),
      forgotten: () => told.push('forgotten'),
      broken: why => told.push(why),
    })
    assert.deepEqual(told, [undefined, 'Close one.', 'begun', 1, 'forgotten', undefined])
  })
})

describe('a request', () => {
  const wish: Wish = { text: '', outcome: 'all', from: 'everywhere' }

  test('is found by every word, in any case, and by its outcome', () => {
    assert.ok(isWished(sample, { ...wish, text: 'put PHOTO' }))
    assert.ok(isWished(sample, { ...wish, text: ' alice 200 ' }))
    assert.ok(!isWished(sample, { ...wish, text: 'put bob' }))
    assert.ok(isWished({ ...sample, status: 304 }, { ...wish, outcome: 'fine' }))
    assert.ok(!isWished({ ...sample, status: 404 }, { ...wish, outcome: 'fine' }))
    const outcomes = [200, 304, 400, 499, 500, 0].map(outcomeOf)
    assert.deepEqual(outcomes, ['fine', 'fine', 'refused', 'refused', 'failed', 'failed'])
  })

  test('of a page of this server is shown only when it is asked for', () => {
    const own = { ...sample, requestHeaders: { 'sec-fetch-site': 'same-origin' } }
    assert.ok(!isWished(own, { ...wish, from: 'elsewhere' }))
    assert.ok(isWished(own, wish))
    const other = { ...sample, requestHeaders: { 'sec-fetch-site': 'same-site' } }
    assert.ok(isWished(other, { ...wish, from: 'elsewhere' }))
  })

  test('comes first, once, and the oldest of two hundred goes', () => {
    let all: readonly ShownRequest[] = []
    for (let id = 1; id <= 201; id++) all = withRequest(all, { ...sample, id })
    assert.deepEqual([all.length, all[0]?.id, all.at(-1)?.id], [200, 201, 2])
    assert.equal(withRequest(all, { ...sample, id: 201 }), all)
  })
})

describe('what decided', () => {
  const of = (verdict: ShownRequest['verdict'], reason = 'why') => ({ ...sample, verdict, reason })
  const permission = 'ProfilePhoto.ReadWrite.All'
  const role = 'User Administrator'

  test('is a sentence with the permission and the role, in both languages', () => {
    for (const words of [en, zh]) {
      const allowed = of({ outcome: 'allowed', permission, reach: 'others', role })
      assert.match(explainVerdict(words, allowed), /ProfilePhoto\.ReadWrite\.All.*User Admin/)
      const refused = of({
        outcome: 'refused',
        why: 'relation-missing',
        permissions: [permission, 'User.ReadWrite.All'],
        roles: [role],
      })
      assert.match(explainVerdict(words, refused), /User\.ReadWrite\.All.*User Administrator/)
      assert.match(shortVerdict(words, refused), /ProfilePhoto\.ReadWrite\.All \+1$/)
    }
  })

  test('differs for one’s own, for others and for an application', () => {
    const sentences = ['own', 'others', 'application'].map(reach =>
      explainVerdict(en, of({ outcome: 'allowed', permission, reach })),
    )
    assert.equal(new Set(sentences).size, 3)
  })

  test('is in the words of the server where the page has none', () => {
    const refused = { outcome: 'refused', why: 'new-code', permissions: [], roles: [] } as const
    assert.equal(explainVerdict(en, of(refused, 'the moon is full')), 'Refused: the moon is full')
    const known = { ...refused, why: 'token-expired' }
    assert.equal(explainVerdict(en, of(known)), 'Refused: the token had expired.')
    const named = { ...refused, why: 'constructor' }
    assert.equal(explainVerdict(en, of(named, 'odd')), 'Refused: odd')
  })
})

describe('a token', () => {
  const roleNames = new Map([['fe93', 'User Administrator']])

  test('is told in a useful order, with lists, times and names of roles', () => {
    const claims = {
      exp: 60,
      ver: '2.0',
      scp: 'A B',
      wids: ['FE93', 'x'],
      oid: 'o',
      extra: { a: 1 },
    }
    assert.deepEqual(readClaims(claims, roleNames), [
      { name: 'oid', value: { kind: 'text', text: 'o' } },
      { name: 'scp', value: { kind: 'list', texts: ['A', 'B'] } },
      { name: 'wids', value: { kind: 'list', texts: ['User Administrator: FE93', 'x'] } },
      { name: 'ver', value: { kind: 'text', text: '2.0' } },
      { name: 'exp', value: { kind: 'time', at: 60_000 } },
      { name: 'extra', value: { kind: 'text', text: '{"a":1}' } },
    ])
  })

  test('is decoded with letters of any script, and what is no token is none', () => {
    const payload = Buffer.from(JSON.stringify({ name: '陈 Öberg' })).toString('base64url')
    assert.deepEqual(decodeClaims(`e30.${payload}.sig`), { name: '陈 Öberg' })
    for (const text of ['', 'x', 'a.b.c', 'e30.W10.x', 'e30.bnVsbA.x']) {
      assert.equal(decodeClaims(text), undefined, text)
    }
  })

  test('is ordered with what was chosen, and nothing else', () => {
    const wish: TokenWish = {
      ...{ kind: 'person', user: 'bob', permissions: ['User.Read'], adminRoles: ['R'] },
      lifetime: 'hour',
    }
    assert.deepEqual(toOrder(wish, false), {
      ...{ user: 'bob', lifetimeSeconds: 3600, scopes: ['User.Read'], wids: ['R'] },
    })
    assert.deepEqual(toOrder({ ...wish, permissions: [] }, true), {
      ...{ user: 'bob', lifetimeSeconds: 3600, personal: true },
    })
    const application = toOrder({ ...wish, kind: 'application', lifetime: 'expired' }, false)
    assert.deepEqual(application, { app: true, lifetimeSeconds: -60, roles: ['User.Read'] })
  })

  test('has permissions that are found by words', () => {
    const all = ['User.Read', 'User.ReadWrite.All', 'Group.Read.All']
    assert.deepEqual(findPermissions(all, 'all user'), ['User.ReadWrite.All'])
    assert.deepEqual(findPermissions(all, ' '), all)
  })
})

describe('a program', () => {
  test('names the address and the token in every language', () => {
    const token = 'e30.e30.sig'
    const address = photoAddress('http://localhost:8080', undefined)
    assert.equal(address, 'http://localhost:8080/v1.0/me/photo/$value')
    for (const language of languages) {
      for (const task of tasks) {
        const text = writeSnippet(language, { task, address, token })
        assert.ok(
          text.includes(address) && text.includes(`Bearer ${token}`) === (language !== 'csharp'),
        )
        assert.ok(text.includes(token), language)
      }
    }
  })

  test('of an application names a person', () => {
    const address = photoAddress('http://localhost:8080', 'alice@visage.example')
    assert.equal(address, 'http://localhost:8080/v1.0/users/alice@visage.example/photo/$value')
  })
})

describe('asking the development server', () => {
  test('turns its refusals into problems with its words', async () => {
    const answer = Response.json({ error_description: 'It cannot be read.' }, { status: 400 })
    const { setFaults } = openDevelopment(async () => answer, 'http://localhost:1')
    await assert.rejects(setFaults(['x']), (error: unknown) => {
      assert.ok(error instanceof Problem)
      assert.deepEqual([error.kind, error.words], ['refused', 'It cannot be read.'])
      return true
    })
  })

  test('without a network is being offline', async () => {
    const { readFaults } = openDevelopment(() => Promise.reject(new TypeError()), 'http://x')
    await assert.rejects(readFaults(), { kind: 'offline' })
  })
})

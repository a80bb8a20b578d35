/** Faults over HTTP, in batches, and again after a reset. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startVisage, type Visage } from '../../../src/visage.ts'

type Send = (
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer> | string,
) => Promise<Response>

/** `work` with alice's requests, against a Visage with these faults and no photos. */
async function withFaults(
  faults: readonly string[],
  work: (send: Send, visage: Visage) => Promise<void>,
): Promise<void> {
  await using visage = await startVisage({ photos: 'none', faults })
  const token = await visage.token({ user: 'alice', admin: ['User Administrator'] })
  const send: Send = async (method, path, body) =>
    await fetch(`${visage.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': typeof body === 'string' ? 'application/json' : 'image/jpeg',
      },
      ...(body !== undefined && { body }),
    })
  await work(send, visage)
}

const mine = '/me/photo/$value'

type Json = Readonly<{
  error: Readonly<{ code: string; message: string; innerError: Readonly<Record<string, string>> }>
  responses: readonly Readonly<{
    status: number
    headers: Readonly<Record<string, string>>
    body: Json
  }>[]
  value: readonly Readonly<{ id: string }>[]
}>
const read = async (answer: Response) => (await answer.json()) as Json

/** Repeats until `isSo`; the time limit of the test ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(50)
}

async function statuses(send: Send, count: number, path = '/me/photo'): Promise<number[]> {
  const answers: number[] = []
  for (let call = 0; call < count; call++) answers.push((await send('GET', path)).status)
  return answers
}

describe('a fault', () => {
  test('is a status in the error shape of Graph, with ids and Retry-After', () =>
    withFaults(['429 retry after 7s on GET me/photo'], async send => {
      const answer = await send('GET', '/me/photo')
      assert.equal(answer.status, 429)
      assert.equal(answer.headers.get('retry-after'), '7')
      const { error } = await read(answer)
      assert.equal(error.code, 'TooManyRequests')
      assert.match(error.message, /429 retry after 7s on GET me\/photo/)
      assert.equal(error.innerError['request-id'], answer.headers.get('request-id'))
    }))

  const codes = [
    [401, 'InvalidAuthenticationToken', null],
    [409, 'Conflict', null],
    [500, 'InternalServerError', null],
    [503, 'ServiceUnavailable', '1'],
    [504, 'GatewayTimeout', null],
    [599, 'UnknownError', null],
  ] as const
  for (const [status, code, retryAfter] of codes) {
    test(`of status ${status} has Graph's code ${code}`, () =>
      withFaults([`${status} on GET me`], async send => {
        const answer = await send('GET', '/me')
        assert.equal(answer.status, status)
        assert.equal(answer.headers.get('retry-after'), retryAfter)
        assert.equal((await read(answer)).error.code, code)
      }))
  }

  test('prevents the changes of refused calls, and does not affect other calls', () =>
    withFaults(['503 on PUT users/*/photo'], async (send, visage) => {
      const path = '/users/alice@visage.example/photo/$value'
      const picture = await visage.picture('a', 48)
      assert.equal((await send('PUT', path, picture)).status, 503)
      assert.equal((await send('GET', path)).status, 404)
      assert.equal((await send('PATCH', path, picture)).status, 200)
      assert.equal((await send('PUT', mine, picture)).status, 200)
    }))

  const spellings = [
    ['*/photo/$value', '/me/photo/$value', 500],
    ['*/photo/$value', "/users('alice@visage.example')/photo/%24value", 500],
    ['*/photo/$value', '/me/photo', 404],
    ['users/*/photo', '/users/ALICE@visage.example/photo', 500],
    ['users/alice@visage.example/photo', '/Users/Alice@Visage.Example/Photo/', 500],
    ['users/*/photo', '/me/photo', 404],
    ['me/photo', '/users/me-token-to-replace/photo', 500],
    ['users/TokenToReplace/photo', '/me/photo', 500],
    ['users/*/photo', "/users('TokenToReplace')/photo", 404],
    ['*', '/me/photos/48x48', 500],
    ['beta/*', '/me/photo', 404],
    ['v1.0/me/photo', '/me/photo', 500],
  ] as const
  for (const [pattern, path, status] of spellings) {
    test(`on ${pattern} ${status === 500 ? 'meets' : 'misses'} GET ${path}`, () =>
      withFaults([`500 on GET ${pattern}`], async send => {
        assert.equal((await send('GET', path)).status, status)
      }))
  }

  test('by chance applies to the same calls again after a reset', () =>
    withFaults(['500 on GET me/photo for 40% seed 7'], async (send, visage) => {
      const first = await statuses(send, 30)
      assert.ok(first.includes(500) && first.includes(404))
      assert.notDeepEqual(await statuses(send, 30), first)
      await visage.reset()
      assert.deepEqual(await statuses(send, 30), first)
    }))

  test('counts independently of other faults', () =>
    withFaults(['500 on GET me/photo every 2nd', '503 on GET * every 3rd'], async send => {
      assert.deepEqual(await statuses(send, 6), [404, 500, 503, 500, 404, 500])
    }))

  test('of delay only delays the call', () =>
    withFaults(['delay 80ms on GET me/photo', 'delay 70ms on GET me/photo'], async send => {
      const startedAt = performance.now()
      assert.equal((await send('GET', '/me/photo')).status, 404)
      assert.ok(performance.now() - startedAt >= 145)
    }))

  test('of delay does not delay the end of the server', () =>
    withFaults(['delay 10min on GET me/photo'], async (send, visage) => {
      const answer = send('GET', '/me/photo')
      await wait(100)
      await visage.close()
      assert.equal((await answer).status, 404)
    }))

  test('of cut ends the connection before anything is done', () =>
    withFaults(['cut on PUT me/photo/$value first 1'], async (send, visage) => {
      await assert.rejects(send('PUT', mine, await visage.picture()), /fetch failed/)
      assert.equal((await send('GET', '/me/photo')).status, 404)
      const [request] = visage.requests()
      assert.deepEqual([request?.status, request?.reason], [0, 'connection cut'])
    }))

  test('of cut answer ends it when only the answer is left', () =>
    withFaults(['cut answer on PUT me/photo/$value'], async (send, visage) => {
      await assert.rejects(send('PUT', mine, await visage.picture()), /fetch failed/)
      assert.equal((await send('GET', '/me/photo')).status, 200)
    }))
})

describe('in a batch, a fault', () => {
  const batch = (...urls: string[]) =>
    JSON.stringify({ requests: urls.map((url, index) => ({ id: `${index}`, method: 'GET', url })) })

  test('applies to a request like any other', () =>
    withFaults(['429 on GET me/photo'], async send => {
      const answer = await send('POST', '/$batch', batch('/me/photo', '/me'))
      const { responses } = await read(answer)
      assert.deepEqual(
        responses.map(part => part.status),
        [429, 200],
      )
      assert.equal(responses[0]?.headers['Retry-After'], '1')
      assert.equal(responses[0]?.body.error.code, 'TooManyRequests')
    }))

  test('of cut ends the connection of the whole', () =>
    withFaults(['cut on GET me/photo'], async send => {
      await assert.rejects(send('POST', '/$batch', batch('/me', '/me/photo')), /fetch failed/)
    }))

  test('is about the whole only when it names $batch', () =>
    withFaults(['503 on POST $batch first 1', '500 on * * every 2nd'], async send => {
      assert.equal((await send('POST', '/$batch', batch('/me', '/me'))).status, 503)
      const { responses } = await read(await send('POST', '/$batch', batch('/me', '/me')))
      assert.deepEqual(
        responses.map(part => part.status),
        [200, 500],
      )
    }))
})

describe('a photo that is visible later', () => {
  const later = ['visible after 1s on PUT,DELETE */photo/$value']
  const isThere = async (send: Send, path = mine) => (await send('GET', path)).status === 200

  test('is accepted at once, and not visible to readers until then', () =>
    withFaults(later, async (send, visage) => {
      assert.equal((await send('PUT', mine, await visage.picture('one', 48))).status, 200)
      for (const path of [mine, '/me/photo', '/users/alice@visage.example/photos/48x48']) {
        assert.equal((await send('GET', path)).status, 404, path)
      }
      assert.deepEqual(visage.requests().at(-1)?.faults, later)
      await until(() => isThere(send))
      assert.deepEqual(visage.requests().at(-1)?.faults, [])
    }))

  test('does not make old bytes unchanged or an old condition true', () =>
    withFaults(['visible after 1s on PUT me/photo'], async (send, visage) => {
      const etag = async () => (await send('HEAD', mine)).headers.get('etag')
      await send('PATCH', mine, await visage.picture('one', 48))
      const one = await (await send('GET', mine)).bytes()
      const before = await etag()
      await send('PUT', mine, await visage.picture('two', 48))
      const token = await visage.token({ user: 'alice' })
      const headers = { authorization: `Bearer ${token}`, 'if-match': before ?? '' }
      const url = `${visage.baseUrl}/me/photo`
      assert.equal((await fetch(url, { method: 'DELETE', headers })).status, 412)
      await send('PATCH', mine, await visage.picture('one', 48))
      await until(async () => (await etag()) !== before)
      assert.deepEqual(await (await send('GET', mine)).bytes(), one)
    }))

  test('becomes invisible later when it is removed', () =>
    withFaults(later, async (send, visage) => {
      await send('PATCH', mine, await visage.picture('one', 48))
      assert.equal((await send('DELETE', mine)).status, 200)
      assert.equal(await isThere(send), true)
      await until(async () => !(await isThere(send)))
    }))

  test('is not hidden by a write that was refused', () =>
    withFaults(['visible after 10min on PUT me/photo every 2nd'], async (send, visage) => {
      assert.equal((await send('PUT', mine, await visage.picture('one', 48))).status, 200)
      assert.notEqual((await send('PUT', mine, 'no picture')).status, 200)
      await send('PATCH', mine, await visage.picture('two', 648))
      assert.equal((await send('GET', '/me/photos/648x648')).status, 200)
    }))

  test('is cleared by a reset', () =>
    withFaults(['visible after 10min on PUT me/photo first 1'], async (send, visage) => {
      await send('PATCH', mine, await visage.picture('one', 48))
      await send('PUT', mine, await visage.picture('two', 48))
      await visage.reset()
      assert.equal(await isThere(send), false)
    }))

  for (const [kind, list, path] of [
    ['a team', '/me/joinedTeams', (id: string) => `/teams/${id}/photo/$value`],
    ['a contact', '/me/contacts', (id: string) => `/me/contacts/${id}/photo/$value`],
  ] as const) {
    test(`may be that of ${kind}`, () =>
      withFaults(later, async (send, visage) => {
        const { value } = await read(await send('GET', list))
        const place = path(value[0]?.id ?? '')
        assert.ok((await send('PUT', place, await visage.picture('one', 48))).ok)
        assert.equal(await isThere(send, place), false)
        await until(() => isThere(send, place))
      }))
  }
})

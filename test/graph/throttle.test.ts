/** Throttling over HTTP: who is throttled, what counts, and the answers. */
import assert from 'node:assert/strict'
import { Agent, type ClientRequest, request as openRequest } from 'node:http'
import { after, describe, test } from 'node:test'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import { readLimits } from '../../src/settings/limits.ts'
import { parseLimits } from '../../src/throttling/limits.ts'
import { jpegOfExactly, portraitJpeg } from '../support/pictures.ts'

const picture = Uint8Array.from(await portraitJpeg())
const big = Uint8Array.from(await jpegOfExactly(1_500_000))
const bob = 'bob@visage.example'
const running: Development[] = []
after(async () => {
  for (const development of running) await development.close()
})

type Ask = (
  method: string,
  path: string,
  token?: string,
  body?: Uint8Array<ArrayBuffer> | string,
  headers?: Record<string, string>,
) => Promise<Answer>
type Answer = Readonly<{ status: number; retryAfter: string | null; text: string }>
type Stand = Readonly<{ development: Development; ask: Ask; mine: string; app: string }>

/** A machine may stand still for longer than a window: time passes only where a test says so. */
const stands = () => 0

/** `mine` is alice's token, `app` that of an application that may change any photo. */
async function start(limits: string | undefined, elapsed = stands): Promise<Stand> {
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    throttle: limits === undefined ? undefined : parseLimits(limits),
    elapsed,
    limits: readLimits({ renderers: '1' }),
    write: () => {},
  })
  running.push(development)
  await development.photosReady
  const scopes = ['User.ReadWrite', 'User.Read', 'Contacts.ReadWrite']
  const mine = await development.issuer.mint({ person: 'alice', scopes })
  const app = await development.issuer.mint({ app: {}, roles: ['User.ReadWrite.All'] })
  const ask: Ask = async (method, path, token = mine, body, headers) => {
    const response = await fetch(development.origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body }),
    })
    const retryAfter = response.headers.get('retry-after')
    return { status: response.status, retryAfter, text: await response.text() }
  }
  return { development, ask, mine, app }
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status)

async function times(count: number, act: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let index = 0; index < count; index += 1) answers.push(await act())
  return answers
}

describe('requests', () => {
  test('beyond the limit are 429 in Graph’s form, with Retry-After in seconds', async () => {
    const { ask } = await start('requests=3/60s')
    const answers = await times(4, () => ask('GET', '/v1.0/me/photo'))
    assert.deepEqual(statuses(answers), [200, 200, 200, 429])
    const refused = answers[3]
    assert.match(refused?.retryAfter ?? '', /^(60|61)$/)
    const { error } = JSON.parse(refused?.text ?? '')
    assert.equal(error.code, 'TooManyRequests')
    assert.match(error.message, /^Please retry again later\..*3 requests.*60 seconds/)
    assert.ok(error.innerError['request-id'])
  })

  test('are accepted again after the time in Retry-After', async () => {
    let elapsedMs = 0
    const { ask } = await start('requests=1/60s', () => elapsedMs)
    assert.equal((await ask('GET', '/v1.0/me/photo')).status, 200)
    const { status, retryAfter } = await ask('GET', '/v1.0/me/photo')
    assert.equal(status, 429)
    elapsedMs = Number(retryAfter) * 1000
    assert.equal((await ask('GET', '/v1.0/me/photo')).status, 200)
  })

  test('are counted by mailbox, however it is named, and under both versions', async () => {
    const { ask } = await start('requests=3/60s')
    const answers = [
      await ask('GET', '/v1.0/me/photo'),
      await ask('GET', '/beta/users/alice@visage.example/photos'),
      await ask('GET', '/v1.0/me/contacts'),
      await ask('GET', '/v1.0/Users/ALICE@visage.example/photo/$value'),
    ]
    assert.deepEqual(statuses(answers), [200, 200, 200, 429])
  })

  test('at another mailbox, or of another application, are not affected', async () => {
    const { development, ask, app } = await start('requests=1/60s')
    const other = await development.issuer.mint({
      person: 'alice',
      scopes: ['User.Read'],
      clientId: '11111111-2222-4333-8444-555555555555',
    })
    const answers = [
      await ask('GET', '/v1.0/me/photo'),
      await ask('GET', '/v1.0/me/photo'),
      await ask('GET', '/v1.0/me/photo', other),
      await ask('GET', `/v1.0/users/${bob}/photo`, app),
      await ask('GET', '/v1.0/users/umut@visage.example/photo/$value', app),
    ]
    assert.deepEqual(
      statuses(answers).map(status => status === 429),
      [false, true, false, false, false],
    )
  })

  test('outside Outlook, to unknown targets or without permission are not counted', async () => {
    const { ask } = await start('requests=2/60s')
    const around = () => [
      ask('GET', '/v1.0/me'),
      ask('GET', '/v1.0/me/joinedTeams'),
      ask('GET', '/v1.0/groups'),
      ask('GET', `/v1.0/users/${bob}/photo`),
      ask('GET', '/v1.0/me/nothing'),
      ask('GET', '/v1.0/me/photo', 'no-token'),
    ]
    for (const answer of await Promise.all([...around(), ...around()])) {
      assert.notEqual(answer.status, 429)
    }
    const answers = await times(3, () => ask('GET', '/v1.0/me/photo'))
    assert.deepEqual(statuses(answers), [200, 200, 429])
  })

  test('of a group and of its team count for one mailbox', async () => {
    const { development, ask } = await start('requests=1/60s')
    const roles = ['Group.Read.All', 'Team.ReadBasic.All']
    const token = await development.issuer.mint({ app: {}, roles })
    const groups = JSON.parse((await ask('GET', '/v1.0/groups', token)).text).value as {
      id: string
      resourceProvisioningOptions: string[]
    }[]
    const team = groups.find(group => group.resourceProvisioningOptions.includes('Team'))
    assert.ok(team)
    assert.notEqual((await ask('GET', `/v1.0/groups/${team.id}/photo`, token)).status, 429)
    assert.equal((await ask('GET', `/v1.0/teams/${team.id}/photo`, token)).status, 429)
  })
})

describe('requests at the same time', () => {
  test('beyond the limit are refused with Graph’s message, until one of them ends', async () => {
    const { ask, development, mine } = await start('concurrent=2')
    const slow = [hold(development, mine), hold(development, mine)]
    let refused = await ask('GET', '/v1.0/me/photo')
    for (let round = 0; refused.status === 200 && round < 100; round += 1) {
      refused = await ask('GET', '/v1.0/me/photo')
    }
    assert.deepEqual([refused.status, refused.retryAfter], [429, '1'])
    const { code, message } = JSON.parse(refused.text).error
    assert.equal(code, 'ApplicationThrottled')
    assert.equal(message, 'Application is over its MailboxConcurrency limit.')
    await slow[0]?.finish()
    assert.equal((await ask('GET', '/v1.0/me/photo')).status, 200)
    await slow[1]?.finish()
  })

  test('that are cut off or refused release their slot', async () => {
    const { ask, development, mine } = await start('concurrent=1')
    const slow = hold(development, mine)
    while ((await ask('GET', '/v1.0/me/photo')).status === 200);
    slow.cutOff()
    let answer = await ask('GET', '/v1.0/me/photo')
    for (let round = 0; answer.status === 429 && round < 100; round += 1) {
      answer = await ask('GET', '/v1.0/me/photo')
    }
    assert.equal(answer.status, 200)
    assert.equal((await ask('PUT', '/v1.0/me/photo/$value', mine, 'no picture')).status, 415)
    assert.equal((await ask('GET', '/v1.0/me/photo')).status, 200)
  })
})

/** A PUT of which the body has begun and not ended. */
function hold({ origin }: Development, token: string) {
  const { port } = new URL(origin)
  const sending: ClientRequest = openRequest({
    host: '127.0.0.1',
    port,
    method: 'PUT',
    path: '/v1.0/me/photo/$value',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'image/jpeg',
      'content-length': picture.length,
    },
    agent: new Agent(),
  })
  const ended = new Promise<number>(resolve => {
    sending.on('response', response => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.on('error', () => resolve(0))
  })
  sending.write(picture.subarray(0, 1000))
  return {
    async finish() {
      sending.end(picture.subarray(1000))
      assert.equal(await ended, 200)
    },
    cutOff: () => void sending.destroy(),
  }
}

describe('uploads', () => {
  test('beyond the limit in bytes are refused, and reads still work', async () => {
    const { ask, mine, app } = await start('upload=4MB/300s')
    const put = () => ask('PUT', '/v1.0/me/photo/$value', mine, big)
    const answers = await times(3, put)
    assert.deepEqual(statuses(answers), [200, 200, 429])
    assert.match(answers[2]?.retryAfter ?? '', /^30[0-5]$/)
    const { code, message } = JSON.parse(answers[2]?.text ?? '').error
    assert.equal(code, 'TooManyRequests')
    assert.match(message, /at most 4194304 bytes.*300 seconds/)
    assert.equal((await ask('GET', '/v1.0/me/photo')).status, 200)
    assert.equal((await ask('PUT', '/v1.0/me/photo/$value', mine, picture)).status, 200)
    assert.equal((await ask('PUT', `/v1.0/users/${bob}/photo/$value`, app, big)).status, 200)
  })

  test('without a declared length are counted as they arrive', async () => {
    const { development, mine } = await start('upload=4MB/300s')
    const send = () => sendInChunks(development, mine)
    assert.deepEqual([await send(), await send(), await send()], [200, 200, 429])
  })

  test('too large for any photo are refused for that reason first', async () => {
    const { ask, mine } = await start('upload=4MB/300s')
    const tooLarge = new Uint8Array(4 * 1024 * 1024 + 1)
    assert.equal((await ask('PUT', '/v1.0/me/photo/$value', mine, tooLarge)).status, 413)
  })
})

function sendInChunks({ origin }: Development, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = openRequest({
      host: '127.0.0.1',
      port: new URL(origin).port,
      method: 'PUT',
      path: '/v1.0/me/photo/$value',
      headers: { authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' },
    })
    sending.on('error', reject)
    sending.on('response', response => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.end(big)
  })
}

describe('in a batch', () => {
  type Part = Readonly<{
    id: string
    status: number
    headers: Record<string, string>
    body: unknown
  }>
  async function batch(ask: Ask, requests: readonly unknown[]): Promise<readonly Part[]> {
    const json = { 'content-type': 'application/json' }
    const answer = await ask('POST', '/v1.0/$batch', undefined, JSON.stringify({ requests }), json)
    assert.equal(answer.status, 200)
    return JSON.parse(answer.text).responses
  }
  const reads = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: String(index + 1),
      method: 'GET',
      url: '/me/photo',
    }))

  test('each part is counted and refused for itself, with its own Retry-After', async () => {
    const { ask } = await start('requests=5/60s')
    const parts = await batch(ask, [...reads(8), { id: 'me', method: 'GET', url: '/me' }])
    const counted = parts.filter(({ id }) => id !== 'me')
    assert.equal(counted.filter(({ status }) => status === 200).length, 5)
    const refused = counted.filter(({ status }) => status === 429)
    assert.equal(refused.length, 3)
    for (const { headers, body } of refused) {
      assert.match(headers['Retry-After'] ?? '', /^(60|61)$/)
      assert.equal((body as { error: { code: string } }).error.code, 'TooManyRequests')
    }
    assert.equal(parts.find(({ id }) => id === 'me')?.status, 200)
  })

  test('the parts run four at a time, as Graph’s limit allows', async () => {
    const { ask } = await start('graph')
    const parts = await batch(ask, reads(20))
    assert.deepEqual(new Set(parts.map(({ status }) => status)), new Set([200]))
  })

  test('parts beyond the concurrency limit are refused like requests, waiting parts are not', async () => {
    const { ask } = await start('concurrent=1')
    // Another photo than there is: it has to be rendered, which the other parts do not wait for.
    const body = (await portraitJpeg({ seed: 2 })).toString('base64')
    const headers = { 'Content-Type': 'image/jpeg' }
    const puts = ['1', '2', '3'].map(id => ({
      id,
      method: 'PUT',
      url: '/me/photo/$value',
      headers,
      body,
    }))
    const together = await batch(ask, puts)
    assert.deepEqual(together.map(({ status }) => status).sort(), [200, 429, 429])
    const apart = puts.map((part, index) => ({
      ...part,
      ...(index > 0 && { dependsOn: [`${index}`] }),
    }))
    const one = await batch(ask, apart)
    assert.deepEqual(
      one.map(({ status }) => status),
      [200, 200, 200],
    )
  })

  test('uploads of parts are counted', async () => {
    const { ask } = await start('upload=4MB/300s')
    const body = Buffer.from(big).toString('base64')
    const headers = { 'Content-Type': 'image/jpeg' }
    const put = (id: string) => ({ id, method: 'PUT', url: '/me/photo/$value', headers, body })
    const parts = await batch(ask, [put('1'), put('2'), put('3')])
    assert.deepEqual(parts.map(({ status }) => status).sort(), [200, 200, 429])
  })
})

test('there is no throttling by default', async () => {
  const { ask } = await start(undefined)
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask('GET', '/v1.0/me/photo')))
  assert.deepEqual(new Set(statuses(answers)), new Set([200]))
})

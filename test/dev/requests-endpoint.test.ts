/** The window on the latest requests of `visage dev`: what it shows, what it never shows, and who may look. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Detail } from '../../src/dev/journal/detail.ts'
import { createRecent } from '../../src/dev/journal/recent.ts'
import { createRequestsEndpoint, mostFollowers } from '../../src/dev/requests-endpoint.ts'
import { startVisage, type Visage } from '../../src/visage.ts'

const path = '/_visage/requests'

type Shown = Detail & Readonly<{ id: number }>

async function readAll(visage: Visage, query = ''): Promise<readonly Shown[]> {
  const answer = await fetch(`${visage.url}${path}${query}`)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const { requests } = (await answer.json()) as { requests: readonly Shown[] }
  return requests
}

async function lastOf(visage: Visage): Promise<Shown> {
  const shown = (await readAll(visage)).at(-1)
  assert.ok(shown)
  return shown
}

/** A request with headers that fetch would not send. */
async function send(visage: Visage, headers: Record<string, string>, at = path, method = 'GET') {
  const sent = request(`${visage.url}${at}`, { method, headers }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const text = (await answer.toArray()).join('')
  return { status: answer.statusCode, text }
}

describe('the latest requests', () => {
  test('say which permission allowed a call, and what the token says', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ user: 'bob', scopes: ['Mail.Read', 'User.ReadWrite'] })
    await fetch(`${visage.baseUrl}/me/photo/$value`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'client-request-id': 'my-own-id' },
      body: await visage.picture(),
    })
    const shown = await lastOf(visage)
    const { method, status, who, operation, verdict, claims, isTokenAccepted } = shown
    assert.deepEqual([method, shown.path, status, who], ['PUT', '/me/photo/$value', 200, 'bob'])
    assert.equal(operation, 'updatePhoto')
    assert.deepEqual(verdict, { outcome: 'allowed', permission: 'User.ReadWrite', reach: 'own' })
    assert.equal(claims?.scp, 'Mail.Read User.ReadWrite')
    assert.equal(isTokenAccepted, true)
    assert.equal(shown.requestHeaders['client-request-id'], 'my-own-id')
    assert.equal(shown.responseHeaders['client-request-id'], 'my-own-id')
  })

  test('say by which role somebody else’s photo was set', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({
      ...{ user: 'bob', scopes: ['ProfilePhoto.ReadWrite.All'], admin: ['People Administrator'] },
    })
    const body = await visage.picture()
    const headers = { authorization: `Bearer ${token}` }
    await fetch(`${visage.baseUrl}/users/alice@visage.example/photo/$value`, {
      ...{ method: 'PUT', headers, body },
    })
    assert.deepEqual((await lastOf(visage)).verdict, {
      outcome: 'allowed',
      permission: 'ProfilePhoto.ReadWrite.All',
      reach: 'others',
      role: 'People Administrator',
    })
  })

  test('say what a refused call lacks', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ app: true, roles: ['User.Read.All'] })
    const headers = { authorization: `Bearer ${token}` }
    await fetch(`${visage.baseUrl}/groups`, { headers })
    const { verdict, error, status } = await lastOf(visage)
    assert.equal(status, 403)
    assert.ok(verdict.outcome === 'refused')
    assert.equal(verdict.why, 'permission-missing')
    assert.ok(verdict.permissions.includes('GroupMember.Read.All'))
    assert.equal(error?.code, 'Authorization_RequestDenied')
  })

  test('show the claims of a token that was not accepted, and say so', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ user: 'alice', lifetimeSeconds: -60 })
    await fetch(`${visage.baseUrl}/me`, { headers: { authorization: `Bearer ${token}` } })
    const { verdict, isTokenAccepted, claims } = await lastOf(visage)
    assert.ok(verdict.outcome === 'refused')
    assert.deepEqual([verdict.why, isTokenAccepted], ['token-expired', false])
    assert.equal(claims?.aud, 'https://graph.microsoft.com')
  })

  test('say of each part of a batch which program sent it', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ user: 'alice' })
    const requests = ['/me', '/groups'].map((url, id) => ({ id: `${id}`, method: 'GET', url }))
    await fetch(`${visage.baseUrl}/$batch`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'my-program',
      },
      body: JSON.stringify({ requests }),
    })
    const all = await readAll(visage)
    assert.deepEqual(all.map(({ path }) => path).sort(), ['/$batch', '/groups', '/me'])
    for (const { requestHeaders } of all) assert.equal(requestHeaders['user-agent'], 'my-program')
  })

  test('never show a token, a cookie, a secret, a code or a body', async () => {
    await using visage = await startVisage({ photos: 'none' })
    const token = await visage.token({ user: 'alice', scopes: ['User.ReadWrite'] })
    const [head = '', , signature = ''] = token.split('.')
    const secrets = {
      authorization: `Bearer ${token}`,
      cookie: 'session=SECRET-1',
      'proxy-authorization': 'Basic SECRET-2',
      'x-api-key': 'SECRET-3',
      'ocp-apim-subscription-key': 'SECRET-4',
      'x-client-secret': 'SECRET-5',
      apikey: 'SECRET-20',
      api_key: 'SECRET-21',
      'x-user-pwd': 'SECRET-22',
      'x-forwarded-access-token': 'SECRET-6',
      'x-anything': `see Bearer SECRET-7 and ${token}`,
      'x-session-id': 'SECRET-11',
      'x-xsrf': 'SECRET-12',
      'x-ms-client-principal': 'SECRET-13',
      dpop: 'SECRET-14',
      referer: 'https://app.example/back?code=SECRET-15&state=SECRET-16#SAMLResponse=SECRET-17',
      'x-forwarded-uri': '/back?code=SECRET-18, /other#sig=SECRET-19',
      'content-type': 'application/json',
    }
    const at = `/v1.0/me?code=SECRET-8&access_token=SECRET-9&$select=id,${token}`
    await send(visage, secrets, at)
    await fetch(`${visage.baseUrl}/me/${token}`, { headers: { authorization: `Bearer ${token}` } })
    const json = JSON.stringify({ passwordProfile: { password: 'SECRET-10' } })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    await fetch(`${visage.baseUrl}/users`, { method: 'POST', headers, body: json })
    const all = await readAll(visage)
    const text = JSON.stringify(all)
    assert.equal(all.length, 3)
    assert.match(text, /User\.ReadWrite/)
    assert.doesNotMatch(text, /SECRET/)
    assert.ok(!text.includes(signature) && !text.includes(head))
    assert.doesNotMatch(text, /"(authorization|cookie|proxy-authorization)"/i)
  })

  test('say where a request came from without what an issuer added to the address', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await send(
      visage,
      { referer: 'https://app.example/back?code=1', accept: '*/*;q=0.1' },
      '/v1.0/me',
    )
    const { requestHeaders, responseHeaders } = await lastOf(visage)
    assert.equal(requestHeaders.referer, 'https://app.example/back?…')
    assert.equal(requestHeaders.accept, '*/*;q=0.1')
    assert.match(responseHeaders['www-authenticate'] ?? '', /^Bearer/)
  })

  test('show the challenge of a refused token whole', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await send(visage, { authorization: 'Bearer no-token' }, '/v1.0/me')
    const challenge = (await lastOf(visage)).responseHeaders['www-authenticate'] ?? ''
    assert.match(challenge, /^Bearer error="invalid_token"/)
  })

  test('are forgotten by a reset', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await fetch(`${visage.baseUrl}/me`)
    assert.equal((await readAll(visage)).length, 1)
    await visage.reset()
    assert.deepEqual(await readAll(visage), [])
  })

  test('are at most two hundred, and can be asked for after one', async () => {
    await using visage = await startVisage({ photos: 'none' })
    for (let call = 0; call < 203; call++) await (await fetch(`${visage.baseUrl}/me`)).text()
    const all = await readAll(visage)
    assert.deepEqual([all.length, all[0]?.id, all.at(-1)?.id], [200, 4, 203])
    assert.equal((await readAll(visage, '?after=201')).length, 2)
    assert.equal((await fetch(`${visage.url}${path}?after=x`)).status, 400)
  })

  const strangers: Readonly<Record<string, Record<string, string>>> = {
    'a page of another site': { origin: 'https://evil.example' },
    'a page on another port of this machine': { origin: 'http://localhost:1' },
    'a picture or a script in another site’s page': { 'sec-fetch-site': 'cross-site' },
    'a page on another port, as a browser says it': { 'sec-fetch-site': 'same-site' },
    'a page whose name was made to lead here': { host: 'evil.example' },
  }
  for (const [who, headers] of Object.entries(strangers)) {
    test(`are not shown to ${who}`, async () => {
      await using visage = await startVisage({ photos: 'none' })
      await fetch(`${visage.baseUrl}/me`)
      for (const at of [path, `${path}?follow`, '/_visage/faults', '/_visage/choices']) {
        const { status, text } = await send(visage, headers, at)
        assert.equal(status, 403)
        assert.doesNotMatch(text, /requests|"faults"|alice/)
      }
      const put = await send(visage, headers, '/_visage/faults', 'DELETE')
      assert.equal(put.status, 403)
    })
  }

  test('are only read', async () => {
    await using visage = await startVisage({ photos: 'none' })
    assert.equal((await send(visage, {}, path, 'POST')).status, 405)
    assert.equal((await send(visage, {}, '/_visage/choices', 'POST')).status, 405)
  })
})

describe('a follower', () => {
  /** Reads a stream until it holds a pattern. */
  const readUntil = async (reader: ReadableStreamDefaultReader<string>, pattern: RegExp) => {
    let text = ''
    while (!pattern.test(text)) {
      const { value, done } = await reader.read()
      assert.equal(done, false, text)
      text += value
    }
    return text
  }
  const follow = async (visage: Visage, query = '') => {
    const answer = await fetch(`${visage.url}${path}?follow${query}`)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
    const stream = answer.body?.pipeThrough(new TextDecoderStream())
    assert.ok(stream)
    return stream.getReader()
  }

  test('first gets the calls so far, then each call as it is answered', async () => {
    await using visage = await startVisage({ photos: 'none' })
    await fetch(`${visage.baseUrl}/me`)
    const reader = await follow(visage)
    await readUntil(reader, /^id: 1\ndata: \{.*\}\n\n/m)
    await fetch(`${visage.baseUrl}/groups`)
    const text = await readUntil(reader, /^id: 2\ndata: \{.*\}\n\n/m)
    assert.match(text, /"path":"\/groups"/)
    await visage.reset()
    await readUntil(reader, /^event: forget$/m)
    await reader.cancel()
  })

  test('that comes back is told only what it missed', async () => {
    await using visage = await startVisage({ photos: 'none' })
    for (let call = 0; call < 3; call++) await fetch(`${visage.baseUrl}/me`)
    const reader = await follow(visage, '&after=2')
    const text = await readUntil(reader, /^id: 3\ndata: \{.*\}\n\n/m)
    assert.doesNotMatch(text, /^id: 2$/m)
    await reader.cancel()
  })

  test('does not keep the server from closing', async () => {
    const visage = await startVisage({ photos: 'none' })
    const reader = await follow(visage)
    await readUntil(reader, /following/)
    await visage.close()
    assert.equal((await reader.read()).done, true)
  })

  /** The endpoint alone, with its calls made by hand. */
  const openEndpoint = async () => {
    const recent = createRecent()
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    const endpoint = createRequestsEndpoint({ origin, recent, aliveMs: 10 })
    server.on('request', endpoint.handle)
    const close = async () => {
      endpoint.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
    return { recent, server, port, origin, [Symbol.asyncDispose]: close }
  }

  test('is told now and then that the stream is alive', async () => {
    await using endpoint = await openEndpoint()
    const answer = await fetch(`${endpoint.origin}${path}?follow`)
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.ok(reader)
    await readUntil(reader, /: alive\n\n: alive/)
    await reader.cancel()
  })

  test('has few others beside it, and makes room when it goes', async () => {
    await using endpoint = await openEndpoint()
    const ask = () => fetch(`${endpoint.origin}${path}?follow`)
    const all = await Promise.all(Array.from({ length: mostFollowers }, ask))
    const refused = await ask()
    assert.equal(refused.status, 503)
    assert.match(await refused.text(), /Close one/)
    await all[0]?.body?.cancel()
    for (let left = 1000; (await ask()).status !== 200; left--) assert.ok(left > 0)
    for (const { body } of all.slice(1)) await body?.cancel()
  })

  test('that does not read is dropped', async () => {
    await using endpoint = await openEndpoint()
    const { server, port, recent } = endpoint
    const asked = once(server, 'request')
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(`GET ${path}?follow HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
    }).pause()
    socket.on('error', () => {})
    const [, response] = await asked
    const dropped = once(response, 'close')
    const large = { ...sample, reason: 'x'.repeat(1_000_000) }
    // More than any socket buffers.
    for (let call = 0; call < 200 && !response.destroyed; call++) {
      recent.add(large)
      await nextTurn()
    }
    await dropped
    assert.equal(response.destroyed, true)
    socket.destroy()
  })
})

const sample: Detail = {
  ...{ at: 0, method: 'GET', path: '/me', who: 'alice', status: 200, reason: '', durationMs: 1 },
  ...{ faults: [], requestId: 'r', operation: undefined, verdict: { outcome: 'undecided' } },
  ...{ isTokenAccepted: undefined, claims: undefined, error: undefined },
  ...{ requestHeaders: {}, responseHeaders: {} },
}

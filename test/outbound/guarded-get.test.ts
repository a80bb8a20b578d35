/** The guarded call, with a real https server on loopback that the test alone allows. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { certificateFor } from '../../src/dev/certificate.ts'
import { guardedGet, type Network } from '../../src/outbound/guarded-get.ts'

const picture = Buffer.from('not really a picture')
const maxBytes = 1000
const name = 'photos.example'

describe('a guarded call', () => {
  const server = { port: 0, ca: '', seen: [] as IncomingMessage[], close: async () => {} }
  let answer: (request: IncomingMessage, response: ServerResponse) => void

  before(async () => {
    const { cert, key } = await certificateFor([name, '127.0.0.1'])
    const https = createServer({ cert, key }, (request, response) => {
      server.seen.push(request)
      answer(request, response)
    })
    await once(https.listen(0, '127.0.0.1'), 'listening')
    server.port = (https.address() as AddressInfo).port
    server.ca = cert
    server.close = async () => {
      https.closeAllConnections()
      await once(https.close(), 'close')
    }
  })
  after(() => server.close())

  const sends = (
    headers: Record<string, string | number>,
    body: Buffer | string = picture,
    status = 200,
  ) => {
    answer = (_, response) => response.writeHead(status, headers).end(body)
  }
  const resolves =
    (...addresses: string[]): NonNullable<Network['resolve']> =>
    (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: 4 })),
      )
  const get = (
    address = `https://${name}:${server.port}/a.png?size=big`,
    network: Network = {},
    signal = new AbortController().signal,
  ) => {
    server.seen.length = 0
    const hosts = new Set([
      `${name}:${server.port}`,
      name,
      '127.0.0.1',
      `127.0.0.1:${server.port}`,
      '[::1]',
    ])
    return guardedGet(
      address,
      { hosts, maxBytes, type: 'image', signal },
      {
        resolve: resolves('127.0.0.1'),
        allows: ip => ip === '127.0.0.1',
        ca: server.ca,
        ...network,
      },
    )
  }
  const why = async (...args: Parameters<typeof get>) => {
    const fetched = await get(...args)
    return 'why' in fetched ? fetched.why : 'fetched'
  }

  test('fetches from a host in the list, with no cookies, credentials or referrer', async () => {
    sends({ 'content-type': 'Image/PNG; charset=x' })
    const fetched = await get()
    assert.ok('bytes' in fetched && picture.equals(fetched.bytes))
    const [request] = server.seen
    assert.deepEqual([request?.method, request?.url], ['GET', '/a.png?size=big'])
    assert.deepEqual(Object.keys(request?.headers ?? {}).sort(), [
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ])
    assert.equal(request?.headers.host, `${name}:${server.port}`)
  })

  test('fetches from no other host, port or scheme, and with no name and password', async () => {
    sends({ 'content-type': 'image/png' })
    for (const address of [
      `http://${name}:${server.port}/`,
      `https://other.example:${server.port}/`,
      `https://${name}.:${server.port}/`,
      `https://sub.${name}:${server.port}/`,
      `https://${name}:1/`,
      `https://user@${name}:${server.port}/`,
      `https://user:pass@${name}:${server.port}/`,
      `https://other.example\\@${name}:${server.port}/`,
      `https://${name}:${server.port}@other.example/`,
      `//${name}/`,
      'data:image/png;base64,AAAA',
      'file:///etc/passwd',
      '',
      'x'.repeat(100_000),
      `https://${name}:${server.port}/${'x'.repeat(8192)}`,
    ]) {
      assert.equal(await why(address), 'address-not-listed', address.slice(0, 60))
    }
    assert.deepEqual(server.seen, [])
  })

  test('reaches no address that is not public, by name or as a literal, also if it is in the list', async () => {
    sends({ 'content-type': 'image/png' })
    const guarded = (address = `https://${name}:${server.port}/`) =>
      guardedGet(
        address,
        {
          hosts: new Set([
            `${name}:${server.port}`,
            `127.0.0.1:${server.port}`,
            `[::1]:${server.port}`,
          ]),
          maxBytes,
          type: 'image',
          signal: new AbortController().signal,
        },
        { resolve: resolves('127.0.0.1'), ca: server.ca },
      )
    server.seen.length = 0
    for (const address of [
      undefined,
      `https://127.0.0.1:${server.port}/`,
      `https://2130706433:${server.port}/`,
      `https://0x7f.1:${server.port}/`,
      `https://127.1:${server.port}/`,
      `https://[::1]:${server.port}/`,
    ]) {
      const fetched = await guarded(address)
      assert.equal('why' in fetched && fetched.why, 'address-not-public', address)
    }
    assert.deepEqual(server.seen, [])
  })

  test('refuses a name when one of its addresses is not public, and resolves it once', async () => {
    sends({ 'content-type': 'image/png' })
    assert.equal(
      await why(undefined, { resolve: resolves('127.0.0.1', '10.0.0.1') }),
      'address-not-public',
    )
    assert.equal(await why(undefined, { resolve: resolves() }), 'unreachable')
    let asked = 0
    const rebinding: Network['resolve'] = (host, options, callback) => {
      asked += 1
      resolves(asked === 1 ? '127.0.0.1' : '10.0.0.1')(host, options, callback)
    }
    assert.equal(await why(undefined, { resolve: rebinding }), 'fetched')
    assert.equal(asked, 1)
  })

  test('checks the address of the connection itself', async () => {
    sends({ 'content-type': 'image/png' })
    let asked = 0
    const onlyOnce = () => {
      asked += 1
      return asked === 1
    }
    assert.equal(await why(undefined, { allows: onlyOnce }), 'address-not-public')
    assert.deepEqual([asked, server.seen.length], [2, 0])
  })

  test('says that a name is unknown, a port closed and a certificate not trusted', async () => {
    const unknown: Network['resolve'] = (_host, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])
    assert.deepEqual(await get(undefined, { resolve: unknown }), {
      why: 'unreachable',
      detail: 'ENOTFOUND',
    })
    const other = (await certificateFor([name])).cert
    assert.equal(await why(undefined, { ca: other }), 'unreachable')
    assert.deepEqual(server.seen, [])
  })

  for (const [what, send] of [
    [
      'a redirect',
      () => sends({ location: `https://${name}/`, 'content-type': 'image/png' }, '', 302),
    ],
    ['an error', () => sends({ 'content-type': 'image/png' }, picture, 404)],
    ['a page', () => sends({ 'content-type': 'text/html' })],
    ['no content type', () => sends({})],
    ['a compressed body', () => sends({ 'content-type': 'image/png', 'content-encoding': 'gzip' })],
    [
      'a declared length over the limit',
      () => sends({ 'content-type': 'image/png' }, Buffer.alloc(maxBytes + 1)),
    ],
    [
      'more bytes than the limit, without a length',
      () => {
        answer = (_, response) => {
          response.writeHead(200, { 'content-type': 'image/png' })
          response.write(Buffer.alloc(maxBytes))
          response.write('x')
        }
      },
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      send()
      assert.equal(await why(), 'answer-refused')
      assert.equal(server.seen.length, 1)
    })
  }

  test('takes exactly the limit, and an answer in pieces', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      for (let at = 0; at < 10; at += 1) response.write(Buffer.alloc(maxBytes / 10, at))
      response.end()
    }
    const fetched = await get()
    assert.ok('bytes' in fetched)
    assert.equal(fetched.bytes.length, maxBytes)
  })

  test('does not take an answer that was cut off', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': 100 }).write('half')
      setImmediate(() => request.socket.destroy())
    }
    assert.equal(await why(), 'unreachable')
  })

  for (const [when, send] of [
    ['before the head', () => {}],
    [
      'in the middle of the body',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'image/png' }).write('half'),
    ],
  ] as const) {
    test(`ends when its time is over ${when}`, async () => {
      const time = new AbortController()
      answer = (_, response) => {
        send(response)
        time.abort()
      }
      assert.equal(await why(undefined, {}, time.signal), 'late')
    })
  }

  test('does not begin when its time is over', async () => {
    assert.equal(await why(undefined, {}, AbortSignal.abort()), 'late')
    assert.deepEqual(server.seen, [])
  })

  test('uses no proxy of the environment', async () => {
    sends({ 'content-type': 'image/png' })
    const source = `
      import { guardedGet } from ${JSON.stringify(new URL('../../src/outbound/guarded-get.ts', import.meta.url).href)}
      const fetched = await guardedGet('https://${name}:${server.port}/', {
        hosts: new Set(['${name}:${server.port}']), maxBytes: 1000, type: 'image', signal: AbortSignal.timeout(60_000),
      }, {
        resolve: (host, options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
        allows: () => true,
        ca: ${JSON.stringify(server.ca)},
      })
      console.log(fetched.why ?? fetched.bytes.length)`
    const nowhere = 'http://127.0.0.1:1'
    const env = {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: nowhere,
      https_proxy: nowhere,
    }
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', source],
      { env },
    )
    assert.equal(stdout.trim(), String(picture.length))
  })
})

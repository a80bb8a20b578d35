/**
 * HTTP below a call, over real sockets: broken HTTP, limits, timeouts, overload, browsers. Every refusal has Graph's
 * form.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectSecurely, TLSSocket } from 'node:tls'
import { type Answer, maxUploadBytes } from '../../src/call.ts'
import { certificateFor } from '../../src/dev/certificate.ts'
import { Failure } from '../../src/failure.ts'
import { createBodyBudget } from '../../src/http/request-body.ts'
import {
  createServer,
  type HttpOptions,
  type HttpServer,
  type Served,
} from '../../src/http/server.ts'
import { type Stand, startStand } from '../graph/stand.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { closed, drip } from '../support/sockets.ts'
import { openHttp } from './serve.ts'

const certificate = certificateFor(['localhost'])

type Heard = Readonly<{ status: number; headers: Headers; body: string }>

/** Reads a connection to its end as answers one after another. */
function parseAnswers(text: string): Heard[] {
  const answers: Heard[] = []
  let rest = text
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    assert.ok(end > 0, `no answer in ${JSON.stringify(rest.slice(0, 200))}`)
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = new Headers(
      lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    )
    const length = Number(headers.get('content-length') ?? 0)
    const body = rest.slice(end + 4, end + 4 + length)
    answers.push({ status: Number(first.split(' ')[1]), headers, body })
    rest = rest.slice(end + 4 + length)
  }
  return answers
}

function assertRefusal(heard: Heard | undefined, status: number, code: string): void {
  assert.ok(heard, 'there was no answer')
  assert.equal(heard.status, status, heard.body)
  assert.match(heard.headers.get('content-type') ?? '', /^application\/json/)
  const { error } = JSON.parse(heard.body) as {
    error: { code: string; message: string; innerError: Record<string, string> }
  }
  assert.equal(error.code, code)
  assert.ok(error.message)
  assert.match(error.innerError.date ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  assert.equal(heard.headers.get('request-id'), error.innerError['request-id'])
  assert.ok(heard.headers.get('client-request-id'))
}

describe('below a call', () => {
  let stand: Stand
  let token = ''
  let port = 0
  let server: HttpServer
  const budget = createBodyBudget(100_000)
  before(async () => {
    stand = await startStand()
    token = await stand.mint({ person: 'alice', scopes: ['User.ReadWrite'] })
    server = openHttp(stand.parts, { budget })
    await server.listen({ host: '127.0.0.1', port: 0 })
    port = portOf(server)
  })
  after(async () => {
    await server.close()
    await stand.stop()
  })

  const portOf = ({ server }: HttpServer) => (server.address() as AddressInfo).port

  async function open(at = port): Promise<Socket> {
    const socket = connect(at, '127.0.0.1')
    await once(socket, 'connect')
    // The server may reset the connection after its answer.
    return socket.on('error', () => {})
  }

  async function hear(socket: Socket): Promise<Heard[]> {
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    await closed(socket)
    return parseAnswers(Buffer.concat(chunks).toString('latin1'))
  }

  /** A server of its own. */
  async function serve(options: Partial<HttpOptions>, served?: Served) {
    const own = openHttp(stand.parts, { budget, ...options }, served)
    await own.listen({ host: '127.0.0.1', port: 0 })
    return { server: own, port: portOf(own), [Symbol.asyncDispose]: () => own.close() }
  }

  /** A server that answers every request this way. */
  const serveAround = (answer: Answer, options: Partial<HttpOptions> = {}) =>
    serve(options, { mounts: [{ answers: () => true, answer }] })

  const unserved = () => {
    const refuse = { status: 418, headers: {} }
    const limits = { budget, stallTimeoutMs: 10_000, elapsed: () => performance.now() }
    return { refuse, options: { ...limits, refuse: () => refuse, troubled: assert.fail } }
  }

  const serveImpatiently = () =>
    serve({
      stallTimeoutMs: 150,
      timeouts: { headersTimeout: 200, requestTimeout: 1_000, connectionsCheckingInterval: 50 },
    })

  async function say(text: string): Promise<Heard[]> {
    const socket = await open()
    socket.write(text, 'latin1')
    return await hear(socket)
  }

  /** The server gets the end of a connection a moment after the client. */
  async function allGivenBack(): Promise<void> {
    while (budget.takenBytes() > 0) await delay(5)
  }

  const head = (line: string, more = '') =>
    `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${more}`
  const last = 'Connection: close\r\n\r\n'

  test('a connection is closed after its last request, by number and by age', async () => {
    const closedAt = async (maxRequests: number, maxAgeMs: number, requests: number) => {
      await using own = await serve({ connections: { maxRequests, maxAgeMs } })
      const socket = await open(own.port)
      socket.write(`${head('GET /v1.0/me')}\r\n`.repeat(requests - 1) + head('GET /v1.0/me') + last)
      const answers = await hear(socket)
      assert.ok(answers.every(({ status }) => status === 200))
      return answers.length
    }
    assert.equal(await closedAt(3, Infinity, 5), 3)
    assert.equal(await closedAt(Infinity, 0, 5), 1)
    assert.equal(await closedAt(Infinity, Infinity, 5), 5)
  })

  test('a connection of an earlier generation is closed after its next answer', async () => {
    let generation = 0
    await using own = await serve({ generation: () => generation })
    // Also a connection without earlier requests.
    const accepted = once(own.server.server, 'connection')
    const early = await open(own.port)
    await accepted
    generation += 1
    const late = await open(own.port)
    const request = `${head('GET /v1.0/me')}\r\n`
    for (const [socket, answers] of [
      [early, 1],
      [late, 2],
    ] as const) {
      socket.write(request + head('GET /v1.0/me') + last)
      assert.equal((await hear(socket)).length, answers)
    }
  })

  const broken: Readonly<Record<string, string>> = {
    'that is none': 'hello\r\n\r\n',
    'of binary rubbish': '\x16\x03\x01\x00\xa5\x01\x00\x00\r\n\r\n',
    'with an unknown method': 'FETCH /v1.0/me HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'with a version that is none': 'GET /v1.0/me HTTP/9.9\r\nHost: localhost\r\n\r\n',
    'with a broken header': 'GET /v1.0/me HTTP/1.1\r\nHost: localhost\r\nno colon here\r\n\r\n',
    'with a NUL in a header': 'GET /v1.0/me HTTP/1.1\r\nHost: localhost\r\nA: b\0c\r\n\r\n',
    'with two hosts': 'GET /v1.0/me HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n',
    'with two tokens':
      'GET /v1.0/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAUTHORIZATION: Bearer b\r\n\r\n',
    'without a version': 'GET /v1.0/me\r\n\r\n',
    '1.0 with chunks that is kept open':
      'PUT /v1.0/me HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'with two lengths':
      'PUT /v1.0/me HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'with a length and chunks':
      'PUT /v1.0/me HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'with a length that is none':
      'PUT /v1.0/me HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n',
    'without Host': 'GET /v1.0/me HTTP/1.1\r\nConnection: close\r\n\r\n',
  }
  for (const [what, text] of Object.entries(broken)) {
    test(`HTTP ${what} is 400`, async () => {
      const heard = await say(text)
      assert.equal(heard.length, 1)
      assertRefusal(heard[0], 400, 'BadRequest')
    })
  }

  test('HTTP/1.0 needs no Host', async () => {
    const [heard] = await say(`GET /v1.0/me HTTP/1.0\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    assert.equal(heard?.status, 200)
  })

  test('chunks that break off into rubbish are 400, once', async () => {
    const socket = await open()
    socket.write(head('PUT /v1.0/me/photo/$value', 'Transfer-Encoding: chunked\r\n\r\n'))
    socket.write('4\r\nabcd\r\nZZZZ\r\n')
    const heard = await hear(socket)
    assert.equal(heard.length, 1)
    assertRefusal(heard[0], 400, 'BadRequest')
    await allGivenBack()
  })

  test('headers of more than 32 KB are 431, in one or in many', async () => {
    const long = `A: ${'x'.repeat(40_000)}\r\n`
    const many = Array.from({ length: 400 }, (_, n) => `A-${n}: ${'x'.repeat(100)}\r\n`).join('')
    for (const lines of [long, many]) {
      const [heard] = await say(head('GET /v1.0/me', lines + last))
      assertRefusal(heard, 431, 'RequestHeaderFieldsTooLarge')
    }
    const [fits] = await say(head('GET /v1.0/me', `A: ${'x'.repeat(20_000)}\r\n${last}`))
    assert.equal(fits?.status, 200)
  })

  test('an url of more than 8192 characters is 414, one of more than all headers may have 431', async () => {
    const [heard] = await say(head(`GET /v1.0/me?a=${'x'.repeat(8_200)}`, last))
    assertRefusal(heard, 414, 'RequestUriTooLong')
    const [longest] = await say(head(`GET /v1.0/me?a=${'x'.repeat(40_000)}`, last))
    assertRefusal(longest, 431, 'RequestHeaderFieldsTooLarge')
    const [fits] = await say(head(`GET /v1.0/me?a=${'x'.repeat(8_000)}`, last))
    assert.equal(fits?.status, 200)
  })

  test('an invalid address is 400 or 405', async () => {
    for (const target of ['*', '/%', '/v1.0/%zz', '//', '/v1.0//me', '/..', '/v1.0/me/../users']) {
      const [heard] = await say(head(`GET ${target}`, last))
      assertRefusal(heard, 400, 'BadRequest')
    }
    const [options] = await say(head('OPTIONS *', last))
    assert.ok(options && options.status >= 400 && options.status < 500)
    const [tunnel] = await say('CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n')
    assertRefusal(tunnel, 405, 'Request_BadRequest')
  })

  test('an unknown place is 400 and a wrong method 405 with Allow, before any token', async () => {
    const bare = (line: string) => say(`${line} HTTP/1.1\r\nHost: localhost\r\n${last}`)
    assertRefusal((await bare('GET /v1.0/avatars'))[0], 400, 'BadRequest')
    const [wrong] = await bare('POST /v1.0/me/photo/$value')
    assertRefusal(wrong, 405, 'Request_BadRequest')
    assert.equal(wrong?.headers.get('allow'), 'GET, HEAD, PUT, PATCH, DELETE')
    for (const method of ['TRACE', 'OPTIONS', 'PROPFIND', 'REPORT']) {
      const [other] = await bare(`${method} /v1.0/me/photos`)
      assertRefusal(other, 405, 'Request_BadRequest')
      assert.equal(other?.headers.get('allow'), 'GET, HEAD')
    }
  })

  test('headers that do not end in time are 408', async () => {
    await using own = await serveImpatiently()
    const socket = await open(own.port)
    socket.write('GET /v1.0/me HTTP/1.1\r\nHost: localhost\r\nA: ')
    assertRefusal((await hear(socket))[0], 408, 'RequestTimeout')
  })

  test('a body that stops arriving is 408, and its bytes of the budget are given back', async () => {
    await using own = await serveImpatiently()
    const socket = await open(own.port)
    socket.write(head('PUT /v1.0/me/photo/$value', 'Content-Length: 5000\r\n\r\nabc'))
    assertRefusal((await hear(socket))[0], 408, 'RequestTimeout')
    await allGivenBack()
  })

  test('a body that trickles in for longer than a request may take is ended', async () => {
    await using own = await serveImpatiently()
    const socket = await open(own.port)
    socket.write(head('PUT /v1.0/me/photo/$value', 'Content-Length: 5000\r\n\r\n'))
    drip(socket, 50)
    const heard = await hear(socket)
    assertRefusal(heard[0], 408, 'RequestTimeout')
    await allGivenBack()
  })

  test('an upload beyond the memory budget is 503 with Retry-After, and the other continues', async () => {
    const picture = await portraitJpeg({ width: 48, height: 48 })
    const first = await open()
    first.write(head('PUT /v1.0/me/photo/$value', `Content-Length: 90000\r\n${last}`))
    while (budget.takenBytes() === 0) await delay(5)
    const [second] = await say(
      head('PUT /v1.0/me/photo/$value', `Content-Length: 20000\r\n${last}${'x'.repeat(20_000)}`),
    )
    assertRefusal(second, 503, 'ServiceUnavailable')
    assert.match(second?.headers.get('retry-after') ?? '', /^[1-9]\d?$/)
    const hearing = hear(first)
    first.write(Buffer.concat([picture, Buffer.alloc(90_000 - picture.length)]))
    assert.equal((await hearing)[0]?.status, 200)
    await allGivenBack()
  })

  const batchOf = (bytes: number) => {
    const requests = [{ id: '1', method: 'GET', url: '/me', body: 'A'.repeat(bytes) }]
    const body = JSON.stringify({ requests })
    return head('POST /v1.0/$batch', `Content-Length: ${body.length}\r\n${last}${body}`)
  }

  test('a batch counts with its parsed values, and all of that is given back', async () => {
    let most = 0
    const watched = {
      ...budget,
      take(bytes: number, already?: number) {
        budget.take(bytes, already)
        most = Math.max(most, budget.takenBytes())
      },
    }
    await using own = await serve({ budget: watched })
    const socket = await open(own.port)
    socket.write(batchOf(20_000))
    assert.equal((await hear(socket))[0]?.status, 200)
    assert.ok(most > 3 * 20_000, `${most} bytes`)
    await allGivenBack()
  })

  test('a batch that becomes more than there is for all bodies is 413, not for ever 503', async () => {
    const [heard] = await say(batchOf(50_000))
    assertRefusal(heard, 413, 'RequestEntityTooLarge')
    await allGivenBack()
  })

  test('a body of more than 4 MB is 413 before it is sent', async () => {
    const socket = await open()
    socket.write(head('PUT /v1.0/me/photo/$value', `Content-Length: 4194305\r\n${last}`))
    assertRefusal((await hear(socket))[0], 413, 'RequestEntityTooLarge')
  })

  test('an unknown expectation is ignored', async () => {
    const [heard] = await say(head('GET /v1.0/me', `Expect: a-miracle\r\n${last}`))
    assert.equal(heard?.status, 200)
  })

  test('an unsupported upgrade is ignored', async () => {
    const [heard] = await say(
      head('GET /v1.0/me', 'Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n'),
    )
    assert.equal(heard?.status, 200)
  })

  test('pipelined requests are handled one by one, in their order', async () => {
    const order: string[] = []
    let running = 0
    await using own = await serveAround(async ({ url }) => {
      running += 1
      assert.equal(running, 1)
      await delay(10)
      order.push(url)
      running -= 1
      return { status: 200, headers: {}, body: url }
    })
    const urls = ['/1', '/2', '/3', '/4']
    const heads = urls.map(url => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n`)
    const socket = connect(own.port, '127.0.0.1')
    socket.write(`${heads.join('\r\n')}${last}`)
    const answers = await hear(socket)
    assert.deepEqual(
      answers.map(({ body }) => body),
      urls,
    )
    assert.deepEqual(order, urls)
  })

  test('pipelined requests of one connection let other connections in between', async () => {
    let flood = 0
    let before = 0
    await using own = await serveAround(async ({ url }) => {
      if (url === '/flood') flood += 1
      else before = flood
      return { status: 200, headers: {} }
    })
    const other = await open(own.port)
    const flooding = await open(own.port)
    flooding.resume().write('GET /flood HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_500))
    await once(flooding, 'data')
    other.write(`GET /other HTTP/1.1\r\nHost: a\r\n${last}`)
    assert.equal((await hear(other))[0]?.status, 200)
    assert.ok(before < 300, `${before} answers to one connection before one to another`)
    flooding.destroy()
  })

  test('a connection on which many requests wait is not read on, and is when they are answered', async () => {
    const total = 20_000
    let asked = 0
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    await using own = await serveAround(async ({ url }) => {
      if (url === '/first') await held
      return { status: 200, headers: {} }
    })
    own.server.server.on('request', () => {
      asked += 1
    })
    const socket = await open(own.port)
    const more = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    socket.write(`GET /first HTTP/1.1\r\nHost: a\r\n\r\n${more.repeat(total - 2)}`)
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${last}`)
    // Any further bytes would have been read by then.
    for (let turn = 0; turn < 50; turn++) {
      const ping = await open(own.port)
      ping.write(`GET /ping HTTP/1.1\r\nHost: a\r\n${last}`)
      await hear(ping)
    }
    assert.ok(asked - 50 < (64 * 1024) / more.length + 32, `${asked - 50} requests are waiting`)
    release()
    assert.equal((await hear(socket)).length, total)
  })

  test('a client that does not read its answer is cut off', async () => {
    const body = Buffer.alloc(30_000_000)
    const timeouts = { timeout: 300 }
    await using own = await serveAround(async () => ({ status: 200, headers: {}, body }), {
      timeouts,
    })
    const socket = connect(own.port, '127.0.0.1')
      .pause()
      .on('error', () => {})
    const [accepted] = (await once(own.server.server, 'connection')) as [Socket]
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await closed(accepted)
    socket.destroy()
  })

  test('an answer in pieces is sent as they come, and not at all for HEAD', async () => {
    const answer = async () => ({ status: 200, headers: { etag: '"1"' }, pieces: words() })
    await using own = await serveAround(answer)
    const url = `http://127.0.0.1:${own.port}/`
    assert.equal(await (await fetch(url)).text(), 'one two three')
    const head = await fetch(url, { method: 'HEAD' })
    assert.deepEqual([await head.text(), head.headers.get('etag')], ['', '"1"'])

    async function* words() {
      yield 'one '
      yield ''
      yield 'two three'
    }
  })

  test('a client of an answer in pieces that fails sees that it is not whole', async () => {
    async function* broken() {
      yield 'one'
      throw new Failure('storage-unavailable')
    }
    const troubles: unknown[] = []
    const answer = async () => ({ status: 200, headers: {}, pieces: broken() })
    await using own = await serveAround(answer, { troubled: (_, error) => troubles.push(error) })
    await assert.rejects(async () => await (await fetch(`http://127.0.0.1:${own.port}/`)).text())
    assert.deepEqual(troubles, [new Failure('storage-unavailable')])
  })

  test('pieces are read as fast as the client takes them, and no more when it has gone', async () => {
    const ended = Promise.withResolvers<void>()
    let count = 0
    const answer = async () => ({ status: 200, headers: {}, pieces: endless() })
    await using own = await serveAround(answer, { troubled: assert.fail })
    const socket = connect(own.port, '127.0.0.1').pause()
    socket.on('error', () => {})
    const [accepted] = (await once(own.server.server, 'connection')) as [Socket]
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    // A client that reads nothing: the server waits when the buffers of the connection are full.
    for (let seen = -1; seen !== count || count === 0; await delay(100)) seen = count
    assert.ok(count < 1000)
    accepted.destroy()
    await ended.promise
    socket.destroy()

    async function* endless() {
      try {
        for (; ; count += 1) yield 'x'.repeat(100_000)
      } finally {
        ended.resolve()
      }
    }
  })

  test('an answer that takes longer than the idle timeout is still sent', async () => {
    const answer = async () => {
      await delay(700)
      return { status: 200, headers: {}, body: 'done' }
    }
    await using own = await serveAround(answer, { timeouts: { timeout: 200 } })
    const socket = connect(own.port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${last}`)
    assert.equal((await hear(socket))[0]?.body, 'done')
  })

  for (const [who, options] of [
    ['stops in a head', { timeouts: { headersTimeout: 300, connectionsCheckingInterval: 50 } }],
    ['takes too long for all', { closingMs: 2_000 }],
  ] as const) {
    test(`the end waits for clients that are served, and only for a time for one that ${who}`, async () => {
      const asked = Promise.withResolvers<void>()
      const answering = Promise.withResolvers<void>()
      const own = await serveAround(async () => {
        asked.resolve()
        await answering.promise
        return { status: 200, headers: {}, body: 'done' }
      }, options)
      const stalled = connect(own.port, '127.0.0.1').on('error', () => {})
      await once(own.server.server, 'connection')
      stalled.write('GET / HTTP/1.1\r\nHost: loc')
      const served = connect(own.port, '127.0.0.1')
      served.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await asked.promise
      const sinceMs = performance.now()
      const closed = own.server.close()
      answering.resolve()
      const [answers] = await Promise.all([hear(served), closed])
      assert.equal(answers[0]?.body, 'done')
      assert.equal(answers[0]?.headers.get('connection')?.trim(), 'close')
      assert.ok(performance.now() - sinceMs < 30_000)
      stalled.destroy()
    })
  }

  /** Each row: the kind of server, with or without TLS, and a client that connects and sends nothing. */
  const silences = [
    ['http', undefined, (port: number) => connect(port, '127.0.0.1')],
    ['https, before the handshake', certificate, (port: number) => connect(port, '127.0.0.1')],
    [
      'https, after it',
      certificate,
      (port: number) => connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    ],
  ] as const
  for (const [what, tls, open] of silences) {
    test(`the end does not wait for connections without any bytes (${what})`, async () => {
      const own = await serveAround(async () => ({ status: 200, headers: {} }), {
        ...(tls && { tls: await tls }),
      })
      const silent = open(own.port).on('error', () => {})
      const hasClosed = closed(silent)
      const isSecure = silent instanceof TLSSocket
      await once(own.server.server, isSecure ? 'secureConnection' : 'connection')
      const sinceMs = performance.now()
      await own.server.close()
      await hasClosed
      assert.ok(performance.now() - sinceMs < 30_000)
    })
  }

  test('plain HTTP on a port that speaks HTTPS is answered, and https goes on', async () => {
    const answer = async () => ({ status: 200, headers: {} })
    await using own = await serveAround(answer, { tls: await certificate })
    for (const text of [head('GET /v1.0/me', last), head('PUT /x', `Content-Length: 9\r\n\r\n`)]) {
      const socket = await open(own.port)
      socket.write(text)
      const heard = await hear(socket)
      assert.equal(heard.length, 1)
      assertRefusal(heard[0], 400, 'BadRequest')
      assert.match(heard[0]?.body ?? '', /https:\/\//)
    }
    const socket = await open(own.port)
    socket.on('error', () => {}).write('SSH-2.0-x\r\n')
    await once(socket.resume(), 'close')
    const port = own.port
    const secure = connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false })
    secure.write(head('GET /v1.0/me', last))
    assert.equal((await hear(secure))[0]?.status, 200)
  })

  test('a handshake that does not end takes no longer than a head may', async () => {
    const timeouts = { headersTimeout: 200 }
    const answer = async () => ({ status: 200, headers: {} })
    await using own = await serveAround(answer, { tls: await certificate, timeouts })
    const socket = connect(own.port, '127.0.0.1').on('error', () => {})
    const sinceMs = performance.now()
    // The head of a TLS record without its body.
    socket.write(Buffer.from([0x16, 3, 1, 0, 200]))
    await once(socket.resume(), 'close')
    assert.ok(performance.now() - sinceMs < 30_000)
  })

  test('a request that arrives before `serve` waits for it', async () => {
    const { refuse, options } = unserved()
    const own = createServer(options)
    const ownPort = await own.listen({ host: '127.0.0.1', port: 0 })
    const arrived = once(own.server, 'request')
    const socket = await open(ownPort)
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${last}`)
    await arrived
    own.serve({ mounts: [{ answers: () => true, answer: async () => refuse }] })
    assert.equal((await hear(socket))[0]?.status, 418)
    await own.close()
  })

  test('a server that ends before `serve` leaves no client waiting', async () => {
    const own = createServer(unserved().options)
    const ownPort = await own.listen({ host: '127.0.0.1', port: 0 })
    const arrived = once(own.server, 'request')
    const socket = await open(ownPort)
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${last}`)
    await arrived
    const heard = hear(socket)
    await own.close()
    assert.deepEqual(await heard, [])
  })

  test('an address that no mount claims is refused in the words that were handed in', async () => {
    await using own = await serve(
      {},
      { mounts: [{ answers: () => false, answer: () => assert.fail() }] },
    )
    const socket = await open(own.port)
    socket.write(`GET /nowhere/at?all HTTP/1.1\r\nHost: localhost\r\n${last}`)
    const [heard] = await hear(socket)
    assertRefusal(heard, 400, 'BadRequest')
    assert.match(heard?.body ?? '', /'nowhere'/)
  })

  test('the memory of a body is freed when its call is answered', async () => {
    const bodies: Uint8Array[] = []
    const answer: Answer = async call => {
      const body = await call.readBody(maxUploadBytes)
      bodies.push(body)
      return { status: 200, headers: {}, body: `${body.length}` }
    }
    await using own = await serve({}, { mounts: [{ answers: () => true, answer }] })
    const request = { method: 'PUT', body: Buffer.alloc(100_000) }
    const response = await fetch(`http://127.0.0.1:${own.port}`, request)
    assert.equal(await response.text(), '100000')
    assert.deepEqual(
      bodies.map(({ length }) => length),
      [0],
    )
  })

  test('a bug is 500 without details', async () => {
    const buggy = openHttp(
      {
        ...stand.parts,
        findSelf: () => {
          throw new TypeError('the secret cause')
        },
      },
      { budget, stallTimeoutMs: 1_000 },
    )
    const buggyPort = await buggy.listen({ host: '127.0.0.1', port: 0 })
    const reply = await fetch(`http://127.0.0.1:${buggyPort}/v1.0/me/photo`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const body = await reply.text()
    await buggy.close()
    assertRefusal(
      { status: reply.status, headers: reply.headers, body },
      500,
      'InternalServerError',
    )
    assert.doesNotMatch(body, /secret/)
  })
})

describe('a browser', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())
  const origin = 'https://app.example'
  const preflight = (method: string, headers?: string, path = '/v1.0/me/photo/$value') =>
    fetch(stand.origin + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers && { 'access-control-request-headers': headers }),
      },
    })

  test('may use every method and header of clients in a preflight, without a token', async () => {
    const asked = 'authorization,content-type,client-request-id,sdkversion,x-pnpjs-requestid'
    for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']) {
      const reply = await preflight(method, asked)
      assert.equal(reply.status, 204)
      assert.equal(reply.headers.get('access-control-allow-origin'), '*')
      const methods = reply.headers.get('access-control-allow-methods')?.split(', ')
      assert.ok(methods?.includes(method))
      const names = reply.headers.get('access-control-allow-headers')?.split(/\s*,\s*/)
      for (const name of asked.split(',')) assert.ok(names?.includes(name), name)
      assert.match(reply.headers.get('vary') ?? '', /Access-Control-Request-Headers/)
      assert.equal(await reply.text(), '')
    }
  })

  test('gets other requested headers allowed, but never a value that is not a list of names', async () => {
    const named = async (asked?: string) =>
      (await preflight('GET', asked)).headers.get('access-control-allow-headers') ?? ''
    assert.equal(await named('x-of-tomorrow'), 'x-of-tomorrow')
    for (const asked of [undefined, 'a b', 'a,,b', '<script>', 'a;b']) {
      assert.match(await named(asked), /^authorization, content-type/, asked)
    }
  })

  test('may send a preflight to any address, also an unknown one', async () => {
    for (const path of ['/v1.0/$batch', '/beta/me', '/v1.0/nowhere', '/openapi.json']) {
      assert.equal((await preflight('POST', 'authorization', path)).status, 204, path)
    }
  })

  test('can read refusals and their headers', async () => {
    const token = await stand.mint({ person: 'alice', scopes: ['User.Read'] })
    const ask = (path: string, bearer?: string, method = 'GET') =>
      fetch(stand.origin + path, {
        method,
        headers: { origin, ...(bearer && { authorization: `Bearer ${bearer}` }) },
      })
    const replies = [
      await ask('/v1.0/me/photo'),
      await ask('/v1.0/groups', token),
      await ask('/v1.0/me/photos/1x1/$value', token),
      await ask('/v1.0/me/photo', token, 'POST'),
      await ask('/v3.0/me', token),
      await ask('/v1.0/$batch', token, 'POST'),
      await ask('/v1.0/me', token),
    ]
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401, 403, 404, 405, 400, 400, 200],
    )
    for (const { headers } of replies) {
      assert.equal(headers.get('access-control-allow-origin'), '*')
      const exposed = headers.get('access-control-expose-headers')?.split(', ')
      for (const name of ['ETag', 'Retry-After', 'request-id', 'client-request-id']) {
        assert.ok(exposed?.includes(name), name)
      }
    }
  })

  test('is never offered to send credentials of its own, and others are not spoken to of origins', async () => {
    const { headers } = await preflight('PUT')
    assert.equal(headers.get('access-control-allow-credentials'), null)
    const plain = await fetch(`${stand.origin}/v1.0/me`)
    assert.equal(plain.headers.get('access-control-allow-origin'), null)
    const options = await fetch(`${stand.origin}/v1.0/me/photo`, {
      method: 'OPTIONS',
      headers: { origin },
    })
    assert.equal(options.status, 405)
  })
})

/**
 * A client has sent its whole body before it gets an answer that asks for a retry: within limits of bytes, time and
 * number, with a clock of the test; and over real sockets, with clients that send in two pieces.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type ClientRequest, IncomingMessage, request as openRequest } from 'node:http'
import { connect, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../../src/failure.ts'
import type { AroundGraph } from '../../src/graph/mounts.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { createDiscarding } from '../../src/http/discarding.ts'
import { createBodyBudget } from '../../src/http/request-body.ts'
import type { HttpOptions } from '../../src/http/server.ts'
import { createThrottle } from '../../src/throttling/throttle.ts'
import { type Stand, startStand } from '../graph/stand.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { closed, drip } from '../support/sockets.ts'
import { mountsOf, openHttp } from './serve.ts'

const megabyte = 1024 * 1024

describe('the rest of a body', () => {
  const arriving = (headers: Readonly<Record<string, string>> = {}) => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request.headers, headers)
    return request
  }
  async function isOver(discarded: Promise<void>): Promise<boolean> {
    return await Promise.race([discarded.then(() => true), nextTurn(false)])
  }
  const withClock = ({ mock }: TestContext) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    return mock.timers
  }

  test('is waited for to its end', async t => {
    withClock(t)
    const request = arriving({ 'content-length': '6' })
    const discarded = createDiscarding().discard(request)
    request.push('abc')
    assert.equal(await isOver(discarded), false)
    request.push('def')
    request.push(null)
    await discarded
    assert.equal(request.readableLength, 0)
  })

  test('is not waited for if it has arrived already, or the client has gone', async t => {
    withClock(t)
    const whole = arriving()
    whole.complete = true
    await createDiscarding().discard(whole)
    const gone = arriving()
    gone.destroy()
    await createDiscarding().discard(gone)
  })

  test('is not read at all where more than 4 MiB are announced', async t => {
    withClock(t)
    const large = arriving({ 'content-length': String(4 * megabyte + 1) })
    await createDiscarding().discard(large)
    assert.equal(large.readableFlowing, null)
    const fits = arriving({ 'content-length': String(4 * megabyte) })
    assert.equal(await isOver(createDiscarding().discard(fits)), false)
  })

  test('is read for 4 MiB at most where nothing is announced', async t => {
    withClock(t)
    const request = arriving({ 'transfer-encoding': 'chunked' })
    const discarded = createDiscarding().discard(request)
    for (let count = 0; count < 4; count++) request.push(Buffer.alloc(megabyte))
    assert.equal(await isOver(discarded), false)
    request.push('x')
    await discarded
  })

  test('is waited for 2 s at most, also where it trickles', async t => {
    const clock = withClock(t)
    const request = arriving({ 'content-length': '5000' })
    const discarded = createDiscarding().discard(request)
    for (let ms = 0; ms < 1_999; ms++) {
      request.push('x')
      clock.tick(1)
    }
    assert.equal(await isOver(discarded), false)
    clock.tick(1)
    await discarded
    assert.equal(request.listenerCount('data'), 0)
  })

  test('is not waited for any more when the client has gone', async t => {
    withClock(t)
    const request = arriving({ 'content-length': '5' })
    const discarded = createDiscarding().discard(request)
    request.destroy()
    await discarded
  })

  test('is waited for at so many clients at once, and each that is done makes room', async t => {
    const clock = withClock(t)
    const discarding = createDiscarding({ maxAtOnce: 2 })
    const discard = () => {
      const request = arriving({ 'content-length': '5' })
      return { request, discarded: discarding.discard(request) }
    }
    const first = discard()
    const second = discard()
    assert.equal(await isOver(discard().discarded), true)
    first.request.push(null)
    await first.discarded
    const third = discard()
    assert.equal(await isOver(third.discarded), false)
    assert.equal(await isOver(discard().discarded), true)
    clock.tick(2_000)
    await Promise.all([second.discarded, third.discarded])
    assert.equal(await isOver(discard().discarded), false)
  })

  test('is not waited for once the server ends', async t => {
    withClock(t)
    const discarding = createDiscarding()
    const under = discarding.discard(arriving({ 'content-length': '5' }))
    discarding.stop()
    await under
    await discarding.discard(arriving({ 'content-length': '5' }))
  })
})

describe('a client that is asked to retry', () => {
  let stand: Stand
  let token = ''
  let picture: Buffer
  /** Long enough that a test which waits for it fails. */
  const patient = { timeoutMs: 3_600_000 }
  before(async () => {
    stand = await startStand()
    token = await stand.mint({ person: 'alice', scopes: ['User.ReadWrite'] })
    picture = await portraitJpeg({ width: 400, height: 400 })
  })
  after(() => stand.stop())

  /** A separate server; `decided` resolves when the first answer is ready, sent or not. */
  async function serve(changed: Partial<Parts> = {}, options: Partial<HttpOptions> = {}) {
    const decided = Promise.withResolvers<number>()
    const around: AroundGraph = answer => parts => async call => {
      const reply = await answer(parts)(call)
      decided.resolve(reply.status)
      return reply
    }
    const budget = options.budget ?? createBodyBudget(64 * megabyte)
    const parts = { ...stand.parts, ...changed }
    const server = openHttp(
      parts,
      { stallTimeoutMs: 60_000, discardLimits: patient, ...options, budget },
      { mounts: mountsOf(parts, around) },
    )
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const origin = `http://127.0.0.1:${port}`
    const { close } = server
    return {
      origin,
      port,
      server: server.server,
      decided: decided.promise,
      close,
      [Symbol.asyncDispose]: close,
    }
  }
  type Served = Awaited<ReturnType<typeof serve>>

  /** Resolves when everything that the server has sent has arrived. */
  async function settleDown({ origin }: Served): Promise<void> {
    for (let count = 0; count < 20; count++) {
      const reply = await fetch(`${origin}/v1.0/me`, { headers: { connection: 'close' } })
      await reply.arrayBuffer()
    }
  }

  const photo = '/v1.0/me/photo/$value'
  const halves = () => {
    const middle = picture.length >> 1
    return [picture.subarray(0, middle), picture.subarray(middle)] as const
  }

  async function openSocket(
    { port }: Served,
    more: string,
    options: Readonly<{ allowHalfOpen?: boolean }> = {},
  ): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', ...options }).on('error', () => {})
    socket.setEncoding('latin1')
    await once(socket, 'connect')
    const head = `PUT ${photo} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}`
    socket.write(`${head}\r\n${more}\r\n\r\n`)
    return socket
  }

  async function hearAll(socket: Socket): Promise<string> {
    let heard = ''
    socket.on('data', text => {
      heard += text
    })
    await closed(socket)
    return heard
  }

  async function hearFirst(socket: Socket): Promise<string> {
    const [text] = (await once(socket, 'data')) as [string]
    return text
  }

  /** Each row: why, with which status, by which parts and options. */
  const refusals: readonly [string, number, () => [Partial<Parts>, Partial<HttpOptions>?]][] = [
    ['the store is read-only', 503, () => [{ isReadOnly: true }]],
    ['there are too many bodies', 503, () => [{}, { budget: createFullBudget() }]],
    ['the application asks too often', 429, () => [{ throttle: createStrictThrottle() }]],
  ]
  function createFullBudget() {
    const budget = createBodyBudget(4 * megabyte)
    budget.take(4 * megabyte)
    return budget
  }
  function createStrictThrottle() {
    const throttle = createThrottle({ requests: { amount: 1, windowMs: 600_000 } }, () => 0)
    const everybody = { ...throttle, admit: () => throttle.admit('everybody') }
    everybody.admit()[Symbol.dispose]()
    return everybody
  }

  function put({ port }: Served, headers: Record<string, string | number>, agent?: Agent) {
    return openRequest({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      path: photo,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(agent && { agent }),
    })
  }

  async function statusOf(asked: ClientRequest): Promise<number | undefined> {
    const [reply] = (await once(asked, 'response')) as [IncomingMessage]
    reply.resume()
    await once(reply, 'end')
    return reply.statusCode
  }

  for (const [why, status, refuseBy] of refusals) {
    for (const how of ['with a length', 'in chunks']) {
      test(`because ${why} gets the answer when it has sent its body (node:http, ${how})`, async () => {
        await using served = await serve(...refuseBy())
        const asked = put(
          served,
          how === 'in chunks'
            ? { 'transfer-encoding': 'chunked' }
            : { 'content-length': picture.length },
        )
        let isAnswered = false
        asked.once('response', () => {
          isAnswered = true
        })
        const heard = statusOf(asked)
        const [first, second] = halves()
        asked.write(first)
        assert.equal(await served.decided, status)
        await settleDown(served)
        assert.equal(isAnswered, false)
        asked.end(second)
        assert.equal(await heard, status)
      })
    }

    test(`because ${why} gets the answer when its stream has been read (fetch)`, async () => {
      await using served = await serve(...refuseBy())
      let isRead = false
      async function* pieces() {
        const [first, second] = halves()
        yield first
        await served.decided
        await settleDown(served)
        yield second
        isRead = true
      }
      const reply = await fetch(served.origin + photo, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}` },
        body: Readable.toWeb(Readable.from(pieces())),
        duplex: 'half',
      })
      assert.equal(reply.status, status)
      assert.equal(isRead, true)
      await reply.arrayBuffer()
    })
  }

  test('uses the same connection for its next attempt, which carries all bytes', async () => {
    const budget = createFullBudget()
    await using served = await serve({}, { budget })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const headers = { 'content-length': picture.length }
    const [first, second] = halves()
    const refused = put(served, headers, agent)
    const heard = statusOf(refused)
    refused.write(first)
    assert.equal(await served.decided, 503)
    refused.end(second)
    assert.equal(await heard, 503)
    budget.giveBack(4 * megabyte)
    const again = put(served, headers, agent)
    again.end(picture)
    assert.equal(await statusOf(again), 200)
    assert.equal(again.reusedSocket, true)
    agent.destroy()
  })

  test('takes no memory for bodies while it continues to send', async () => {
    const budget = createBodyBudget(20_000)
    budget.take(10_000)
    await using served = await serve({}, { budget })
    const socket = await openSocket(served, 'Transfer-Encoding: chunked')
    // The second piece exceeds the limit.
    for (let count = 0; count < 2; count++) socket.write(`1f40\r\n${'x'.repeat(8_000)}\r\n`)
    assert.equal(await served.decided, 503)
    await settleDown(served)
    assert.equal(budget.takenBytes(), 10_000)
    for (let count = 0; count < 4; count++) socket.write(`1f40\r\n${'x'.repeat(8_000)}\r\n`)
    await settleDown(served)
    assert.equal(budget.takenBytes(), 10_000)
    const heard = hearFirst(socket)
    socket.write('0\r\n\r\n')
    assert.match(await heard, /^HTTP\/1\.1 503 /)
    socket.destroy()
  })

  test('is refused for its request, not for an invalid compressed body', async () => {
    await using served = await serve({ isReadOnly: true })
    const socket = await openSocket(served, 'Content-Encoding: gzip\r\nContent-Length: 8')
    await served.decided
    const heard = hearFirst(socket)
    socket.write('no gzip!')
    assert.match(await heard, /^HTTP\/1\.1 503 /)
    socket.destroy()
  })

  /** Each row: the case, the client's declaration of its body, and the obstacle. */
  const answeredAtOnce: readonly [string, string, Partial<Parts>, Partial<HttpOptions>?][] = [
    [
      'it waits to be told to continue',
      'Expect: 100-continue\r\nContent-Length: 5',
      { isReadOnly: true },
    ],
    ['it would send more than 4 MiB', 'Content-Length: 4194305', { isReadOnly: true }],
    [
      'as many as may are being read on from',
      'Content-Length: 5',
      { isReadOnly: true },
      { discardLimits: { ...patient, maxAtOnce: 0 } },
    ],
  ]
  for (const [when, more, parts, options] of answeredAtOnce) {
    test(`gets the answer at once when ${when}`, async () => {
      await using served = await serve(parts, options)
      const socket = await openSocket(served, more)
      assert.match(await hearFirst(socket), /^HTTP\/1\.1 503 /)
      socket.destroy()
    })
  }

  test('after 100 Continue gets the answer when it has sent its body', async () => {
    const budget = createBodyBudget(4 * megabyte)
    await using served = await serve({}, { budget })
    const socket = await openSocket(served, 'Expect: 100-continue\r\nTransfer-Encoding: chunked')
    assert.match(await hearFirst(socket), /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    budget.take(4 * megabyte)
    socket.write('5\r\nfirst\r\n')
    assert.equal(await served.decided, 503)
    let heard = ''
    socket.on('data', text => {
      heard += text
    })
    await settleDown(served)
    assert.equal(heard, '')
    socket.write('0\r\n\r\n')
    while (heard === '') await nextTurn()
    assert.match(heard, /^HTTP\/1\.1 503 /)
    socket.destroy()
  })

  test('is answered all the same when it trickles, and cut off', async () => {
    const discardLimits = { timeoutMs: 100 }
    await using served = await serve({ isReadOnly: true }, { discardLimits })
    const socket = await openSocket(served, 'Content-Length: 5000')
    drip(socket, 20)
    const heard = await hearAll(socket)
    assert.match(heard, /^HTTP\/1\.1 503 /)
    assert.equal(heard.match(/HTTP\/1\.1/g)?.length, 1)
  })

  test('is answered once when it continues with bytes that are not HTTP', async () => {
    await using served = await serve({ isReadOnly: true }, { discardLimits: { timeoutMs: 500 } })
    const accepted = once(served.server, 'connection') as Promise<[Socket]>
    const socket = await openSocket(served, 'Transfer-Encoding: chunked', { allowHalfOpen: true })
    assert.equal(await served.decided, 503)
    let heard = ''
    socket.on('data', text => {
      heard += text
    })
    socket.write('4\r\nabcd\r\nZZZZ\r\n')
    const [far] = await accepted
    await Promise.all([closed(far), once(socket, 'end')])
    assert.match(heard, /^HTTP\/1\.1 400 /)
    assert.equal(heard.match(/HTTP\/1\.1/g)?.length, 1)
    socket.destroy()
  })

  test('gets the answer at once when the server ends', async () => {
    await using served = await serve({ isReadOnly: true })
    const socket = await openSocket(served, 'Content-Length: 5000')
    assert.equal(await served.decided, 503)
    const heard = hearAll(socket)
    await served.close()
    assert.match(await heard, /^HTTP\/1\.1 503 /)
  })

  test('need not send a body that is refused for another reason', async () => {
    await using served = await serve({
      identify: () => Promise.reject(new Failure('token-expired')),
    })
    const socket = await openSocket(served, 'Content-Length: 5000')
    assert.match(await hearFirst(socket), /^HTTP\/1\.1 401 /)
    socket.destroy()
  })
})

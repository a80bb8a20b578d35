/**
 * deploy/nginx.conf in a real nginx, in front of two real processes of `visage serve` on one PostgreSQL and
 * one folder: the answers that clients get, also when a node ends.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  request as requestHttp,
  type ServerResponse,
} from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'
import { whyMissing } from '../support/installed.ts'
import {
  type Change,
  callNginx,
  type Nginx,
  startNginx,
  writeNginxConfig,
} from '../support/nginx.ts'
import { jpegOfExactly, portraitJpeg } from '../support/pictures.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestClaims,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

const baseUrl = 'https://photos.contoso.example'
const maxUploadBytes = 4 * 1024 * 1024
const photo = '/v1.0/me/photo/$value'

const skip = whyMissing('nginx')
describe('nginx with the configuration of deploy/', { skip }, () => {
  let issuer: TestIssuer
  let postgres: PostgresServer
  before(async () => {
    issuer = await startTestIssuer()
    postgres = await startPostgres()
  })
  after(async () => {
    await issuer[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  const iss = () => `${issuer.origin}/${contoso}/v2.0`
  const tokenWith = (claims: TestClaims = {}) =>
    `Bearer ${issuer.sign(v2User(Date.now(), { iss: iss(), ...claims }))}`

  type Stand = Readonly<{
    nginx: Nginx
    nodes: readonly [Running, Running]
    /** Another process at the address of the first. */
    restartFirst: () => Promise<Running>
    folder: string
  }>

  const withStand = (work: (stand: Stand) => Promise<void>) =>
    inFolder(async folder => {
      const url = await postgres.createDatabase()
      const start = (port: number) =>
        startVisage(['serve'], {
          cwd: folder,
          env: {
            VISAGE_DATA: join(folder, 'data'),
            VISAGE_DATABASE: url,
            VISAGE_ISSUER: iss(),
            VISAGE_AUDIENCE: ourAudience,
            VISAGE_BASE_URL: baseUrl,
            VISAGE_PORT: String(port),
          },
        })
      const ports = [await findFreePort(), await findFreePort()] as const
      const nodes = await Promise.all([start(ports[0]), start(ports[1])])
      const addresses = [`127.0.0.1:${ports[0]}`, `127.0.0.1:${ports[1]}`] as const
      await using nginx = await startNginx(join(folder, 'nginx'), addresses)
      await work({ nginx, nodes, restartFirst: () => start(ports[0]), folder })
    })

  test('is accepted by nginx', () =>
    inFolder(async folder => {
      const { file } = await writeNginxConfig(folder, ['127.0.0.1:1', '127.0.0.1:2'])
      const child = callNginx(folder, file, '-t')
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
      assert.equal(code, 0, said)
      assert.doesNotMatch(said, /warn/)
    }))

  const tooMuch: readonly (readonly [what: string, changes: readonly Change[]])[] = [
    [
      'requests within a second',
      [
        ['rate=200r/s', 'rate=1r/m'],
        ['burst=1000', 'burst=1'],
      ],
    ],
    ['requests at the same time', [['limit_conn connections 200', 'limit_conn connections 2']]],
  ]
  for (const [what, changes] of tooMuch) {
    test(`more ${what} from one address than allowed are 429 in Graph's form`, () =>
      inFolder(async folder => {
        const held: ServerResponse[] = []
        const node = createServer((_request, response) => void held.push(response))
        node.listen(0, '127.0.0.1')
        await once(node, 'listening')
        const address = `127.0.0.1:${(node.address() as AddressInfo).port}`
        await using nginx = await startNginx(folder, [address, address], changes)
        const first = [ask(nginx, 'GET', photo, {}), ask(nginx, 'GET', photo, {})]
        while (held.length < 2) await delay(5)
        const { status, headers, body } = await ask(nginx, 'GET', photo, {})
        assert.deepEqual([status, headers['retry-after']], [429, '2'])
        const { error } = JSON.parse(body.toString()) as { error: { code: string } }
        assert.equal(error.code, 'TooManyRequests')
        for (const response of held) response.end()
        for (const answer of await Promise.all(first)) assert.equal(answer.status, 200)
        node.close()
        node.closeAllConnections()
      }))
  }

  test('serves the servers behind it', t =>
    withStand(async ({ nginx, folder }) => {
      const { ports, authority } = nginx
      await t.test(
        'sets and reads a photo through both nodes, with their ids and headers as they are',
        async () => {
          const picture = await portraitJpeg({ width: 300, height: 300, seed: 5 })
          const authorization = tokenWith()
          const set = await ask(nginx, 'PUT', photo, { authorization }, picture)
          assert.equal(set.status, 200)
          const seen = []
          for (let round = 0; round < 6; round += 1) {
            const headers = { authorization, 'client-request-id': `round-${round}` }
            const got = await ask(nginx, 'GET', photo, headers)
            assert.equal(got.status, 200)
            assert.equal(got.headers['client-request-id'], `round-${round}`)
            assert.match(got.headers['cache-control'] ?? '', /private/)
            assert.equal(got.headers['content-encoding'], undefined)
            seen.push([got.headers.etag, got.body.toString('hex')].join())
            const known = { authorization, 'if-none-match': got.headers.etag ?? '' }
            assert.equal((await ask(nginx, 'GET', photo, known)).status, 304)
          }
          assert.equal(new Set(seen).size, 1)
          const metadata = await ask(nginx, 'GET', '/v1.0/me/photo', { authorization })
          assert.ok(metadata.body.toString().includes(`"@odata.context":"${baseUrl}/v1.0/`))
          assert.match(metadata.headers['strict-transport-security'] ?? '', /max-age/)

          const log = await nginx.accessLog()
          assert.equal(new Set(log.map(({ node }) => node)).size, 2)
          assert.equal(log.at(-1)?.requestId, metadata.headers['request-id'])
          assert.doesNotMatch(JSON.stringify(log), /Bearer|eyJ/)
        },
      )

      await t.test('speaks HTTP/2, and redirects clients without TLS', async () => {
        const session = connectHttp2(`https://localhost:${ports.secure}`, { ca: authority })
        const stream = session.request({ ':path': photo, authorization: tokenWith() })
        const [headers] = await once(stream, 'response')
        assert.equal(headers[':status'], 200)
        session.destroy()
        const asked = requestHttp({ port: ports.plain, path: '/v1.0/me?x=1' }).end()
        const [redirect] = await once(asked, 'response')
        assert.equal(redirect.statusCode, 308)
        assert.equal(redirect.headers.location, 'https://localhost/v1.0/me?x=1')
        redirect.resume()
      })

      await t.test(
        'lets 4 MB through, and the refusal of more and of strangers in Graph’s form',
        async () => {
          const authorization = tokenWith()
          const largest = await jpegOfExactly(maxUploadBytes)
          assert.equal((await ask(nginx, 'PUT', photo, { authorization }, largest)).status, 200)
          const larger = Buffer.concat([largest, Buffer.alloc(1)])
          const refused = await ask(nginx, 'PUT', photo, { authorization }, larger)
          assert.equal(refused.status, 413)
          assert.match(refused.body.toString(), /^{"error":{"code":/)
          const stranger = await ask(nginx, 'PUT', photo, {}, larger)
          assert.equal(stranger.status, 401)
          assert.match(stranger.headers['www-authenticate'] ?? '', /^Bearer/)
          // The proxy has written no body to its disk.
          assert.deepEqual(await readdir(join(folder, 'nginx', 'temporary')), [])
        },
      )

      await t.test('accepts the long token of a person in many groups', async () => {
        const groups = Array.from({ length: 240 }, () => crypto.randomUUID())
        const authorization = tokenWith({ groups })
        assert.ok(authorization.length > 12_000)
        assert.equal((await ask(nginx, 'GET', photo, { authorization })).status, 200)
      })

      await t.test('keeps health and metrics to itself', async () => {
        for (const path of ['/healthz', '/readyz', '/metrics']) {
          const { status, headers } = await ask(nginx, 'GET', path, {})
          assert.deepEqual([status, headers['request-id']], [404, undefined])
        }
        const asked = requestHttp({ port: nginx.ports.health }).end()
        const [answer] = await once(asked, 'response')
        assert.equal(answer.statusCode, 204)
      })
    }))

  test('clients do not notice a node that ends; if both have ended, clients get an answer with Retry-After', () =>
    withStand(async ({ nginx, nodes, restartFirst }) => {
      const authorization = tokenWith()
      const picture = await portraitJpeg({ width: 120, height: 120, seed: 9 })
      assert.equal((await ask(nginx, 'PUT', photo, { authorization }, picture)).status, 200)
      let isReading = true
      const statuses: number[] = []
      const readers = Array.from({ length: 4 }, async () => {
        while (isReading) {
          statuses.push((await ask(nginx, 'GET', photo, { authorization })).status)
        }
      })
      await delay(300)
      assert.deepEqual(await nodes[0].stop(), { code: 0, signal: null })
      await delay(300)
      const set = await ask(nginx, 'PUT', photo, { authorization }, picture)
      assert.equal(set.status, 200)
      const first = await restartFirst()
      // Until nginx asks it again (fail_timeout).
      await delay(2_500)
      // Killed: running requests are not finished, and must be repeated on the other node.
      await delay(300)
      nodes[1].send('SIGKILL')
      await nodes[1].ended
      await delay(300)
      isReading = false
      await Promise.all(readers)
      assert.ok(statuses.length > 50)
      assert.deepEqual([...new Set(statuses)], [200])

      await first.stop()
      const away = await ask(nginx, 'GET', photo, { authorization })
      assert.equal(away.status, 503)
      assert.equal(away.headers['retry-after'], '5')
      const { error } = JSON.parse(away.body.toString()) as { error: { code: string } }
      assert.equal(error.code, 'ServiceUnavailable')
      const again = await restartFirst()
      assert.equal((await askUntilThere(nginx, authorization)).status, 200)
      await again.stop()
    }))
})

type Answer = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>

/** A new connection for each request, as from many clients. */
async function ask(
  { ports, authority }: Nginx,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<Answer> {
  const length = body && { 'content-length': String(body.length), 'content-type': 'image/jpeg' }
  const outgoing = requestHttps({
    host: 'localhost',
    port: ports.secure,
    ca: authority,
    agent: false,
    method,
    path,
    headers: { ...headers, ...length },
  })
  // An answer that arrives before the body is sent ends the sending.
  outgoing.on('error', () => {})
  const answered = once(outgoing, 'response', { signal: AbortSignal.timeout(20_000) })
  outgoing.end(body)
  const [incoming] = await answered
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => void chunks.push(chunk))
  await once(incoming, 'end')
  return { status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) }
}

/** An unavailable node gets requests again after a while (fail_timeout). */
async function askUntilThere(nginx: Nginx, authorization: string): Promise<Answer> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const answer = await ask(nginx, 'GET', photo, { authorization })
    if (answer.status === 200 || Date.now() > deadline) return answer
    await delay(200)
  }
}

/** Traces of a real `visage serve`, received by a collector of the test's own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { readTracing } from '../../src/settings/environment.ts'
import { portraitJpeg } from '../support/pictures.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'

type Value = Readonly<{ stringValue?: string; intValue?: number | string }>
type Attributes = readonly Readonly<{ key: string; value: Value }>[]
type Span = Readonly<{
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: Attributes
  status?: Readonly<{ code?: number }>
}>
type Export = Readonly<{
  resourceSpans: readonly Readonly<{
    resource: Readonly<{ attributes: Attributes }>
    scopeSpans: readonly Readonly<{ spans: readonly Span[] }>[]
  }>[]
}>

const server = 2
const client = 3
const failed = 2

/** A collector that takes OTLP as JSON. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
async function startCollector() {
  const exports: Export[] = []
  const heads: IncomingMessage[] = []
  const texts: string[] = []
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    heads.push(request)
    texts.push(text)
    exports.push(JSON.parse(text) as Export)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const all = () => exports.flatMap(({ resourceSpans }) => resourceSpans)
  return {
    origin: `http://127.0.0.1:${port}`,
    heads,
    texts,
    spans: () => all().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resources: () => all().map(({ resource }) => resource.attributes),
    async [Symbol.asyncDispose]() {
      receiver.close()
      receiver.closeAllConnections()
      await once(receiver, 'close')
    },
  }
}

function attribute(attributes: Attributes, name: string): string | undefined {
  const value = attributes.find(({ key }) => key === name)?.value
  return value && String(value.stringValue ?? value.intValue)
}

describe('traces', () => {
  let issuer: TestIssuer
  before(async () => {
    issuer = await startTestIssuer()
  })
  after(() => issuer[Symbol.asyncDispose]())

  const iss = () => `${issuer.origin}/${contoso}/v2.0`
  const settings = () => ({
    VISAGE_ISSUER: iss(),
    VISAGE_AUDIENCE: ourAudience,
    VISAGE_PORT: '0',
  })
  const bearer = () => ({
    authorization: `Bearer ${issuer.sign(v2User(Date.now(), { iss: iss() }))}`,
  })

  test('have a span for the request, continuing its caller, and one for all it waited for', () =>
    inFolder(async cwd => {
      await using collector = await startCollector()
      const env = {
        ...settings(),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=of the test',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      }
      const visage = await startVisage(['serve'], { cwd, env })
      const traceId = '0af7651916cd43dd8448eb211c80319c'
      const picture = await portraitJpeg({ width: 100, height: 100, seed: 5 })
      const put = await fetch(`${visage.origin}/v1.0/me/photo/$value`, {
        method: 'PUT',
        headers: { ...bearer(), traceparent: `00-${traceId}-b7ad6b7169203331-01` },
        body: Uint8Array.from(picture),
      })
      assert.equal(put.status, 200)
      const name = 'megan.bowen@contoso.example'
      await fetch(`${visage.origin}/v1.0/users/${name}/photo?secret=1`, { headers: bearer() })
      await visage.stop()

      const spans = collector.spans().filter(span => span.traceId === traceId)
      const root = spans.find(({ kind }) => kind === server)
      assert.ok(root, visage.stderr())
      assert.equal(root.parentSpanId, 'b7ad6b7169203331')
      assert.equal(root.name, 'PUT /me/photo/$value')
      const of = (key: string) => attribute(root.attributes, key)
      assert.equal(of('http.route'), '/me/photo/$value')
      assert.equal(of('http.response.status_code'), '200')
      assert.equal(of('visage.operation'), 'updatePhoto')
      assert.equal(of('visage.request_id'), put.headers.get('request-id'))
      assert.ok(of('visage.caller.object_id'))
      const children = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId)
      const names = children.map(span => span.name)
      for (const wanted of ['select users', 'render', 'write pack', 'begin', 'commit']) {
        assert.ok(names.includes(wanted), `${wanted} in ${names}`)
      }
      assert.equal(children.find(span => span.name === 'commit')?.kind, client)

      const other = collector.spans().find(span => span.name === 'GET /users/{user}/photo')
      assert.notEqual(other?.traceId, traceId)
      const everything = collector.texts.join()
      for (const secret of [name, 'secret', 'Bearer', 'eyJ']) {
        assert.ok(!everything.includes(secret), secret)
      }
      const [resource = []] = collector.resources()
      assert.equal(attribute(resource, 'service.name'), 'visage')
      assert.equal(attribute(resource, 'deployment.environment.name'), 'test')
      assert.equal(attribute(resource, 'process.command_args'), undefined)
      assert.equal(collector.heads[0]?.headers['x-api-key'], 'of the test')
    }))

  test('are one for each request of a connection, with the parts of a batch below it', () =>
    inFolder(async cwd => {
      await using collector = await startCollector()
      const env = {
        ...settings(),
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.origin}/v1/traces`,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_SERVICE_NAME: 'photos',
      }
      const visage = await startVisage(['serve'], { cwd, env })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const url = `${visage.origin}/v1.0/me`
      for (let round = 0; round < 3; round += 1) await ask(agent, url, bearer())
      agent.destroy()
      await fetch(`${visage.origin}/v1.0/$metadata`)
      await fetch(`${visage.origin}/v1.0/$batch`, {
        method: 'POST',
        headers: { ...bearer(), 'content-type': 'application/json' },
        body: JSON.stringify({ requests: [{ id: '1', method: 'GET', url: '/me' }] }),
      })
      await visage.stop()

      const spans = collector.spans()
      const roots = spans.filter(({ kind }) => kind === server)
      assert.deepEqual(
        roots.map(({ name }) => name),
        [...Array(3).fill('GET /me'), 'GET /v1.0/$metadata', 'POST /$batch'],
      )
      assert.equal(new Set(roots.map(({ traceId }) => traceId)).size, 5)
      const part = spans.find(({ name, kind }) => name === 'GET /me' && kind !== server)
      assert.equal(part?.parentSpanId, roots.at(-1)?.spanId)
      assert.equal(attribute(collector.resources()[0] ?? [], 'service.name'), 'photos')
    }))

  test('mark the failed part, and are left out by the sampler', () =>
    inFolder(async cwd => {
      await using collector = await startCollector()
      const env = {
        ...settings(),
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      }
      const visage = await startVisage(['serve'], { cwd, env })
      issuer.misbehave('status-500')
      const sampled = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
      const answers = [
        await fetch(`${visage.origin}/v1.0/me`, { headers: bearer() }),
        await fetch(`${visage.origin}/v1.0/me`, { headers: { ...bearer(), ...sampled } }),
      ]
      issuer.misbehave(undefined)
      assert.deepEqual(
        answers.map(({ status }) => status),
        [503, 503],
      )
      await visage.stop()
      const roots = collector.spans().filter(({ kind }) => kind === server)
      assert.equal(roots.length, 1)
      assert.equal(roots[0]?.status?.code, failed)
      assert.equal(attribute(roots[0]?.attributes ?? [], 'error.type'), 'signing-keys-unavailable')
    }))

  test('report errors only in the log, without passwords, at any OTEL_LOG_LEVEL', () =>
    inFolder(async cwd => {
      const env = {
        ...settings(),
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:geheim@ no url',
        OTEL_LOG_LEVEL: 'info',
        OTEL_TRACES_SAMPLER: 'always_off',
      }
      const visage = await startVisage(['serve'], { cwd, env })
      await visage.stop()
      assert.equal(visage.stdout(), '')
      const lines = visage.stderr().trim().split('\n')
      const found = lines.map(line => JSON.parse(line) as { event: string; error?: string })
      const complaints = found.filter(({ event }) => event === 'traces')
      assert.equal(complaints.length, 1)
      assert.match(complaints[0]?.error ?? '', /Could not parse.*collector/)
      assert.doesNotMatch(visage.stderr(), /geheim/)
    }))

  test('do not delay the end for an unavailable collector', () =>
    inFolder(async cwd => {
      const env = { ...settings(), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
      const visage = await startVisage(['serve'], { cwd, env })
      await fetch(`${visage.origin}/v1.0/me`)
      await delay(100)
      const startedAtMs = performance.now()
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      assert.ok(performance.now() - startedAtMs < 9_000)
      for (const line of visage.stderr().trim().split('\n')) JSON.parse(line)
    }))
})

/** Each row: variables, and whether they ask for traces. */
const variables: readonly (readonly [Record<string, string>, boolean])[] = [
  [{}, false],
  [{ OTEL_SERVICE_NAME: 'photos' }, false],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [{ OTEL_TRACES_EXPORTER: 'console' }, true],
  [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }, false],
]

describe('whether traces are wanted', () => {
  for (const [env, wanted] of variables) {
    test(`${JSON.stringify(env)}: ${wanted ? 'yes' : 'no'}`, () => {
      assert.equal(readTracing(env) !== undefined, wanted)
    })
  }

  test('and under which name, is what the variables say', () => {
    const at = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }
    assert.equal(readTracing(at)?.isNamed, false)
    assert.equal(readTracing({ ...at, OTEL_SERVICE_NAME: 'photos' })?.isNamed, true)
    const named = { ...at, OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=photos' }
    assert.equal(readTracing(named)?.isNamed, true)
  })
})

async function ask(agent: Agent, url: string, headers: Record<string, string>): Promise<void> {
  const asked = request(url, { agent, headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 200)
  response.resume()
  await once(response, 'end')
}

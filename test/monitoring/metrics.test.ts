/** /metrics after real requests; clients cannot choose its labels. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../src/failure.ts'
import { type Family, families } from '../../src/monitoring/families.ts'
import { createMetrics } from '../../src/monitoring/metrics.ts'
import { listenForMetrics, type MetricsListener } from '../../src/monitoring/metrics-listener.ts'
import { type RunningServer, startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { parseExposition, type Sample } from '../support/exposition.ts'
import { portraitJpeg } from '../support/pictures.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'

type Versioned = Readonly<{ version: string }>
const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
const { version }: Versioned = JSON.parse(manifest)

const key = '0123456789abcdef0123456789abcdef'
const table: readonly Family[] = Object.values(families)

describe('the metrics of a server', () => {
  let issuer: TestIssuer
  let server: RunningServer
  let listener: MetricsListener
  let token: string
  let startedAtMs: number
  before(async () => {
    issuer = await startTestIssuer()
    const iss = `${issuer.origin}/${contoso}/v2.0`
    const config = readConfig({ issuer: iss, audience: ourAudience, port: '0' }, {})
    startedAtMs = Date.now()
    const { registry, instruments } = createMetrics('1.2.3')
    server = await startServer({
      ...config,
      data: undefined,
      limits: { ...config.limits, uploadMemoryBytes: 4 * 1024 * 1024, sweepEveryMs: 50 },
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [instruments],
      write: () => {},
    })
    listener = await listenForMetrics(
      { host: '127.0.0.1', port: 0 },
      {
        numbers: () => registry.metrics(),
        contentType: registry.contentType,
        look: server.readiness.look,
        version: '1.2.3',
      },
    )
    token = issuer.sign(v2User(Date.now(), { iss }))
  })
  after(async () => {
    await server.close()
    await listener.close()
    await issuer[Symbol.asyncDispose]()
  })

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.origin}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })
  const scrape = async () =>
    parseExposition(await (await fetch(`${listener.origin}/metrics`)).text())

  async function numberOf(name: string, labels: Record<string, string> = {}): Promise<number> {
    const samples = [...(await scrape()).values()].flatMap(family => family.samples)
    const found = samples.filter(sample => sample.name === name && hasLabels(sample, labels))
    return found.reduce((sum, { value }) => sum + value, 0)
  }

  test('count answers by operation and status, with how long they took', async () => {
    assert.equal((await ask('/v1.0/me')).status, 200)
    assert.equal((await ask('/v1.0/me/photo')).status, 404)
    await (await ask('/v1.0/$metadata')).text()
    const body = JSON.stringify({ requests: [{ id: '1', method: 'GET', url: '/me' }] })
    assert.equal((await ask('/v1.0/$batch', { method: 'POST', body })).status, 200)
    const total = (labels: Record<string, string>) => numberOf('visage_http_requests_total', labels)
    assert.equal(await total({ operation: 'getUser', status: '200' }), 2)
    assert.equal(await total({ operation: 'getPhoto', status: '404' }), 1)
    assert.equal(await total({ operation: 'batch', status: '200' }), 1)
    assert.equal(await total({ operation: 'describe', status: '200' }), 1)
    const seconds = 'visage_http_request_duration_seconds'
    assert.equal(await numberOf(`${seconds}_count`, { operation: 'getUser' }), 2)
    assert.ok((await numberOf(`${seconds}_sum`, { operation: 'getUser' })) > 0)
  })

  test('count the work for a photo: a change, a rendering, a pack, statements', async () => {
    const before = await numberOf('visage_renditions_total')
    const body = Uint8Array.from(await portraitJpeg({ width: 100, height: 100, seed: 3 }))
    assert.equal((await ask('/v1.0/me/photo/$value', { method: 'PUT', body })).status, 200)
    assert.equal((await ask('/v1.0/me/photo/$value', { method: 'PUT', body })).status, 200)
    assert.equal((await ask('/v1.0/me/photo/$value')).status, 200)
    const bad = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
    assert.equal((await ask('/v1.0/me/photo/$value', { method: 'PUT', body: bad })).status, 400)
    assert.equal(await numberOf('visage_photo_changes_total', { change: 'replaced' }), 1)
    assert.equal((await numberOf('visage_renditions_total')) - before, 4)
    const renders = 'visage_render_duration_seconds_count'
    assert.equal(await numberOf(renders, { outcome: 'rendered' }), 1)
    assert.equal(await numberOf(renders, { outcome: 'refused' }), 1)
    assert.equal(await numberOf('visage_renders_finished_total'), 2)
    const packs = 'visage_pack_operation_duration_seconds_count'
    assert.equal(await numberOf(packs, { kind: 'write', outcome: 'ok' }), 1)
    assert.equal(await numberOf(packs, { kind: 'read', outcome: 'ok' }), 1)
    assert.ok((await numberOf('visage_database_queries_total', { outcome: 'ok' })) > 5)
    assert.equal((await ask('/v1.0/me/photo/$value', { method: 'DELETE' })).status, 200)
    assert.equal(await numberOf('visage_photo_changes_total', { change: 'removed' }), 1)
  })

  test('count a body that found no memory', async () => {
    const body = new Uint8Array(4 * 1024 * 1024)
    const put = () => ask('/v1.0/me/photo/$value', { method: 'PUT', body })
    const statuses = (await Promise.all([put(), put(), put()])).map(({ status }) => status)
    const refused = statuses.filter(status => status === 503).length
    assert.ok(refused > 0)
    assert.equal(await numberOf('visage_request_bodies_refused_total'), refused)
    assert.equal(await numberOf('visage_request_body_bytes'), 0)
  })

  test('have the time of the last sweep', async () => {
    while ((await numberOf('visage_sweeps_total')) === 0) await delay(20)
    const seconds = await numberOf('visage_last_sweep_timestamp_seconds')
    assert.ok(seconds >= Math.floor(startedAtMs / 1000) && seconds <= Date.now() / 1000)
  })

  test('have no new series for unknown requests', async () => {
    const methods = ['GET', 'DELETE', 'PATCH', 'PROPFIND']
    const askStrangely = async (round: number) => {
      for (const [index, method] of methods.entries()) {
        const path = `/v1.0/${round}-${index}/users/${round}@x.example/photo`
        await (await fetch(`${server.origin}${path}`, { method })).text()
        await (await ask(`/v1.0/users/${round}${index}/photos/${round}x${round}`)).text()
      }
    }
    await askStrangely(0)
    const count = async () =>
      [...(await scrape()).values()].reduce((sum, { samples }) => sum + samples.length, 0)
    const before = await count()
    for (let round = 1; round < 20; round += 1) await askStrangely(round)
    assert.equal(await count(), before)
    const strange = await numberOf('visage_http_requests_total', {
      operation: 'none',
      status: '400',
    })
    assert.ok(strange >= 80)
  })

  test('show every family that the table has for this server, and no other', async () => {
    const shown = await scrape()
    for (const { name, type, samples } of shown.values()) {
      const family = table.find(row => row.name === name)
      if (!/^(process|nodejs)_/.test(name)) assert.equal(type, family?.type, name)
      for (const { labels } of samples) {
        const { le: _, ...rest } = labels
        if (family) assert.deepEqual(Object.keys(rest).sort(), family.labels.toSorted(), name)
      }
    }
    const elsewhere = /^visage_(pack_cache|database_connections|database_requests)/
    for (const { name } of table) assert.equal(shown.has(name), !elsewhere.test(name), name)
    assert.deepEqual(shown.get('visage_build_info')?.samples, [
      { name: 'visage_build_info', labels: { version: '1.2.3' }, value: 1 },
    ])
    assert.ok(shown.has('process_cpu_seconds_total'))
    assert.ok(shown.has('nodejs_eventloop_lag_seconds'))
  })

  test('are fetched by GET and HEAD at /metrics; besides, only the probes are there', async () => {
    const get = await fetch(`${listener.origin}/metrics?x=1`)
    assert.equal(get.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    await get.text()
    const head = await fetch(`${listener.origin}/metrics`, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal((await fetch(`${listener.origin}/metrics`, { method: 'POST' })).status, 405)
    assert.equal((await fetch(`${listener.origin}/v1.0/me`)).status, 404)
    assert.equal((await fetch(`${listener.origin}/readyz`)).status, 200)
    assert.equal((await fetch(`${listener.origin}/healthz`)).status, 200)
    assert.equal((await fetch(`${server.origin}/metrics`)).status, 400)
  })
})

describe('the metrics of stores across a network', () => {
  test('show the current connections and cache at each request', async () => {
    const { registry, instruments } = createMetrics('1.2.3')
    instruments.observe?.({
      unavailableIssuers: () => 1,
      queue: () => ({ running: 1, waiting: 2, finished: 3, refused: 4, memoryBytes: 5 }),
      renderers: () => ({ ready: 1, pids: [], started: 2, killed: 3, died: 4 }),
      bodies: () => ({ takenBytes: 5, refusals: 6 }),
      connections: () => ({ open: 7, idle: 8, waiting: 9 }),
      cache: () => ({ hits: 10, misses: 11, bytes: 12 }),
      folder: () => ({ hits: 13, misses: 14 }),
    })
    for (let round = 0; round < 2; round += 1) {
      const shown = parseExposition(await registry.metrics())
      for (const { name } of table) assert.ok(shown.has(name), name)
      const values = [
        ...['database_connections', 'database_requests_waiting', 'pack_cache_hits_total'],
        ...['pack_cache_folder_hits_total', 'pack_cache_folder_misses_total'],
      ]
      assert.deepEqual(
        values.map(name => shown.get(`visage_${name}`)?.samples[0]?.value),
        [7, 9, 10, 13, 14],
      )
    }
  })

  test('distinguish a missing pack, an unavailable store and a bug', async () => {
    const { registry, instruments } = createMetrics('1.2.3')
    const away = () => Promise.reject(new Failure('storage-unavailable'))
    const broken = () => Promise.reject(new TypeError('oops'))
    const packs = instruments.aroundPacks?.({
      ...openMemoryPacks(Date.now),
      write: away,
      remove: broken,
    })
    assert.ok(packs)
    await packs.read(key, 0, 1)
    await assert.rejects(packs.write(key, new Uint8Array(1)))
    await assert.rejects(packs.remove(key))
    const shown = parseExposition(await registry.metrics())
    const samples = shown.get('visage_pack_operation_duration_seconds')?.samples ?? []
    const counts = samples.filter(({ name }) => name.endsWith('_count'))
    assert.deepEqual(
      counts.map(({ labels }) => labels),
      [
        { kind: 'read', outcome: 'missing' },
        { kind: 'write', outcome: 'unavailable' },
        { kind: 'remove', outcome: 'failed' },
      ],
    )
  })
})

const settings = {
  VISAGE_ISSUER: 'https://id.example',
  VISAGE_AUDIENCE: 'visage',
  VISAGE_PORT: '0',
  VISAGE_RENDERERS: '1',
}
/** Prints the address of each module of these packages that is loaded. */
const tellLoaded = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({ load(url, context, next) {
    if (/node_modules.(prom-client|@opentelemetry)/.test(url)) console.log('loads ' + url)
    return next(url, context)
  } })`)}`

describe('visage serve', () => {
  test('adds up the numbers of its workers, also of one that took the place of another', () =>
    inFolder(async cwd => {
      const env = { ...settings, VISAGE_WORKERS: '2', VISAGE_METRICS: '127.0.0.1:0' }
      const visage = await startVisage(['serve'], { cwd, env })
      const at = addressIn(visage.stderr())
      const asked = Array.from({ length: 20 }, () => fetch(`${visage.origin}/v1.0/me`))
      await Promise.all(asked)
      const scrape = async () => parseExposition(await (await fetch(`${at}/metrics`)).text())
      const valueIn = (shown: Awaited<ReturnType<typeof scrape>>, name: string) =>
        shown.get(name)?.samples.reduce((sum, { value }) => sum + value, 0)
      const shown = await scrape()
      assert.equal(valueIn(shown, 'visage_processes'), 2)
      assert.equal(valueIn(shown, 'visage_build_info'), 1)
      assert.equal(shown.get('visage_build_info')?.samples[0]?.labels.version, version)
      const { version: alive } = (await (await fetch(`${at}/healthz`)).json()) as Versioned
      assert.equal(alive, version)
      assert.equal(valueIn(shown, 'visage_http_requests_total'), 20)
      const refused = () => visage.stderr().match(/"event":"issuer-unavailable"/g)?.length ?? 0
      while (refused() < 2) await delay(20)
      assert.equal(valueIn(await scrape(), 'visage_issuers_unavailable'), 1)
      const ready = await fetch(`${at}/readyz`)
      const { status, parts } = (await ready.json()) as { status: string; parts: object }
      assert.equal(status, 'ready')
      assert.deepEqual(
        { ...parts, issuer: '' },
        {
          database: 'ok',
          packs: 'ok',
          workers: 'ok',
          issuer: '',
        },
      )

      const [pid = 0] = /"pids":\[(\d+)/.exec(visage.stderr())?.slice(1).map(Number) ?? []
      process.kill(pid, 'SIGKILL')
      while (!visage.stderr().includes('"event":"replaced"')) await delay(20)
      assert.equal(valueIn(await scrape(), 'visage_processes'), 2)
      await visage.stop()
    }))

  test('never decreases when a worker does not answer, or has ended', () =>
    inFolder(async cwd => {
      const several = { VISAGE_WORKERS: '2', VISAGE_SWEEP_EVERY: '1' }
      const env = { ...settings, ...several, VISAGE_METRICS: '127.0.0.1:0' }
      const visage = await startVisage(['serve'], { cwd, env })
      const at = addressIn(visage.stderr())
      const look = async () => {
        const shown = parseExposition(await (await fetch(`${at}/metrics`)).text())
        const samples = [...shown.values()].flatMap(family => family.samples)
        const sum = (name: string) =>
          samples.filter(sample => sample.name === name).reduce((all, { value }) => all + value, 0)
        return {
          processes: sum('visage_processes'),
          answers: sum('visage_http_requests_total'),
          timed: sum('visage_http_request_duration_seconds_count'),
          hasSwept: sum('visage_last_sweep_timestamp_seconds') > 0,
        }
      }
      const ask = async () => {
        const headers = { connection: 'close' }
        const asked = () => fetch(`${visage.origin}/v1.0/me`, { headers })
        await Promise.all(Array.from({ length: 20 }, asked))
      }
      const first = () => {
        const pids = visage.stderr().matchAll(/"(?:pids":\[|event":"replaced".*"pid":)(\d+)/g)
        return Number([...pids].at(-1)?.[1])
      }
      await ask()
      while (!(await look()).hasSwept) await delay(50)
      const all = { processes: 2, answers: 20, timed: 20, hasSwept: true }
      assert.deepEqual(await look(), all)

      process.kill(first(), 'SIGSTOP')
      const meanwhile = await look()
      process.kill(first(), 'SIGCONT')
      assert.deepEqual(meanwhile, { ...all, processes: 1 })
      assert.deepEqual(await look(), all)

      for (const answers of [20, 40]) {
        const before = first()
        process.kill(before, 'SIGKILL')
        while (first() === before) await delay(20)
        assert.deepEqual(await look(), { ...all, answers, timed: answers })
        await ask()
        assert.deepEqual(await look(), { ...all, answers: answers + 20, timed: answers + 20 })
      }
      await visage.stop()
    }))

  test('loads the libraries of metrics and traces only if they are turned on', () =>
    inFolder(async cwd => {
      const env = { ...settings, NODE_OPTIONS: `--import=${tellLoaded}` }
      const plain = await startVisage(['serve'], { cwd, env })
      await fetch(`${plain.origin}/v1.0/me`)
      await plain.stop()
      assert.equal(plain.stdout(), '')
      const counting = { ...env, VISAGE_METRICS: '127.0.0.1:0' }
      const counted = await startVisage(['serve'], { cwd, env: counting })
      await counted.stop()
      assert.match(counted.stdout(), /prom-client/)
      assert.doesNotMatch(counted.stdout(), /opentelemetry.sdk-node/)
    }))

  test('names the setting when the address of the metrics cannot be had, and leaves nothing running', () =>
    inFolder(async cwd => {
      const env = { ...settings, VISAGE_METRICS: '192.0.2.1:1' }
      await assert.rejects(
        startVisage(['serve'], { cwd, env }),
        /ended with 2[\s\S]*VISAGE_METRICS \(--metrics\): 192\.0\.2\.1:1 cannot be listened on/,
      )
    }))
})

function addressIn(stderr: string): string {
  const [, address] = /"metrics":"([^"]+)\/metrics"/.exec(stderr) ?? []
  assert.ok(address, stderr)
  return address
}

function hasLabels(sample: Sample, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => sample.labels[name] === value)
}

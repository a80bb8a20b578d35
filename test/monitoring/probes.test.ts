/** /healthz and /readyz of a real server: with its stores, with one unavailable, and at its end. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Severity } from '../../src/events.ts'
import { type RunningServer, startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'

type Line = Readonly<{ severity: Severity; fields: Readonly<Record<string, unknown>> }>

const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
const { version }: Readonly<{ version: string }> = JSON.parse(manifest)

/** An issuer that has not answered yet. */
const silent = () => new Promise<never>(() => {})

describe('the probes', () => {
  let folder: string
  let server: RunningServer
  const lines: Line[] = []
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-test-'))
    server = await start(join(folder, 'data'))
  })
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function start(data: string | undefined, drainMs = 0): Promise<RunningServer> {
    const texts = { issuer: 'https://id.example', audience: 'visage', port: '0' }
    const config = readConfig(texts, {})
    return await startServer({
      ...config,
      data,
      drainMs,
      identity: () => ({ trust: config.trust, fetch: silent }),
      write: (severity, fields) => lines.push({ severity, fields }),
      logLevel: 'info',
    })
  }

  test('answer without a token, and keep their answers from caches', async () => {
    const alive = await fetch(`${server.origin}/healthz`)
    assert.deepEqual([alive.status, await alive.json()], [200, { status: 'ok', version }])
    const ready = await fetch(`${server.origin}/readyz?from=proxy`)
    assert.equal(ready.status, 200)
    assert.deepEqual(await ready.json(), {
      status: 'ready',
      parts: { database: 'ok', packs: 'ok', issuer: 'unknown' },
    })
    for (const { headers } of [alive, ready]) {
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('content-type'), 'application/json')
    }
  })

  test('answer HEAD without a body, and no other method', async () => {
    const head = await fetch(`${server.origin}/readyz`, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal(head.headers.get('content-length'), '76')
    const body = 'x'.repeat(100_000)
    const post = await fetch(`${server.origin}/healthz`, { method: 'POST', body })
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
  })

  test('are at their own addresses and at no others', async () => {
    for (const path of ['/healthz/', '/healthz2', '/v1.0/healthz', '/readyzz']) {
      assert.equal((await fetch(`${server.origin}${path}`)).status, 400, path)
    }
  })

  test('name the unavailable part; the reason is only in the log', async () => {
    const packs = join(folder, 'data', 'packs')
    await rename(packs, `${packs}-away`)
    await delay(1050)
    const away = await fetch(`${server.origin}/readyz`)
    const text = await away.text()
    assert.equal(away.status, 503)
    assert.match(away.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.deepEqual(JSON.parse(text), {
      status: 'unavailable',
      parts: { database: 'ok', packs: 'unavailable', issuer: 'unknown' },
    })
    assert.equal((await fetch(`${server.origin}/healthz`)).status, 200)
    await rename(`${packs}-away`, packs)
    await delay(1050)
    assert.equal((await fetch(`${server.origin}/readyz`)).status, 200)

    assert.deepEqual(
      lines.map(({ severity, fields }) => [severity, fields.event]),
      [
        ['warning', 'not-ready'],
        ['info', 'ready'],
      ],
    )
    assert.match(JSON.stringify(lines[0]), /packs cannot hold packs \(ENOENT\)/)
  })

  test('report the end, while it still serves for the configured time', async () => {
    const ending = await start(undefined, 4_000)
    const startedAtMs = performance.now()
    const closed = ending.close()
    const probe = await fetch(`${ending.origin}/readyz`)
    assert.deepEqual([probe.status, await probe.json()], [503, { status: 'ending' }])
    assert.equal((await fetch(`${ending.origin}/healthz`)).status, 200)
    assert.equal((await fetch(`${ending.origin}/v1.0/me`)).status, 401)
    await closed
    assert.ok(performance.now() - startedAtMs >= 3_995)
    await assert.rejects(fetch(`${ending.origin}/healthz`))
  })
})

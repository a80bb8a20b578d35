/**
 * Table: every setting of `visage serve`, from a text that an operator might write to its effect for clients. A missing
 * setting does not compile.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { get as getByHttps } from 'node:https'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { certificateFor } from '../../src/dev/certificate.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import type { SettingName, Texts } from '../../src/settings/table.ts'
import { findFreePort } from '../support/free-port.ts'
import { portraitJpeg, portraitWebp } from '../support/pictures.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { childrenOf } from '../support/processes.ts'
import { startS3InMemory } from '../support/s3-in-memory.ts'
import {
  b2cUser,
  contoso,
  fabrikam,
  ourAudience,
  personalUser,
  v2User,
} from '../support/test-issuer.ts'
import { claimEffects } from './claim-effects.ts'
import { leaverEffects } from './leaver-effects.ts'
import { pageEffects } from './page-effects.ts'
import { scimEffects } from './scim-effects.ts'
import { type Given, issOf, type Stand, smallPicture, until } from './stand.ts'

export type Effect = (given: Given, postgres: PostgresServer) => Promise<void>

const entra: Texts = { cloud: 'global', tenants: contoso }
const photo = '/v1.0/me/photo/$value'
const entraUser = (host: string) => v2User(Date.now(), { iss: `https://${host}/${contoso}/v2.0` })

export const effects = {
  ...claimEffects,
  ...leaverEffects,
  ...pageEffects,
  ...scimEffects,
  async host({ serve }) {
    const addresses = Object.values(networkInterfaces()).flatMap(all => all ?? [])
    const host = addresses.some(({ address }) => address === '::1') ? '::1' : '127.0.0.2'
    const { port } = new URL((await serve(host)).visage.origin)
    const at = host.includes(':') ? `[${host}]` : host
    assert.equal((await fetch(`http://${at}:${port}/healthz`)).status, 200)
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
  },
  async port({ serve }) {
    const port = String(await findFreePort())
    assert.equal(new URL((await serve(port)).visage.origin).port, port)
  },
  async data({ serve, cwd }) {
    await serve('elsewhere')
    assert.deepEqual(
      [existsSync(join(cwd, 'elsewhere/visage.sqlite')), existsSync(join(cwd, 'data'))],
      [true, false],
    )
  },
  async database({ serve }, postgres) {
    const { get, metric } = await serve(await postgres.createDatabase())
    assert.equal((await get('/v1.0/me')).status, 200)
    assert.ok(Number(await metric('visage_database_connections')) > 0)
  },
  async databaseConnections({ serve }, postgres) {
    const database = await postgres.createDatabase()
    const few = await serve('2', { database })
    const many = await serve('20', { database })
    const open = async ({ get, metric }: Stand) => {
      await Promise.all(Array.from({ length: 40 }, () => get('/v1.0/me')))
      return Number(await metric('visage_database_connections'))
    }
    await until(async () => {
      assert.ok((await open(few)) <= 2)
      return (await open(many)) > 2
    })
  },
  async packs({ serve }) {
    await using s3 = await startS3InMemory()
    const { put } = await serve(s3.address, { env: s3.env })
    assert.equal((await put(smallPicture)).status, 200)
    assert.match(s3.keys().join(), /^visage\/.*\.jpg/)
  },
  async packCache({ serve }) {
    await using s3 = await startS3InMemory()
    const cached = async (text: string) => {
      const { put, get, metric } = await serve(text, { packs: s3.address, env: s3.env })
      await put(smallPicture)
      assert.equal((await get(photo)).status, 200)
      return await metric('visage_pack_cache_bytes')
    }
    assert.ok(Number(await cached('1000000')) > 0)
    assert.equal(await cached('0'), undefined)
  },
  async packCacheFolder({ serve, cwd }) {
    await using s3 = await startS3InMemory()
    const others = { packs: s3.address, packCache: '0', env: s3.env }
    const { put, get, metric } = await serve('cache', others)
    await put(smallPicture)
    await until(async () => {
      assert.equal((await get(photo)).status, 200)
      return Number(await metric('visage_pack_cache_folder_hits_total')) > 0
    })
    assert.equal((await filesIn(join(cwd, 'cache'))).length, 1)
  },
  /** Pictures larger than a sixteenth of it are not kept. */
  async packCacheFolderSize({ serve, cwd }) {
    await using s3 = await startS3InMemory()
    const others = { packs: s3.address, packCache: '0', packCacheFolder: 'cache', env: s3.env }
    const keptWith = async (text: string) => {
      const { put, get } = await serve(text, others)
      await put(smallPicture)
      return async () => {
        for (const path of [photo, '/v1.0/me/photos/48x48/$value']) {
          assert.equal((await get(path)).status, 200)
        }
        return (await filesIn(join(cwd, 'cache'))).length
      }
    }
    const few = await keptWith('65536')
    await until(async () => (await few()) > 0)
    for (let round = 0; round < 5; round += 1) assert.equal(await few(), 1)
    const many = await keptWith('16777216')
    await until(async () => (await many()) === 2)
  },
  async workers({ serve }) {
    const { line } = await serve('2')
    const { pids, workers } = await line('listening')
    assert.equal(workers, 2)
    assert.equal((pids as number[]).length, 2)
    for (const pid of pids as number[]) assert.ok(process.kill(pid, 0))
  },
  async baseUrl({ serve }) {
    const port = String(await findFreePort())
    const { headersFor } = await serve('https://photos.example/graph', { port })
    const me = await fetch(`http://127.0.0.1:${port}/v1.0/me`, { headers: headersFor() })
    assert.match(await me.text(), /"https:\/\/photos\.example\/graph\/v1\.0\/\$metadata#users/)
  },
  tlsCert: ({ serve, cwd }) => servesTls(cwd, () => serve('a.pem', { tlsKey: 'a.key' })),
  tlsKey: ({ serve, cwd }) => servesTls(cwd, () => serve('a.key', { tlsCert: 'a.pem' })),
  async cloud({ serve }) {
    const { get } = await serve('usgov', { tenants: contoso })
    assert.equal((await get('/v1.0/me', entraUser('login.microsoftonline.us'))).status, 200)
    assert.equal((await get('/v1.0/me', entraUser('login.microsoftonline.com'))).status, 401)
  },
  async tenants({ serve }) {
    const status = async (tenants: string) => {
      const { get } = await serve(tenants, { cloud: 'global' })
      return (await get('/v1.0/me', entraUser('login.microsoftonline.com'))).status
    }
    assert.deepEqual([await status(contoso), await status(fabrikam)], [200, 401])
    assert.equal(await status('any'), 200)
  },
  async b2cTenants({ serve }) {
    const { get, put } = await serve(`${fabrikam}=fabrikam.b2clogin.com/B2C_1_sign_in`, entra)
    const claims = b2cUser(Date.now())
    assert.equal((await get('/v1.0/me', claims)).status, 200)
    const refused = await put(smallPicture, 'image/jpeg', claims)
    assert.deepEqual([refused.status, /B2C/.test(await refused.text())], [403, true])
  },
  async personalAccounts({ serve }) {
    const status = async (text: string) =>
      (await (await serve(text, entra)).get('/v1.0/me', personalUser(Date.now()))).status
    assert.deepEqual([await status('true'), await status('false')], [200, 401])
  },
  async issuer({ serve, issuer }) {
    const iss = `${issuer.origin}/staff`
    const { get } = await serve(iss)
    const claims = v2User(Date.now(), { iss, tid: undefined })
    assert.equal((await get('/v1.0/me', claims)).status, 200)
    assert.equal((await get('/v1.0/me')).status, 401)
  },
  async issuerTenant({ serve, issuer }) {
    const { put, line } = await serve('staff')
    const claims = v2User(Date.now(), { iss: issOf(issuer), tid: undefined })
    assert.equal((await put(smallPicture, 'image/jpeg', claims)).status, 200)
    assert.equal((await line('photo-changed')).tenantId, 'staff')
  },
  async audience({ serve, issuer }) {
    const { get } = await serve('api://photos, other')
    const status = async (aud: string) =>
      (await get('/v1.0/me', v2User(Date.now(), { iss: issOf(issuer), aud }))).status
    assert.deepEqual([await status('api://photos'), await status('other')], [200, 200])
    assert.equal(await status(ourAudience), 401)
  },
  async strictContentType({ serve }) {
    const status = async (text: string) =>
      (await (await serve(text)).put(smallPicture, 'image/png')).status
    assert.deepEqual([await status('true'), await status('false')], [415, 200])
  },
  async readOnly({ serve }) {
    const { get, put } = await serve('true')
    assert.equal((await get('/v1.0/me')).status, 200)
    assert.equal((await put(smallPicture)).status, 503)
  },
  async throttle({ serve }) {
    const { get } = await serve('requests=2/600s')
    const statuses = [await get(photo), await get(photo), await get(photo)]
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [404, 404, 429],
    )
  },
  async maxPixels({ serve }) {
    const { put } = await serve('89999')
    assert.match(await (await put(smallPicture)).text(), /at most 89999/)
    const smaller = await portraitJpeg({ width: 299, height: 300, seed: 1 })
    assert.equal((await put(smaller)).status, 200)
  },
  async renderers({ serve }) {
    const one = await serve('1', { renderQueue: '0' })
    await until(async () => (await volley(one)).includes(503))
    const many = await serve('16', { renderQueue: '0' })
    assert.deepEqual(new Set(await volley(many)), new Set([200]))
  },
  async renderQueue({ serve }) {
    const none = await serve('0', { renderers: '1' })
    await until(async () => (await volley(none)).includes(503))
    const long = await serve('64', { renderers: '1' })
    assert.deepEqual(new Set(await volley(long)), new Set([200]))
  },
  /** A stopped renderer takes too long with any picture. */
  async renderTimeout({ serve }) {
    const { visage, put, metric } = await serve('1', { renderers: '1' })
    await until(async () => (await metric('visage_renderers')) === 1)
    for (const pid of childrenOf(visage.pid)) process.kill(pid, 'SIGSTOP')
    const refused = await put(smallPicture)
    assert.deepEqual([refused.status, /too long/.test(await refused.text())], [400, true])
  },
  async decodeMemory({ serve }) {
    const picture = await portraitWebp({ width: 2000, height: 2000 })
    const status = async (text: string) => (await (await serve(text)).put(picture)).status
    assert.deepEqual([await status('16777216'), await status('33554432')], [400, 200])
  },
  async uploadMemory({ serve }) {
    const bytes = 3 * 1024 * 1024
    const second = async (text: string) => {
      const { put, putHalf, metric } = await serve(text)
      const first = await putHalf(bytes)
      await until(async () => Number(await metric('visage_request_body_bytes')) >= bytes - 1)
      const { status } = await put(new Uint8Array(bytes))
      first.drop()
      return status
    }
    assert.equal(await second('4194304'), 503)
    assert.equal(await second('8388608'), 415)
  },
  async stallTimeout({ serve }) {
    const { putHalf } = await serve('1')
    const { status } = await putHalf(1000)
    assert.equal(await status, 408)
  },
  async connectionRequests({ serve }) {
    assert.deepEqual(await closings(await serve('3'), 6), [false, false, true, false, false, true])
    assert.deepEqual(await closings(await serve('0'), 4), [false, false, false, false])
  },
  async connectionAge({ serve }) {
    const { agent, isLast, asked } = connectionTo(await serve('1'))
    await until(isLast)
    // By its age, not by the number of its requests.
    assert.ok(asked() < 1000)
    agent.destroy()
  },
  async sweepEvery({ serve }) {
    const { metric } = await serve('1')
    await until(async () => Number(await metric('visage_sweeps_total')) > 1)
  },
  /** It takes hours, so with a clock of the test. */
  async sweepGrace({ issuer, cwd }) {
    const texts = { issuer: issOf(issuer), audience: ourAudience, port: '0', sweepGrace: '7200' }
    const config = readConfig({ ...texts, data: join(cwd, 'data') }, {})
    let aheadMs = 0
    let sweeps = 0
    const server = await startServer({
      ...config,
      limits: { ...config.limits, sweepEveryMs: 20 },
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [{ swept: () => (sweeps += 1) }],
      write: () => {},
      now: () => Date.now() + aheadMs,
      elapsed: () => performance.now() + aheadMs,
    })
    const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss: issOf(issuer) }))}`
    const packsAfter = async (ms: number) => {
      aheadMs = ms
      const from = sweeps
      await until(() => sweeps >= from + 3)
      const files = await readdir(join(cwd, 'data/packs'), { recursive: true })
      return files.filter(name => name.endsWith('.jpg')).length
    }
    try {
      for (const seed of [1, 2]) {
        const body = Uint8Array.from(await portraitJpeg({ width: 300, height: 300, seed }))
        await fetch(`${server.origin}${photo}`, { method: 'PUT', headers: { authorization }, body })
      }
      assert.equal(await packsAfter(7_100_000), 2)
      assert.equal(await packsAfter(7_300_000), 1)
    } finally {
      await server.close()
    }
  },
  async logLevel({ serve }) {
    const { get, line } = await serve('debug')
    await get('/v1.0/me')
    assert.equal((await line('answered')).status, 200)
  },
  async metrics({ serve }) {
    const { line, metric } = await serve('127.0.0.1:0')
    assert.match(String((await line('listening')).metrics), /^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
    assert.equal(await metric('visage_processes'), 1)
  },
  async drain({ serve }) {
    const { visage } = await serve('3600')
    visage.send('SIGTERM')
    await until(async () => (await fetch(`${visage.origin}/readyz`)).status === 503)
    const { status } = await fetch(`${visage.origin}/healthz`)
    assert.equal(status, 200)
  },
} as const satisfies Record<SettingName, Effect>

/** Sends requests one after the other on one connection. Returns those after which it was closed. */
async function closings(stand: Stand, count: number): Promise<boolean[]> {
  const { agent, isLast } = connectionTo(stand)
  const closed: boolean[] = []
  for (let number = 0; number < count; number += 1) closed.push(await isLast())
  agent.destroy()
  return closed
}

/** `isLast` sends a request, and returns whether the server closes the connection after its answer. */
function connectionTo({ visage, headersFor }: Stand) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let asked = 0
  async function isLast(): Promise<boolean> {
    asked += 1
    const sent = get(`${visage.origin}/v1.0/me`, { agent, headers: headersFor() })
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    return response.headers.connection === 'close'
  }
  return { agent, isLast, asked: () => asked }
}

/** The pictures in a cache folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries.filter(entry => entry.isFile()).map(({ name }) => name)
  return names.filter(name => name !== 'CACHEDIR.TAG')
}

async function servesTls(cwd: string, serve: () => Promise<Stand>): Promise<void> {
  const { cert, key } = await certificateFor(['localhost'])
  await writeFile(join(cwd, 'a.pem'), cert)
  await writeFile(join(cwd, 'a.key'), key)
  const { visage } = await serve()
  const status = await new Promise((resolve, reject) => {
    const asked = getByHttps(`${visage.origin}/healthz`, { ca: cert }, response =>
      resolve(response.resume().statusCode),
    )
    asked.on('error', reject)
  })
  assert.equal(status, 200)
}

/** Uploads at the same time, each long enough to overlap with another one. */
async function volley({ put }: Stand): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => put(largePicture)))
  return answers.map(({ status }) => status)
}

const largePicture = await portraitJpeg({ width: 2000, height: 2000, seed: 4 })

/** `visage serve`: wrong settings are refused by name, right ones serve photos to an issuer's people. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { WriteLine } from '../../src/events.ts'
import type { Gauges } from '../../src/monitoring/instruments.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { runHere } from '../support/command.ts'
import { dHash, distance, portraitJpeg } from '../support/pictures.ts'
import {
  alice,
  contoso,
  ourAudience,
  robot,
  startTestIssuer,
  type TestClaims,
  type TestIssuer,
  v2App,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, runVisage, startVisage } from '../support/visage.ts'

const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
const { version }: Readonly<{ version: string }> = JSON.parse(manifest)

const good = ['--issuer', 'https://id.example', '--audience', 'visage', '--port', '0']

/** Each row: what is wrong, flags, environment, and what standard error must contain. */
const wrong: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] = [
  ['no issuer', [], {}, /VISAGE_CLOUD \(--cloud\) or VISAGE_ISSUER \(--issuer\) is missing/],
  ['no audience', ['--issuer', 'https://id.example'], {}, /VISAGE_AUDIENCE \(--audience\)/],
  [
    'no tenants',
    ['--cloud', 'global', '--audience', 'a'],
    {},
    /VISAGE_TENANTS \(--tenants\) is missing/,
  ],
  [
    'a flag that contradicts the environment',
    ['--cloud', 'usgov'],
    { VISAGE_ISSUER: 'https://id.example' },
    /VISAGE_CLOUD \(--cloud\) and VISAGE_ISSUER \(--issuer\): set one/,
  ],
  ['a misspelt variable', good, { VISAGE_TENNANTS: 'any' }, /VISAGE_TENNANTS: there is no such/],
  ['a bad port', [...good, '--port', 'x'], {}, /VISAGE_PORT \(--port\): 'x'/],
  ['a bad port in the environment', good.slice(0, 4), { VISAGE_PORT: '1e3' }, /VISAGE_PORT.*'1e3'/],
  [
    'a certificate that cannot be read',
    [...good, '--tls-cert', 'no.pem', '--tls-key', 'no.key'],
    {},
    /VISAGE_TLS_CERT \(--tls-cert\): no\.pem cannot be read/,
  ],
  [
    'a certificate that is none',
    [...good, '--tls-cert', 'text', '--tls-key', 'text'],
    {},
    /VISAGE_TLS_CERT \(--tls-cert\).*PEM/,
  ],
  [
    'an address that is not ours',
    [...good, '--host', '192.0.2.1'],
    {},
    /--host: this machine has no address 192\.0\.2\.1/,
  ],
]

describe('visage serve refuses', () => {
  for (const [what, flags, env, pattern] of wrong) {
    test(`${what}, and names it`, () =>
      inFolder(async cwd => {
        await writeFile(join(cwd, 'text'), 'no certificate')
        const { code, stdout, stderr } = await runHere(['serve', ...flags], { cwd, env })
        assert.deepEqual([code, stdout], [2, ''])
        assert.match(stderr, pattern)
        assert.equal(stderr.trimEnd().split('\n').length, 1)
      }))
  }

  test('a taken port, with advice to choose another', () =>
    inFolder(async cwd => {
      const other = createServer().listen(0, '127.0.0.1')
      await once(other, 'listening')
      const address = other.address()
      const port = typeof address === 'object' ? String(address?.port) : ''
      const { code, stderr } = await runVisage(['serve', ...good, '--port', port], { cwd })
      other.close()
      assert.equal(code, 2)
      assert.match(stderr, RegExp(`Port ${port} is taken.*--port or VISAGE_PORT`))
    }))
})

describe('visage serve', () => {
  let issuer: TestIssuer
  before(async () => {
    issuer = await startTestIssuer()
  })
  after(() => issuer[Symbol.asyncDispose]())

  const iss = () => `${issuer.origin}/${contoso}/v2.0`
  const userToken = (nowMs = Date.now(), claims: TestClaims = {}) =>
    issuer.sign(v2User(nowMs, { iss: iss(), ...claims }))

  test('serves photos to people of its issuer, by environment and flags', () =>
    inFolder(async cwd => {
      const env = {
        VISAGE_ISSUER: iss(),
        VISAGE_ISSUER_PRESET: 'entra',
        VISAGE_AUDIENCE: ourAudience,
        VISAGE_PORT: '1',
      }
      const args = ['serve', '--port', '0', '--data', 'kept', '--strict-content-type']
      const visage = await startVisage(args, { cwd, env })
      const picture = await portraitJpeg({ width: 300, height: 300, seed: 81 })
      const me = `${visage.origin}/v1.0/me/photo/$value`
      const token = userToken()
      assert.equal((await put(me, token, picture, 'image/png')).status, 415)
      assert.equal((await put(me, token, picture)).status, 200)

      // The signed-in person is in the directory now, and an application finds them there.
      const app = issuer.sign(v2App(Date.now(), { iss: iss(), oid: robot }))
      const photo = await get(`${visage.origin}/v1.0/users/${alice}/photo/$value`, app)
      assert.equal(photo.status, 200)
      assert.ok(distance(await dHash(await photo.bytes()), await dHash(picture)) <= 4)

      assert.equal((await get(me, userToken(Date.now(), { aud: 'another' }))).status, 401)
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      assert.equal(visage.stdout(), '')
      const lines = visage.stderr().trim().split('\n')
      const events = lines.map(line => (JSON.parse(line) as { event: string }).event)
      assert.deepEqual(events, ['listening', 'photo-changed', 'ending', 'ended'])
      assert.deepEqual(pick(JSON.parse(lines[0] ?? ''), 'severity', 'event', 'version', 'trust'), {
        severity: 'info',
        event: 'listening',
        version,
        trust: iss(),
      })
    }))

  test('gives no tokens: it has none of the addresses of the development issuer', () =>
    inServer(async origin => {
      const asApp = 'grant_type=client_credentials&client_id=x&client_secret=y'
      const addresses = [
        ['POST', `/${contoso}/oauth2/v2.0/token`],
        ['POST', '/common/oauth2/token'],
        ['POST', '/common/oauth2/v2.0/devicecode'],
        ['GET', '/common/oauth2/v2.0/authorize'],
        ['GET', '/common/userrealm/x'],
        ['GET', `/${contoso}/v2.0/.well-known/openid-configuration`],
        ['GET', '/common/discovery/v2.0/keys'],
        ['POST', '/_visage/token'],
        ['POST', '/_visage/reset'],
        ['GET', '/_visage/requests'],
        ['GET', '/_visage/requests?follow'],
        ['GET', '/_visage/faults'],
        ['GET', '/_visage/choices'],
      ] as const
      for (const [method, path] of addresses) {
        const form = { 'content-type': 'application/x-www-form-urlencoded' }
        const init = method === 'POST' ? { method, headers: form, body: asApp } : {}
        const answer = await fetch(`${origin}${path}`, init)
        const { error } = (await answer.json()) as { error: { code: string } }
        assert.deepEqual([answer.status, error.code], [400, 'BadRequest'], path)
      }
    }))

  test('answers 503 with Retry-After, and not 401, while the keys of the issuer cannot be fetched', () =>
    inServer(async (origin, clock) => {
      issuer.misbehave('status-500')
      const refused = await get(`${origin}/v1.0/me`, userToken())
      assert.equal(refused.status, 503)
      assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      const { error } = (await refused.json()) as { error: { code: string } }
      assert.equal(error.code, 'ServiceUnavailable')

      issuer.misbehave(undefined)
      clock.advance(60_000)
      assert.equal((await get(`${origin}/v1.0/me`, userToken(clock.now()))).status, 200)
    }))

  test('starts without its issuer, shows it in log, metrics and readiness, and is still ready', async () => {
    issuer.misbehave('status-500')
    await inServer(async (origin, clock, lines) => {
      const readiness = async () => {
        const response = await fetch(`${origin}/readyz`)
        const { parts } = (await response.json()) as { parts: Record<string, string> }
        return [response.status, parts.issuer]
      }
      while (lines.length === 0) await delay(5)
      const [severity, line] = lines[0] ?? []
      assert.deepEqual([severity, line?.event], ['warning', 'issuer-unavailable'])
      assert.match(JSON.stringify(line), /\.well-known\/openid-configuration answered 500/)
      assert.deepEqual(await readiness(), [200, 'unavailable'])
      assert.equal(lastGauges?.unavailableIssuers(), 1)

      issuer.misbehave(undefined)
      clock.advance(60_000)
      assert.equal((await get(`${origin}/v1.0/me`, userToken(clock.now()))).status, 200)
      assert.equal(lines.at(-1)?.[1].event, 'issuer-available')
      assert.equal(lastGauges?.unavailableIssuers(), 0)
      // A result of readiness is reused for a second.
      while ((await readiness())[1] !== 'ok') await delay(20)
    })
  })

  test('refuses a token of another issuer with the expected one, and mentions an extra slash', () =>
    inServer(async origin => {
      const saysOf = async (other: string) => {
        const token = issuer.sign(v2User(Date.now(), { iss: other }))
        const { error } = (await (await get(`${origin}/v1.0/me`, token)).json()) as {
          error: { message: string }
        }
        return error.message
      }
      const expected = `Expected issuer: ${iss()}.`
      assert.ok((await saysOf('https://id.example')).endsWith(expected))
      assert.match(await saysOf(`${iss()}/`), /It has a slash at the end that the expected issuer/)
    }))

  test('picks up rotated keys, and then no longer believes the old ones', () =>
    inServer(async (origin, clock) => {
      const me = async (token: string) => (await get(`${origin}/v1.0/me`, token)).status
      assert.equal(await me(userToken(clock.now())), 200)
      // Signed with the old key, and not in the cache.
      const unseen = userToken(clock.now(), { uti: 'unseen' })
      issuer.rotateKeys()
      clock.advance(60_000)
      assert.equal(await me(userToken(clock.now())), 200)
      assert.equal(await me(unseen), 401)
    }))

  test('ends at once also while it looks through more packs than anybody waits for', async () => {
    const listed = Promise.withResolvers<void>()
    async function* list() {
      for (let number = 0; ; number += 1) {
        yield { key: number.toString(16).padStart(32, '0'), bytes: 1, writtenAtMs: 0 }
        listed.resolve()
        await delay(1)
      }
    }
    const config = readConfig({ issuer: iss(), audience: ourAudience, port: '0' }, {})
    const lines: unknown[] = []
    const server = await startServer({
      ...config,
      data: undefined,
      limits: { ...config.limits, sweepEveryMs: 20 },
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [{ aroundPacks: packs => ({ ...packs, list }) }],
      write: (...line) => lines.push(line),
    })
    await listed.promise
    const ended = server.close().then(() => 'ended')
    assert.equal(
      await Promise.race([ended, delay(60_000, 'still looking', { ref: false })]),
      'ended',
    )
    assert.deepEqual(lines, [])
  })

  test('removes photos from memory that no owner has, also where another process sweeps', async () => {
    const config = readConfig({ issuer: iss(), audience: ourAudience, port: '0' }, {})
    const forgotten = Promise.withResolvers<string>()
    const gone = 'f'.repeat(32)
    let lists = 0
    const server = await startServer({
      ...config,
      data: undefined,
      limits: { ...config.limits, sweepEveryMs: 20, sweeps: 'memory' },
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [
        {
          aroundPacks: packs => ({
            ...packs,
            async *cachedKeys() {
              yield gone
            },
            forget: async key => forgotten.resolve(key),
            list() {
              lists += 1
              return packs.list()
            },
          }),
        },
      ],
      write: () => {},
    })
    assert.equal(await forgotten.promise, gone)
    await delay(100)
    await server.close()
    assert.equal(lists, 0)
  })

  type Line = Parameters<WriteLine>
  let lastGauges: Gauges | undefined
  type Clock = Readonly<{ now: () => number; advance: (ms: number) => void }>

  /** In this process, with a clock of the test: it decides when keys are fetched again. */
  async function inServer(
    work: (origin: string, clock: Clock, lines: Line[]) => Promise<void>,
  ): Promise<void> {
    let ahead = 0
    const lines: Line[] = []
    const now = () => Date.now() + ahead
    const config = readConfig({ issuer: iss(), audience: ourAudience, port: '0' }, {})
    const server = await startServer({
      ...config,
      data: undefined,
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [{ observe: gauges => (lastGauges = gauges) }],
      write: (...line) => lines.push(line),
      now,
      elapsed: () => performance.now() + ahead,
    })
    try {
      await work(server.origin, { now, advance: ms => (ahead += ms) }, lines)
    } finally {
      issuer.misbehave(undefined)
      await server.close()
    }
  }
})

async function get(url: string, token: string): Promise<Response> {
  return await fetch(url, { headers: { authorization: `Bearer ${token}` } })
}

async function put(
  url: string,
  token: string,
  picture: Uint8Array,
  type = 'image/jpeg',
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  return await fetch(url, { method: 'PUT', headers, body: Uint8Array.from(picture) })
}

function pick(value: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map(name => [name, value[name]]))
}

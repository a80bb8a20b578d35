/**
 * A whole server: it listens before it opens its stores, and its sweep removes a pack after the grace time, not before.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { drawNumber, readNumber } from '../reliability/numbered-picture.ts'
import { bytesOf, keyOf, listOf } from '../suites/packs.ts'
import { contoso, ourAudience, startTestIssuer, v2User } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'

const graceMs = 3_600_000

test('a taken port is reported before a store is created', () =>
  inFolder(async folder => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const data = join(folder, 'data')
    const texts = { issuer: 'https://id.example', audience: ourAudience, port: `${port}`, data }
    const config = readConfig({ ...texts, host: '127.0.0.1' }, {})
    const identity = () => ({ trust: config.trust, fetch })
    const starting = startServer({ ...config, identity, write: () => {} })
    await assert.rejects(starting, { code: 'EADDRINUSE' })
    assert.equal(existsSync(data), false)
    other.close()
  }))

test('a server sweeps replaced packs and orphans after the grace time, not before', () =>
  inFolder(async data => {
    await using issuer = await startTestIssuer()
    const iss = `${issuer.origin}/${contoso}/v2.0`
    const config = readConfig({ issuer: iss, audience: ourAudience, port: '0', data }, {})
    let aheadMs = 0
    let sweeps = 0
    const server = await startServer({
      ...config,
      limits: { ...config.limits, sweepEveryMs: 20, sweepGraceMs: graceMs },
      identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
      instruments: [
        {
          swept() {
            sweeps += 1
          },
        },
      ],
      write: () => {},
      now: () => Date.now() + aheadMs,
      elapsed: () => performance.now() + aheadMs,
    })
    const severalSweeps = async () => {
      for (const from = sweeps; sweeps < from + 3; ) await delay(5)
    }
    const packs = async () =>
      (await readdir(join(data, 'packs'), { recursive: true })).filter(name => /\.jpg$/.test(name))
    const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
    const set = async (number: number) => {
      const body = Uint8Array.from(await drawNumber(number))
      const url = `${server.origin}/v1.0/me/photo/$value`
      const { status } = await fetch(url, { method: 'PUT', headers: { authorization }, body })
      assert.equal(status, 200)
    }
    try {
      await set(1)
      await set(2)
      const orphan = keyOf('of an upload that is still under way, or was killed')
      await (await openDiskPacks(join(data, 'packs'))).write(orphan, bytesOf(orphan, 100))
      await severalSweeps()
      aheadMs = graceMs - 60_000
      await severalSweeps()
      assert.equal((await packs()).length, 3)
      aheadMs = graceMs + 60_000
      await severalSweeps()
      assert.equal((await packs()).length, 1)
    } finally {
      await server.close()
    }
  }))

test('in memory a replaced pack is removed when the answer that reads it has ended', async () => {
  await using issuer = await startTestIssuer()
  const iss = `${issuer.origin}/${contoso}/v2.0`
  const config = readConfig({ issuer: iss, audience: ourAudience, port: '0', data: '-' }, {})
  const isRead = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const server = await startServer({
    ...config,
    data: undefined,
    limits: { ...config.limits, sweepEveryMs: 0 },
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [
      {
        aroundPacks: packs => ({
          ...packs,
          async read(...range) {
            isRead.resolve()
            await goOn.promise
            return await packs.read(...range)
          },
        }),
      },
    ],
    write: () => {},
  })
  const url = `${server.origin}/v1.0/me/photo/$value`
  const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
  const set = async (number: number) => {
    const body = Uint8Array.from(await drawNumber(number))
    const { status } = await fetch(url, { method: 'PUT', headers: { authorization }, body })
    assert.equal(status, 200)
  }
  const packs = async () => (await listOf(server.parts.packs)).length
  try {
    await set(1)
    const reading = fetch(url, { headers: { authorization } })
    await isRead.promise
    for (let number = 2; number < 6; number++) await set(number)
    assert.ok((await packs()) >= 2)
    goOn.resolve()
    const answer = await reading
    assert.equal(answer.status, 200)
    const bytes = Buffer.from(await answer.arrayBuffer())
    assert.equal(await readNumber(bytes), 1)
    while ((await packs()) > 1) await delay(5)
  } finally {
    goOn.resolve()
    await server.close()
  }
})

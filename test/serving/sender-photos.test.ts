/** Photos over SCIM in a whole server: counted and logged, old packs gone, and bodies as large as they need. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { maxUploadBytes } from '../../src/call.ts'
import { certificateFor } from '../../src/dev/certificate.ts'
import { changePhotoUpdateSettings } from '../../src/directory/photo-update-settings.ts'
import { createMetrics } from '../../src/monitoring/metrics.ts'
import { createToken } from '../../src/scim/tokens.ts'
import { openSenderPhotos } from '../../src/serving/sender-photos.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { listOf } from '../suites/packs.ts'
import { parseExposition } from '../support/exposition.ts'
import { dataUrl, portraitJpeg } from '../support/pictures.ts'
import { ourAudience, startTestIssuer } from '../support/test-issuer.ts'

type Texts = Readonly<{ scimPhotos?: string }>

/** In memory, with a sender of the tenant `default`. */
async function withSender(
  texts: Texts,
  work: (stand: Awaited<ReturnType<typeof start>>) => Promise<void>,
) {
  await using issuer = await startTestIssuer()
  const stand = await start(issuer, texts)
  try {
    await work(stand)
  } finally {
    await stand.server.close()
  }
}

async function start(issuer: Awaited<ReturnType<typeof startTestIssuer>>, texts: Texts) {
  const config = readConfig(
    { issuer: issuer.origin, audience: ourAudience, port: '0', ...texts },
    {},
  )
  const { registry, instruments } = createMetrics('1.2.3')
  const lines: Readonly<Record<string, unknown>>[] = []
  const server = await startServer({
    ...config,
    data: undefined,
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [instruments],
    write: (_, fields) => lines.push(fields),
  })
  const order = { tenantId: 'default', name: 'entra', expiresAt: null }
  const { token } = await createToken(server.parts.database, order, Date.now())
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  const send = (method: string, path: string, body?: object) =>
    fetch(`${server.origin}/scim/v2${path}`, {
      method,
      headers,
      body: JSON.stringify(body) ?? null,
    })
  const outcomes = async () => {
    const { samples = [] } =
      parseExposition(await registry.metrics()).get('visage_scim_photos_total') ?? {}
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.outcome, value]))
  }
  return { server, lines, send, outcomes }
}

test('a photo that is replaced over SCIM leaves the memory; outcomes are counted and changes logged', () =>
  withSender({}, async ({ server: { parts }, lines, send, outcomes }) => {
    await changePhotoUpdateSettings(parts.database, 'default', { source: 'onPremises' })
    const person = (seed: number, value?: string) => async () => ({
      userName: 'anna@scim.example',
      photos: [{ value: value ?? String(dataUrl(await portraitJpeg({ seed }))) }],
    })
    const created = await send('POST', '/Users', await person(1)())
    const { id } = (await created.json()) as { id: string }
    for (const next of [
      person(2),
      person(2),
      person(3, 'data:image/png;base64,AAAA'),
      person(4, 'x'),
    ]) {
      assert.equal((await send('PUT', `/Users/${id}`, await next())).status, 200)
    }
    assert.deepEqual(await outcomes(), { set: 2, unchanged: 1, refused: 1, ignored: 1 })
    const changes = lines.filter(({ event }) => event === 'photo-changed')
    assert.deepEqual(
      changes.map(({ ownerId, appId, operation }) => [ownerId, appId, operation]),
      [
        [id, 'scim:entra', 'scimCreateUser'],
        [id, 'scim:entra', 'scimReplaceUser'],
      ],
    )
    const refused = lines.filter(({ event }) => event === 'photo-not-taken')
    assert.deepEqual(
      refused.map(({ userId, outcome }) => [userId, outcome]),
      [[id, 'refused']],
    )
    while ((await listOf(parts.packs)).length > 1) await delay(5)
  }))

for (const [scimPhotos, megabytes] of [
  ['true', 6],
  ['false', 1],
] as const) {
  test(`a body may have ${megabytes} MB where VISAGE_SCIM_PHOTOS is ${scimPhotos}`, () =>
    withSender({ scimPhotos }, async ({ send, outcomes }) => {
      const config = await (await send('GET', '/ServiceProviderConfig')).json()
      const { bulk } = config as { bulk: { maxPayloadSize: number } }
      assert.equal(bulk.maxPayloadSize, megabytes * 1024 * 1024)
      const schemas = await (await send('GET', '/Schemas')).text()
      assert.equal(schemas.includes('"photos"'), scimPhotos === 'true')
      const create = (userName: string, length: number) =>
        send('POST', '/Users', { userName, ignored: 'x'.repeat(length) })
      const limit = megabytes * 1024 * 1024
      assert.equal((await create('a@scim.example', limit - 100)).status, 201)
      assert.equal((await create('b@scim.example', limit)).status, 413)
      const photos = [{ value: String(dataUrl(await portraitJpeg())) }]
      assert.equal(
        (await send('POST', '/Users', { userName: 'c@scim.example', photos })).status,
        201,
      )
      assert.deepEqual(await outcomes(), scimPhotos === 'true' ? { set: 1 } : {})
    }))
}

test('photos are fetched from a listed host, up to 4 MB, four at a time', async () => {
  const { cert, key } = await certificateFor(['photos.example'])
  const server = createServer({ cert, key }, ({ url = '' }, response) => {
    const type = url === '/page' ? 'text/html' : 'image/png'
    const length = url === '/large' ? maxUploadBytes + 1 : maxUploadBytes
    response.writeHead(200, { 'content-type': type }).end(Buffer.alloc(length))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `photos.example:${(server.address() as AddressInfo).port}`
  const photos = openSenderPhotos(new Set([host]), undefined, {
    resolve: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    allows: address => address === '127.0.0.1',
    ca: cert,
  })
  const signal = new AbortController().signal
  const fetched = async (address: string) => {
    const got = await photos.fetch(address, signal)
    return 'bytes' in got ? got.bytes.length : got.why
  }
  try {
    assert.equal(await fetched(`https://${host}/photo`), maxUploadBytes)
    assert.equal(await fetched(`https://${host}/large`), 'answer-refused')
    assert.equal(await fetched(`https://${host}/page`), 'answer-refused')
    assert.equal(await fetched('https://other.example/photo'), 'address-not-listed')
    const begun: (() => void)[] = []
    const work = () => new Promise<void>(resolve => begun.push(resolve))
    const all = Array.from({ length: 6 }, () => photos.inTurn(work, signal))
    await delay(0)
    assert.equal(begun.length, 4)
    while (begun.length > 0) {
      begun.shift()?.()
      await delay(0)
    }
    await Promise.all(all)
  } finally {
    await once(server.close(), 'close')
  }
})

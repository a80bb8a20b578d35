/**
 * Tests of reads past the official client: what a store says to each request, and which of the two
 * sent it. Only the official client sends `amz-sdk-request`.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { S3Location } from '../../src/storage/location.ts'
import { openS3Packs } from '../../src/storage/s3.ts'
import { bytesOf, isUnavailable, keyOf } from '../suites/packs.ts'

const key = keyOf('direct')
const pack = bytesOf(key, 1000)
const range = pack.slice(100, 300)
const read = [key, 100, 200] as const
/** Longer than any test, in milliseconds. */
const never = 1_000_000

test('a read is one request past the official client', async t => {
  const { packs, asked } = await openStore(t, send)
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(Uint8Array.from((await packs.read(...read)) ?? []), range)
  }
  assert.deepEqual(asked, ['direct', 'direct', 'direct'])
})

test('a session token is sent and signed', async t => {
  let request: IncomingMessage | undefined
  const keep: Answer = (got, response) => {
    request = got
    send(got, response)
  }
  const { packs } = await openStore(t, keep, { sessionToken: 'of-the-session' })
  await packs.read(...read)
  assert.equal(request?.headers['x-amz-security-token'], 'of-the-session')
  assert.match(String(request?.headers.authorization), /;x-amz-security-token, /)
})

test('the address of an object is the same for both', async t => {
  const paths: (string | undefined)[] = []
  const keep: Answer = ({ url }, response) => {
    paths.push(url?.split('?')[0])
    refuse(response, 404, 'NoSuchKey')
  }
  const { packs } = await openStore(t, keep, {}, { prefix: "a-b/it's (1)!*/" })
  assert.equal(await packs.read(...read), undefined)
  assert.equal(paths.length, 2)
  assert.equal(paths[0], paths[1])
})

const faults: Readonly<Record<string, Answer>> = {
  'is told to slow down': (_, response) => refuse(response, 503, 'SlowDown'),
  'meets an internal error': (_, response) => refuse(response, 500, 'InternalError'),
  'is sent elsewhere': (_, response) => response.writeHead(307, { location: '/' }).end(),
  'loses its connection': (_, response) => response.destroy(),
  'gets half of the answer': (_, response) => {
    response.writeHead(206, { 'content-length': 200 }).write(range.slice(0, 50))
    response.socket?.end()
  },
  'gets the whole pack': (_, response) => response.end(pack),
  'gets fewer bytes': (_, response) =>
    response.writeHead(206, { 'content-length': 9 }).end('too short'),
  'gets no answer in time': () => {},
  'gets the rest too late': (_, response) => {
    response.writeHead(206, { 'content-length': 200 }).write(range.slice(0, 50))
  },
}

for (const [what, fault] of Object.entries(faults)) {
  test(`a read that ${what} is sent again by the official client`, async t => {
    let isFaulty = true
    const answer: Answer = (request, response) => {
      if (!isFaulty) return send(request, response)
      isFaulty = false
      fault(request, response)
    }
    const { packs, asked } = await openStore(
      t,
      answer,
      {},
      {},
      / time$| late$/.test(what) ? 300 : never,
    )
    assert.deepEqual(Uint8Array.from((await packs.read(...read)) ?? []), range)
    assert.deepEqual(asked.slice(0, 2), ['direct', 'official'])
    await packs.read(...read)
    assert.equal(asked.lastIndexOf('direct'), asked.length - 1)
  })
}

test('while a store fails, only the official client asks it', async t => {
  let isFaulty = true
  const { packs, asked } = await openStore(t, (request, response) => {
    if (isFaulty) refuse(response, 503, 'SlowDown')
    else send(request, response)
  })
  for (let round = 0; round < 2; round += 1)
    await assert.rejects(packs.read(...read), isUnavailable)
  assert.deepEqual(asked.slice(0, 2), ['direct', 'official'])
  assert.equal(asked.lastIndexOf('direct'), 0)
  isFaulty = false
  await packs.read(...read)
  await packs.read(...read)
  assert.deepEqual(asked.slice(-2), ['official', 'direct'])
})

test('a pack that is not there is absent, and no fault', async t => {
  const { packs, asked } = await openStore(t, (_, response) => refuse(response, 404, 'NoSuchKey'))
  assert.equal(await packs.read(...read), undefined)
  assert.equal(await packs.read(...read), undefined)
  assert.deepEqual(asked, ['direct', 'official', 'direct', 'official'])
})

test('a wrong clock is corrected by what the official client learns', async t => {
  const aheadMs = 3_600_000
  const { packs, asked } = await openStore(t, (request, response) => {
    response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString())
    const sent = String(request.headers['x-amz-date'])
    const iso = sent.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')
    const isNear = Math.abs(Date.parse(iso) - Date.now() - aheadMs) < aheadMs / 2
    if (isNear) send(request, response)
    else refuse(response, 403, 'RequestTimeTooSkewed')
  })
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(Uint8Array.from((await packs.read(...read)) ?? []), range)
  }
  assert.equal(asked.at(-1), 'direct')
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

function send({ headers }: IncomingMessage, response: ServerResponse): void {
  assert.equal(headers.range, 'bytes=100-299')
  response.writeHead(206, { 'content-length': 200 }).end(range)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
}

/** HEAD of the bucket succeeds. `asked`: who has sent each GET. */
async function openStore(
  t: TestContext,
  answer: Answer,
  keys: Readonly<{ sessionToken?: string }> = {},
  place: Partial<S3Location> = {},
  answerMs = never,
) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'HEAD') return void response.end()
    asked.push(request.headers['amz-sdk-request'] === undefined ? 'direct' : 'official')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const packs = await openS3Packs({
    location: {
      ...{ bucket: 'photos', prefix: '', endpoint: `http://127.0.0.1:${port}` },
      ...{ region: 'us-east-1', hasPathStyle: true, ...place },
    },
    credentials: { accessKeyId: 'a', secretAccessKey: 'b', ...keys },
    timeouts: { answerMs, stallMs: answerMs, readMs: never },
  })
  return { packs, asked }
}

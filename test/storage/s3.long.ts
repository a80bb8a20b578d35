/**
 * What is special about S3, against a real Ceph of three object daemons: a store that goes away, is slow,
 * or loses a daemon. Without Ceph's programs it says what it did not run.
 */
import assert from 'node:assert/strict'
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, mock, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { Failure } from '../../src/failure.ts'
import type { S3Location } from '../../src/storage/location.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { openS3Packs } from '../../src/storage/s3.ts'
import type { S3Options } from '../../src/storage/s3-store.ts'
import { buriedOf, bytesOf, describePacks, isUnavailable, keyOf, listOf } from '../suites/packs.ts'
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts'
import { type Swift, startSwift, whyNoSwift } from '../support/swift.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

test('packs on S3: nothing listens', async () => {
  const location = { ...here, endpoint: 'http://127.0.0.1:1' }
  const credentials = { accessKeyId: 'a', secretAccessKey: 'not-for-the-log' }
  const error: unknown = await openS3Packs({ location, credentials }).catch(reason => reason)
  assert.ok(error instanceof Failure && isUnavailable(error))
  assert.match(error.detail, /bucket photos: .*ECONNREFUSED/)
  assert.doesNotMatch(`${error.stack} ${error.cause}`, /not-for-the-log/)
})

test('packs on S3: what was read is let go of at once, not when its time is over', async t => {
  const bytes = bytesOf(keyOf('large'), 100_000)
  const packs = await openMockStore(t, ({ method }, response) => {
    response.statusCode = method === 'GET' ? 206 : 200
    response.end(method === 'GET' ? bytes : undefined)
  })
  const kept: WeakRef<Uint8Array>[] = []
  for (let round = 0; round < 10; round += 1) {
    kept.push(new WeakRef((await packs.read(keyOf('large'), 0, 100_000)) ?? bytes))
  }
  const isHeld = (ref: WeakRef<Uint8Array>) => ref.deref() !== undefined
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (const startMs = performance.now(); performance.now() - startMs < 3_000; await delay(50)) {
    collect()
    // A connection holds the first picture that it was made for.
    if (kept.filter(isHeld).length <= 1) return
  }
  assert.fail('pictures are held on to')
})

for (const { status, region, says } of [
  { status: 301, region: 'eu-west-1', says: /another region.* the region eu-west-1/ },
  { status: 400, region: 'eu-west-1', says: /refused .*the region eu-west-1/ },
  { status: 403, says: /keys are not accepted.*s3:ListBucket.*clock/ },
  { status: 404, says: /bucket does not exist/ },
  { status: 500, says: /answers 500/ },
]) {
  test(`packs on S3: a bucket that answers ${status} is refused in words for a person`, async t => {
    const opening = openMockStore(t, (_, response) => {
      response.writeHead(status, region ? { 'x-amz-bucket-region': region } : {}).end()
    })
    await assert.rejects(opening, hasDetail(says))
  })
}

test('packs on S3: a write that is told of another one under way has arrived when its bytes are there', async t => {
  const key = keyOf('conflict')
  const there = { bytes: bytesOf(key, 100), isThere: true }
  const packs = await openMockStore(t, ({ method }, response) => {
    if (method === 'HEAD') return void response.end()
    if (method === 'PUT') return void refuse(response, 409, 'ConditionalRequestConflict')
    if (!there.isThere) return void refuse(response, 404, 'NoSuchKey')
    response.writeHead(206).end(there.bytes)
  })
  await packs.write(key, bytesOf(key, 100))
  there.bytes = bytesOf(keyOf('other'), 100)
  await assert.rejects(
    packs.write(key, bytesOf(key, 100)),
    hasDetail(/stored with different bytes/),
  )
  there.isThere = false
  await assert.rejects(packs.write(key, bytesOf(key, 100)), hasDetail(/by another process/))
})

test('packs on S3: where conditional writes are refused, packs are written without, and that is found out once', async t => {
  const written: string[] = []
  const packs = await openMockStore(t, ({ method, headers }, response) => {
    if (method !== 'PUT') return void response.end()
    const isConditional = headers['if-none-match'] === '*'
    written.push(isConditional ? 'with condition' : 'without')
    if (isConditional) refuse(response, 501, 'NotImplemented')
    else response.end()
  })
  for (const name of ['first', 'second']) await packs.write(keyOf(name), bytesOf(keyOf(name), 10))
  assert.deepEqual(written, ['with condition', 'without', 'without'])
})

test('packs on S3: a pack that is gone already may be removed, whatever the store says then', async t => {
  const packs = await openMockStore(t, ({ method }, response) => {
    if (method === 'HEAD') return void response.end()
    refuse(response, 404, 'NoSuchKey')
  })
  await packs.remove(keyOf('gone'))
})

test("packs on S3: more or fewer bytes than were asked for are nobody's picture", async t => {
  const sent = { bytes: 1000 }
  const packs = await openMockStore(t, (_, response) => {
    response.end(Buffer.alloc(sent.bytes))
  })
  await assert.rejects(packs.read(keyOf('long'), 100, 10), hasDetail(/1000 bytes .* 10 at 100/))
  sent.bytes = 9
  await assert.rejects(packs.read(keyOf('short'), 100, 10), hasDetail(/9 bytes .* 10 at 100/))
})

test('packs on S3: the bucket is the first word of the host, or of the path', async t => {
  resolveTestNames()
  t.after(() => mock.restoreAll())
  const asked: string[] = []
  const port = await startMockStore(t, ({ method, headers: { host }, url }, response) => {
    asked.push(`${method} ${host?.split(':')[0]} ${url?.split('?')[0]}`)
    response.end()
  })
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  for (const hasPathStyle of [true, false]) {
    const location = { ...here, endpoint: `http://s3.visage.test:${port}`, hasPathStyle }
    const packs = await openS3Packs({ location, credentials })
    await packs.remove('0'.repeat(32))
  }
  const object = `/00/00/${'0'.repeat(32)}.jpg`
  assert.deepEqual(asked, [
    ...['HEAD s3.visage.test /photos/', `DELETE s3.visage.test /photos${object}`],
    ...['HEAD photos.s3.visage.test /', `DELETE photos.s3.visage.test ${object}`],
  ])
})

test('packs on S3: a store that knows no versions is believed that it keeps none', async t => {
  const key = '0'.repeat(32)
  const objects = new Map([[`00/00/${key}.jpg`, 'a photo']])
  const packs = await openMockStore(t, ({ method, url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://store.test')
    if (searchParams.has('versions') || searchParams.has('versionId'))
      return refuse(response, 501, 'NotImplemented')
    if (searchParams.has('list-type')) {
      const found = [...objects.keys()]
        .filter(name => name.startsWith(searchParams.get('prefix') ?? ''))
        .map(name => `<Contents><Key>${name}</Key><Size>7</Size></Contents>`)
      return void response.end(`<ListBucketResult>${found.join('')}</ListBucketResult>`)
    }
    const name = pathname.slice('/photos/'.length)
    if (method === 'DELETE') objects.delete(name)
    if (method === 'GET' && !objects.has(name)) return refuse(response, 404, 'NoSuchKey')
    response.end(objects.get(name))
  })
  assert.deepEqual(await buriedOf(packs), [])
  assert.deepEqual(await packs.traces(key), [`00/00/${key}.jpg (7 bytes)`])
  await packs.purge(key)
  assert.deepEqual(await packs.traces(key), [])
  assert.equal(await packs.readWhole(key), undefined)
})

/** Answers as it is told, for what a real store does not do when asked to. */
async function startMockStore(t: TestContext, answer: RequestListener): Promise<number> {
  const store = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response))
  })
  store.listen(0, '127.0.0.1')
  await once(store, 'listening')
  t.after(() => {
    store.close()
    store.closeAllConnections()
  })
  return (store.address() as AddressInfo).port
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
}

async function openMockStore(t: TestContext, answer: RequestListener): Promise<Packs> {
  const endpoint = `http://127.0.0.1:${await startMockStore(t, answer)}`
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  return await openS3Packs({ location: { ...here, endpoint }, credentials })
}

const here: S3Location = {
  bucket: 'photos',
  prefix: '',
  endpoint: undefined,
  region: 'us-east-1',
  hasPathStyle: true,
}

const skip = whyNoCeph() ?? false
let ceph: Ceph

describe('packs on S3 (Ceph)', { skip }, () => {
  before(async () => {
    ceph = await startCeph(3)
  })
  after(() => ceph[Symbol.asyncDispose]())

  const open = async (options: Partial<S3Options> = {}) =>
    await openS3Packs({
      location: await ceph.createBucket(),
      credentials: ceph.credentials,
      ...options,
    })

  describePacks('on S3', async () => ({ packs: await open(), close: async () => {} }))

  describePacks('on S3, each bucket a host', async () => {
    resolveTestNames()
    const location = await ceph.createBucket()
    const named = { ...location, endpoint: ceph.namedEndpoint, hasPathStyle: false }
    return { packs: await open({ location: named }), close: async () => mock.restoreAll() }
  })

  test('a bucket that is not there and a key that is wrong are refused when the store is opened', async () => {
    const location = await ceph.createBucket()
    await assert.rejects(open({ location: { ...location, bucket: 'nothing' } }), isUnavailable)
    const credentials = { ...ceph.credentials, secretAccessKey: 'wrong' }
    await assert.rejects(open({ location, credentials }), isUnavailable)
  })

  test('packs have the names that the disk gives them, below the prefix, and share a bucket', async () => {
    const location = await ceph.createBucket()
    const [one, two] = [
      await open({ location: { ...location, prefix: 'one/' } }),
      await open({ location: { ...location, prefix: '' } }),
    ]
    const key = keyOf('named')
    await one.write(key, bytesOf(key, 10))
    assert.equal(await two.read(key, 0, 10), undefined)
    assert.deepEqual(await listOf(two), [])
    await two.write(key, bytesOf(key, 20))
    assert.deepEqual(
      (await listOf(one)).map(({ bytes }) => bytes),
      [10],
    )
  })

  test('the same write again is none, and other bytes are never written over a pack', async () => {
    const packs = await open()
    const key = keyOf('twice')
    await packs.write(key, bytesOf(key, 1000))
    await packs.write(key, bytesOf(key, 1000))
    const other = bytesOf(keyOf('other'), 1000)
    await assert.rejects(packs.write(key, other), hasDetail(/with different bytes/))
    await assert.rejects(packs.write(key, bytesOf(key, 1001)), isUnavailable)
    assert.deepEqual(await readWhole(packs, key, 1000), bytesOf(key, 1000))
  })

  test('more packs than one page of a list are all listed, once', async () => {
    const packs = await open()
    const keys = Array.from({ length: 1100 }, (_, index) => keyOf(`page ${index}`))
    await inLanes(16, keys, key => packs.write(key, bytesOf(key, 10)))
    const listed = (await listOf(packs)).map(({ key }) => key)
    assert.deepEqual(listed.sort(), keys.sort())
  })

  test('connections that are cut cost a try and not the request', async () => {
    await using proxy = await startTcpProxy(ceph.gatewayPort)
    const packs = await open({ location: await throughPort(proxy.port) })
    const key = keyOf('cut')
    await packs.write(key, bytesOf(key, 1000))
    for (let round = 0; round < 10; round += 1) {
      proxy.cut()
      assert.deepEqual(await readWhole(packs, key, 1000), bytesOf(key, 1000))
    }
  })

  test('a store that says nothing is a storage fault in time, and serves again without a new start', async () => {
    await using proxy = await startTcpProxy(ceph.gatewayPort)
    const timeouts = { answerMs: 300, connectMs: 300, stallMs: 300, readMs: 1_500, writeMs: 1_500 }
    const packs = await open({ location: await throughPort(proxy.port), timeouts })
    const key = keyOf('silent')
    await eventually(() => packs.write(key, bytesOf(key, 1000)))
    proxy.silence()
    const startMs = performance.now()
    await assert.rejects(packs.read(key, 0, 1000), isUnavailable)
    await assert.rejects(packs.write(keyOf('lost'), bytesOf(key, 1000)), isUnavailable)
    await assert.rejects(packs.check(), isUnavailable)
    assert.ok(performance.now() - startMs < 15_000)
    proxy.mend()
    proxy.cut()
    assert.deepEqual(await eventually(() => readWhole(packs, key, 1000)), bytesOf(key, 1000))
  })

  test('with one of three object daemons gone, packs are read and written; and nothing is lost after', async () => {
    const packs = await open()
    const earlier = Array.from({ length: 30 }, (_, index) => keyOf(`earlier ${index}`))
    const meanwhile = Array.from({ length: 30 }, (_, index) => keyOf(`meanwhile ${index}`))
    for (const key of earlier) await packs.write(key, bytesOf(key, 3000))
    await ceph.kill('osd.1')
    // Until the others have noticed, requests that need the lost daemon wait or are refused.
    for (const key of meanwhile) {
      await eventually(() => packs.write(key, bytesOf(key, 3000)))
      await eventually(() => packs.read(key, 0, 3000))
    }
    await ceph.revive('osd.1')
    for (const key of [...earlier, ...meanwhile]) {
      assert.deepEqual(await eventually(() => readWhole(packs, key, 3000)), bytesOf(key, 3000))
    }
  })

  test('while the gateway is away every verb is a storage fault, and none is afterwards', async () => {
    const packs = await open()
    const key = keyOf('gateway')
    await packs.write(key, bytesOf(key, 100))
    await ceph.kill('rgw')
    await assert.rejects(packs.read(key, 0, 100), isUnavailable)
    await assert.rejects(packs.write(keyOf('away'), bytesOf(key, 100)), isUnavailable)
    await assert.rejects(packs.remove(key), isUnavailable)
    await assert.rejects(listOf(packs), isUnavailable)
    await assert.rejects(packs.check(), isUnavailable)
    await ceph.revive('rgw')
    assert.deepEqual(await readWhole(packs, key, 100), bytesOf(key, 100))
    await packs.remove(key)
    assert.deepEqual(await listOf(packs), [])
  })

  test('of a pack in a bucket with versions, purging leaves no version and no delete marker', async () => {
    const location = await ceph.createBucket()
    await keepVersions(location)
    const packs = await open({ location })
    const [key, neighbour] = [keyOf('versions'), keyOf('versions of another')]
    for (const name of [key, neighbour]) {
      await packs.write(name, bytesOf(name, 100))
      await packs.remove(name)
      await packs.write(name, bytesOf(name, 200))
    }
    await packs.remove(key)
    assert.equal(await packs.readWhole(key), undefined)
    const traces = await packs.traces(key)
    assert.equal(traces.length, 4)
    assert.equal(traces.filter(trace => /\(delete marker\)/.test(trace)).length, 2)
    assert.equal(traces.filter(trace => /\((100|200) bytes\)/.test(trace)).length, 2)
    assert.deepEqual(await buriedOf(packs), [key])
    await packs.purge(key)
    assert.deepEqual(await packs.traces(key), [])
    assert.deepEqual(await buriedOf(packs), [])
    assert.equal((await packs.traces(neighbour)).length, 3)
    assert.deepEqual(await readWhole(packs, neighbour, 200), bytesOf(neighbour, 200))
  })

  async function keepVersions({ bucket: Bucket, endpoint, region }: S3Location): Promise<void> {
    const { credentials } = ceph
    const client = new S3Client({
      endpoint: endpoint ?? '',
      region: region ?? '',
      credentials,
      forcePathStyle: true,
    })
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    client.destroy()
  }

  async function throughPort(port: number): Promise<S3Location> {
    return { ...(await ceph.createBucket()), endpoint: `http://127.0.0.1:${port}` }
  }
})

describe('packs on S3 (OpenStack Swift)', { skip: whyNoSwift() }, () => {
  let swift: Swift
  before(async () => {
    swift = await startSwift()
  })
  after(() => swift[Symbol.asyncDispose]())

  // It knows no conditional writes.
  describePacks('on Swift', async () => {
    const { credentials } = swift
    const location = await swift.createBucket()
    return { packs: await openS3Packs({ location, credentials }), close: async () => {} }
  })
})

/** Every name below visage.test leads here, as with a wildcard in DNS. */
function resolveTestNames(): void {
  const lookup = dns.lookup as (name: string, ...others: readonly unknown[]) => void
  mock.method(dns, 'lookup', (name: string, ...others: readonly unknown[]) =>
    lookup(name.endsWith('.visage.test') ? '127.0.0.1' : name, ...others),
  )
}

async function readWhole(packs: Packs, key: string, length: number): Promise<Uint8Array> {
  return Uint8Array.from((await packs.read(key, 0, length)) ?? [])
}

/** As a client does that is told 503 and asks again. */
async function eventually<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + 90_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error
    }
  }
}

async function inLanes<Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items]
  const lane = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

function hasDetail(pattern: RegExp): (error: unknown) => boolean {
  return error => isUnavailable(error) && error instanceof Failure && pattern.test(error.detail)
}

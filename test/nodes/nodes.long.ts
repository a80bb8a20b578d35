/**
 * Two processes of `visage serve` on the same PostgreSQL, with their photos in one folder or on S3 (Ceph):
 * a change that one has acknowledged is visible on the other with the next request.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openPostgres } from '../../src/storage/postgres.ts'
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts'
import { parseExposition } from '../support/exposition.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  alice,
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, type Running, startVisage } from '../support/visage.ts'

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

type Environment = Readonly<Record<string, string>>

describe('two nodes on PostgreSQL and one folder', () => {
  describeNodes(async folder => ({ VISAGE_DATA: folder }))
})

const skip = whyNoCeph() ?? false
describe('two nodes on PostgreSQL and S3 (Ceph)', { skip }, () => {
  let ceph: Ceph
  before(async () => {
    ceph = await startCeph(1)
  })
  after(() => ceph[Symbol.asyncDispose]())
  describeNodes(async () => {
    const { bucket, prefix, endpoint } = await ceph.createBucket()
    return {
      VISAGE_PACKS: `s3://${bucket}/${prefix}?endpoint=${endpoint}`,
      AWS_ACCESS_KEY_ID: ceph.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ceph.credentials.secretAccessKey,
    }
  })
})

function describeNodes(packsIn: (folder: string) => Promise<Environment>): void {
  const withNodes = (work: (nodes: readonly [Running, Running], url: string) => Promise<void>) =>
    inFolder(async cwd => {
      const url = await postgres.createDatabase()
      const env = {
        ...(await packsIn(cwd)),
        VISAGE_DATABASE: url,
        VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
        VISAGE_ISSUER_PRESET: 'entra',
        VISAGE_AUDIENCE: ourAudience,
        VISAGE_PORT: '0',
        VISAGE_METRICS: '127.0.0.1:0',
      }
      // At once, on an empty database: both find that there are no tables.
      const start = () => startVisage(['serve'], { cwd, env })
      const nodes = await Promise.all([start(), start()])
      await work(nodes, url)
      for (const node of nodes) {
        assert.deepEqual(await node.stop(), { code: 0, signal: null })
        assert.doesNotMatch(node.stderr(), /"severity":"error"|bug/)
      }
    })

  test('a photo set on one is read on the other by the next request, and removed there too', () =>
    withNodes(async ([one, other]) => {
      for (let round = 0; round < 10; round += 1) {
        const [near, far] = round % 2 === 0 ? [one, other] : [other, one]
        const picture = await makePicture(round)
        assert.equal((await put(near, picture)).status, 200)
        const [here, there] = [await get(near), await get(far)]
        assert.deepEqual([here.status, there.status], [200, 200])
        assert.equal(here.headers.get('etag'), there.headers.get('etag'))
        assert.deepEqual(await here.bytes(), await there.bytes())
      }
      assert.equal((await call(one, 'DELETE')).status, 200)
      assert.equal((await get(other)).status, 404)
    }))

  test('a read sends one statement to PostgreSQL', () =>
    withNodes(async ([node]) => {
      await put(node, await makePicture(1))
      const before = await countQueries(node)
      for (let round = 0; round < 5; round += 1) assert.equal((await get(node)).status, 200)
      assert.equal((await countQueries(node)) - before, 5)
    }))

  test('If-Match admits exactly one of many writers on both', () =>
    withNodes(async nodes => {
      const first = await makePicture(99)
      await put(nodes[0], first)
      for (let round = 0; round < 3; round += 1) {
        // All different, and different from the current one, which would be no change.
        const pictures = await Promise.all(
          Array.from({ length: 7 }, (_, index) => makePicture(round * 7 + index)),
        )
        const etag = (await get(nodes[0])).headers.get('etag') ?? ''
        const answers = await Promise.all(
          pictures.map((picture, index) => put(nodes[index % 2] ?? nodes[0], picture, etag)),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [200, ...Array.from({ length: 6 }, () => 412)])
      }
    }))

  test('identical bytes sent to both are written once', () =>
    withNodes(async (nodes, url) => {
      const picture = await makePicture(7)
      // The person is added by their first request, on either node.
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => put(nodes[index % 2] ?? nodes[0], picture)),
      )
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
      await using database = await openPostgres({ url, connections: 1 })
      const photos = await database.selectFrom('photos').select('owner_id').execute()
      assert.deepEqual(photos, [{ owner_id: alice }])
      assert.deepEqual(await database.selectFrom('retired_packs').selectAll().execute(), [])
    }))
}

async function countQueries({ stderr }: Running): Promise<number> {
  const [, at] = /"metrics":"([^"]+)"/.exec(stderr()) ?? []
  const shown = parseExposition(await (await fetch(at ?? '')).text())
  const samples = shown.get('visage_database_queries_total')?.samples ?? []
  return samples.reduce((sum, { value }) => sum + value, 0)
}

async function makePicture(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await portraitJpeg({ width: 100, height: 100, seed }))
}

function get(node: Running): Promise<Response> {
  return call(node, 'GET')
}

function put(node: Running, picture: Uint8Array<ArrayBuffer>, etag?: string): Promise<Response> {
  return call(
    node,
    'PUT',
    { 'content-type': 'image/jpeg', ...(etag && { 'if-match': etag }) },
    picture,
  )
}

function call(
  { origin }: Running,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const iss = `${issuer.origin}/${contoso}/v2.0`
  const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
  const init = { method, headers: { ...headers, authorization }, ...(body && { body }) }
  return fetch(`${origin}/v1.0/me/photo/$value`, init)
}

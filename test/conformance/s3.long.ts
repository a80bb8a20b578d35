/** The same conformance suite as an organisation runs it: rows in PostgreSQL, photos on S3 (Ceph). */
import { test } from 'node:test'
import { startCeph, whyNoCeph } from '../support/ceph.ts'
import { startPostgres } from '../support/postgres.ts'
import { describeConformance } from './describe.ts'

const skip = whyNoCeph()
if (skip !== undefined) {
  test('the conformance suite on PostgreSQL and S3', { skip }, () => {})
} else {
  const server = await startPostgres()
  const ceph = await startCeph(1)
  const openStores = async () => ({
    database: { url: await server.createDatabase(), connections: 10 },
    packs: await ceph.createBucket(),
    packCacheBytes: 16 * 1024 * 1024,
    s3Credentials: ceph.credentials,
  })
  await describeConformance('PostgreSQL and S3', openStores, async () => {
    await ceph[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
}

/**
 * Moves to and from S3, and erasing in a bucket with versions, on a real Ceph. Without its programs the tests are
 * skipped by name.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import type { StoreOptions } from '../../src/serving/stores.ts'
import type { S3Location } from '../../src/storage/location.ts'
import { erasePhoto, findTraces } from '../../src/upkeep/erase.ts'
import { verifyStore } from '../../src/upkeep/verify.ts'
import { contentsIn, describeMoves, isFailure, open } from '../suites/moving.ts'
import { type Ceph, startCeph, whyNoCeph } from '../support/ceph.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { fillStore, moveOnce, setPhoto, userKey, withFolder } from './stand.ts'

const skip = whyNoCeph() ?? false

describe('with photos on S3 (Ceph)', { skip }, () => {
  let ceph: Ceph
  let postgres: PostgresServer
  before(async () => {
    ;[ceph, postgres] = await Promise.all([startCeph(1), startPostgres()])
  })
  after(async () => {
    await ceph[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  const onServers = async (): Promise<StoreOptions> => ({
    data: undefined,
    database: { url: await postgres.createDatabase(), connections: 6 },
    packs: await ceph.createBucket(),
    s3Credentials: ceph.credentials,
  })

  describeMoves('from a folder to PostgreSQL and S3', async folder => ({
    from: { data: join(folder, 'here') },
    to: await onServers(),
  }))

  describeMoves('from PostgreSQL and S3 to a folder', async folder => ({
    from: await onServers(),
    to: { data: join(folder, 'there') },
  }))

  test('packs go from one bucket to another while the rows stay', () =>
    withFolder(async folder => {
      const from = { ...(await onServers()), data: folder }
      const to = { ...from, packs: await ceph.createBucket() }
      {
        await using source = await open(from)
        await fillStore(source, 5)
      }
      const result = await moveOnce(from, to)
      assert.deepEqual([result.outcome, result.total.packsCopied], ['agree', 8])
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('an unavailable gateway ends the move with the reason, and the next run continues', () =>
    withFolder(async folder => {
      const from = { data: join(folder, 'here') }
      const to = await onServers()
      await using source = await open(from)
      await fillStore(source, 20)
      let killing: Promise<void> | undefined
      const watch = ({ pace }: Readonly<{ pace: Readonly<{ packsCopied: number }> }>) => {
        if (pace.packsCopied > 0) killing ??= ceph.kill('rgw')
      }
      const slowly = moveOnce(from, to, {
        watch,
        around: ({ from: here, to: there }) => ({
          from: {
            ...here,
            packs: {
              ...here.packs,
              async readWhole(key) {
                await new Promise(resolve => setTimeout(resolve, 400))
                return await here.packs.readWhole(key)
              },
            },
          },
          to: there,
        }),
      })
      await assert.rejects(slowly, isFailure(/pack|listing|ECONNREFUSED/))
      await killing
      await ceph.revive('rgw')
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('in a bucket with versions erasing leaves no version of this person, and of others all', () =>
    withFolder(async () => {
      const place = await onServers()
      if (place.packs) await keepVersions(place.packs)
      await using side = await open(place)
      await fillStore(side, 5)
      const [person, other] = [userKey('person-1'), userKey('person-2')]
      const first = await setPhoto(side, person)
      await setPhoto(side, person)
      // As after a sweep: the row is gone, and the bucket keeps the old version.
      await side.packs.remove(first)
      await side.database.deleteFrom('retired_packs').where('version', '=', first).execute()
      const kept = await setPhoto(side, other)
      const traces = await findTraces(side, person)
      assert.deepEqual(traces.deletedKeys, [first])
      const erased = await erasePhoto(side, person, traces, {
        now: Date.now,
        pause: async () => {},
      })
      assert.deepEqual([erased.left, erased.newVersion], [[], undefined])
      assert.equal(erased.absent.length, 3)
      for (const key of erased.absent) assert.deepEqual(await side.packs.traces(key), [])
      assert.equal((await side.packs.traces(kept)).length, 1)
      const signal = new AbortController().signal
      const sound = await verifyStore({ store: side, now: Date.now, watch: () => {}, signal })
      assert.equal(sound.outcome, 'sound')
    }))

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
})

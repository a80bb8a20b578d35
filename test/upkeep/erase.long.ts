/** Erasing: the traces of one owner are removed and checked, those of others stay, and a trace that is left is reported. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { forgetUnnamed } from '../../src/photos/forget.ts'
import type { OwnerKey } from '../../src/photos/photo.ts'
import type { StoreOptions } from '../../src/serving/stores.ts'
import { cachePacks } from '../../src/storage/cached.ts'
import { cachePacksOnDisk } from '../../src/storage/cached-on-disk.ts'
import { type Erased, erasePhoto, findTraces, longestUploadMs } from '../../src/upkeep/erase.ts'
import { findOwner } from '../../src/upkeep/owners.ts'
import { isFailure, open } from '../suites/moving.ts'
import { cachedIn } from '../suites/packs.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  contentsOf as contents,
  fillStore,
  type Side,
  setPhoto,
  tenantId,
  userKey,
  withFolder,
} from './stand.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres[Symbol.asyncDispose]())

const databases: Readonly<Record<string, (data: string) => Promise<StoreOptions>>> = {
  SQLite: async data => ({ data }),
  PostgreSQL: async data => ({
    data,
    database: { url: await postgres.createDatabase(), connections: 5 },
  }),
}

const person = userKey('person-1')

for (const [name, makePlace] of Object.entries(databases)) {
  describe(`erasing where rows are in ${name}`, () => {
    const withStore = (work: (side: Side, data: string) => Promise<void>) =>
      withFolder(async folder => {
        const data = join(folder, 'data')
        await using side = await open(await makePlace(data))
        await fillStore(side, 5)
        await work(side, data)
      })

    test('removes the photo and earlier ones, and no other owner’s', () =>
      withStore(async side => {
        const versions = [await versionOf(side, person)]
        for (let count = 0; count < 2; count += 1) versions.push(await setPhoto(side, person))
        await setPhoto(side, userKey('person-2'))
        const erased = await erase(side, person)
        assert.deepEqual([...erased.absent].sort(), versions.sort())
        assert.deepEqual([erased.left, erased.newVersion], [[], undefined])
        for (const version of versions) {
          assert.equal(await side.packs.readWhole(version), undefined)
          assert.deepEqual(await side.packs.traces(version), [])
        }
        const photos = await side.database.selectFrom('photos').select('owner_id').execute()
        assert.equal(photos.length, 5 + 3 - 1)
        // A retired pack of another owner stays, and so does the person.
        const retired = await side.database.selectFrom('retired_packs').select('owner_id').execute()
        assert.deepEqual(
          retired.map(row => row.owner_id),
          ['person-2'],
        )
        const people = await side.database.selectFrom('users').select('id').execute()
        assert.ok(people.some(({ id }) => id === 'person-1'))
      }))

    test('again, or for a person without a photo, finds nothing', () =>
      withStore(async side => {
        await erase(side, person)
        const before = await contents(side)
        const again = await erase(side, person)
        assert.deepEqual([again.absent, again.left, again.newVersion], [[], [], undefined])
        assert.deepEqual(await contents(side), before)
      }))

    test('looking for traces changes nothing', () =>
      withStore(async side => {
        const version = await setPhoto(side, person)
        const before = await contents(side)
        const traces = await findTraces(side, person)
        assert.deepEqual([traces.current, traces.earlier.length], [[version], 1])
        assert.deepEqual(await contents(side), before)
      }))

    test('removes packs without a photo, after the longest upload', () =>
      withStore(async side => {
        const [orphan, underWay] = ['ab'.repeat(16), 'cd'.repeat(16)]
        for (const key of [orphan, underWay]) await side.packs.write(key, Buffer.from('x'))
        const old = 'ef'.repeat(16)
        await side.packs.write(old, Buffer.from('x'))
        await side.database
          .insertInto('retired_packs')
          .values({ version: old, retired_at: 1 })
          .execute()
        const waits: number[] = []
        const erased = await erase(side, person, async ms => {
          waits.push(ms)
          // The upload that was under way has finished.
          await side.database
            .updateTable('photos')
            .set({ version: underWay })
            .where('owner_id', '=', 'person-2')
            .execute()
        })
        assert.deepEqual(waits, [longestUploadMs])
        assert.ok(erased.absent.includes(orphan) && erased.absent.includes(old))
        assert.ok(!erased.absent.includes(underWay))
        assert.equal((await side.packs.readWhole(underWay))?.length, 1)
        assert.equal(await side.packs.readWhole(orphan), undefined)
      }))

    test('that was interrupted is completed by the next run', () =>
      withStore(async side => {
        const version = await versionOf(side, person)
        const refusing: Side = {
          ...side,
          packs: {
            ...side.packs,
            purge: async () => {
              throw new Error('AccessDenied: the object is locked')
            },
          },
        }
        const cut = await erase(refusing, person)
        assert.deepEqual(cut.absent, [])
        assert.deepEqual(
          cut.left.map(({ key, what }) => [key, what]),
          [[version, 'AccessDenied: the object is locked']],
        )
        const done = await erase(side, person)
        assert.deepEqual([done.absent, done.left], [[version], []])
      }))

    test('does not report a pack as removed that the medium still lists', () =>
      withStore(async side => {
        const version = await versionOf(side, person)
        const lying: Side = { ...side, packs: { ...side.packs, purge: async () => {} } }
        const { left } = await erase(lying, person)
        assert.equal(left[0]?.key, version)
        assert.match(left[0]?.what ?? '', /bytes\)/)
      }))

    test('reports a new photo that was set meanwhile', () =>
      withStore(async side => {
        await side.packs.write('ab'.repeat(16), Buffer.from('x'))
        const slow: Side = {
          ...side,
          packs: {
            ...side.packs,
            async removeLeftovers(before) {
              await setPhoto(side, person)
              return (await side.packs.removeLeftovers?.(before)) ?? 0
            },
          },
        }
        const erased = await erase(slow, person)
        assert.equal(erased.newVersion, await versionOf(side, person))
      }))

    test('leaves nothing in the memory and the cache folder of a server, which removes packs without a photo', () =>
      withStore(async side => {
        const path = await mkdtemp(join(tmpdir(), 'visage-cache-'))
        const surroundings = { now: Date.now, troubled: () => assert.fail('the folder works') }
        const folder = { path, maxBytes: 10_000_000, processes: 1 }
        const onDisk = await cachePacksOnDisk(side.packs, folder, surroundings)
        const packs = cachePacks(onDisk, 10_000_000)
        const [mine, other] = [
          await versionOf(side, person),
          await versionOf(side, userKey('person-2')),
        ]
        for (const version of [mine, other]) await packs.read(version, 0, 100)
        await erase(side, person)
        while ((await cachedIn(onDisk)).length < 2) await delay(5)
        await forgetUnnamed({ database: side.database, packs })
        assert.deepEqual(await cachedIn(onDisk), [other])
        assert.deepEqual(await cachedIn(packs), [other, other])
        await rm(path, { recursive: true })
      }))

    test('finds people by id and by name, in whichever tenant, and refuses to guess', () =>
      withStore(async side => {
        const { key } = await findOwner(side.database, 'user', 'PERSON-1@visage.example', undefined)
        assert.deepEqual(key, person)
        await assert.rejects(
          findOwner(side.database, 'user', 'person-0', undefined),
          isFailure(/more than one: person-0 in tenant 7d4c.*; person-0 in tenant another tenant/),
        )
        const there = await findOwner(side.database, 'user', 'person-0', 'another tenant')
        assert.equal(there.key.tenantId, 'another tenant')
        const group = await findOwner(side.database, 'group', 'staff', undefined)
        assert.deepEqual(group.key, { tenantId, kind: 'group', id: 'staff' })
        for (const wanted of ['nobody', '', "' or 1=1 --", 'friend']) {
          await assert.rejects(
            findOwner(side.database, 'user', wanted, undefined),
            isFailure(/there is no person .*Nothing was changed/),
          )
        }
        // The person is not in the directory any more, but the photo exists.
        await side.database.deleteFrom('users').where('id', '=', 'person-3').execute()
        const gone = await findOwner(side.database, 'user', 'person-3', undefined)
        assert.match(gone.words, /not in the directory/)
        assert.equal((await erase(side, gone.key)).absent.length, 1)
      }))
  })
}

test('in the files of SQLite neither the key nor the hash of the upload is left', () =>
  withFolder(async folder => {
    await using side = await open({ data: folder })
    await fillStore(side, 50)
    const earlier = await versionOf(side, person)
    await setPhoto(side, person)
    const row = await side.database
      .selectFrom('photos')
      .selectAll()
      .where('owner_id', '=', person.id)
      .executeTakeFirstOrThrow()
    const texts = [earlier, row.version, row.upload_hash]
    assert.ok(await isInFiles(folder, row.upload_hash))
    const { searchedFiles, left } = await erase(side, person)
    assert.deepEqual(left, [])
    assert.ok(searchedFiles.includes(join(folder, 'visage.sqlite')))
    for (const text of texts) assert.equal(await isInFiles(folder, text), false, text)
  }))

test('a reader that prevents emptying the log of SQLite is reported, after the photo is removed', () =>
  withFolder(async folder => {
    await using side = await open({ data: folder })
    await fillStore(side, 3)
    using reader = new DatabaseSync(join(folder, 'visage.sqlite'))
    reader.exec('begin; select * from photos')
    const version = await versionOf(side, person)
    const { absent, left } = await erase(side, person)
    assert.deepEqual([absent, await side.packs.readWhole(version)], [[version], undefined])
    assert.equal(left.length, 1)
    assert.match(left[0]?.what ?? '', /another process has been reading the database/)
    reader.exec('commit')
    assert.deepEqual((await erase(side, person)).left, [])
    assert.equal(await isInFiles(folder, version), false)
  }))

async function isInFiles(folder: string, text: string): Promise<boolean> {
  const names = ['visage.sqlite', 'visage.sqlite-wal']
  const files = await Promise.all(
    names.map(name => readFile(join(folder, name)).catch(() => Buffer.alloc(0))),
  )
  return files.some(file => file.includes(text))
}

async function erase(
  side: Side,
  owner: OwnerKey,
  pause: (ms: number) => Promise<void> = async () => {},
): Promise<Erased> {
  const traces = await findTraces(side, owner)
  return await erasePhoto(side, owner, traces, { now: Date.now, pause })
}

async function versionOf({ database }: Side, owner: OwnerKey): Promise<string> {
  const { version } = await database
    .selectFrom('photos')
    .select('version')
    .where('tenant_id', '=', owner.tenantId)
    .where('owner_id', '=', owner.id)
    .executeTakeFirstOrThrow()
  return version
}

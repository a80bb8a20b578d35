/**
 * Moves between the embedded deployment and PostgreSQL, in both directions and in parts. Those to and from S3
 * are in s3.test.ts.
 */
import assert from 'node:assert/strict'
import { cp, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { addUsers } from '../../src/directory/users.ts'
import { findPointer } from '../../src/photos/pointer.ts'
import { openStores, placesOf, type StoreOptions } from '../../src/serving/stores.ts'
import { claimForServing } from '../../src/storage/marks.ts'
import { contentsIn, describeMoves, fullAfter, isFailure, open } from '../suites/moving.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import {
  type Around,
  contentsOf,
  fillStore,
  keepSetting,
  moveOnce,
  personNamed,
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

const inPostgres = async (data: string): Promise<StoreOptions> => ({
  data,
  database: { url: await postgres.createDatabase(), connections: 6 },
})

describeMoves('from one folder to another', async folder => ({
  from: { data: join(folder, 'here') },
  to: { data: join(folder, 'there') },
}))

describeMoves('from the embedded database to PostgreSQL', async folder => ({
  from: { data: join(folder, 'here') },
  to: await inPostgres(join(folder, 'there')),
}))

describeMoves('from PostgreSQL to the embedded database', async folder => ({
  from: await inPostgres(join(folder, 'here')),
  to: { data: join(folder, 'there') },
}))

describe('a move in parts', () => {
  test('of only the rows leaves the packs in place', () =>
    withFolder(async folder => {
      const from = { data: folder }
      const to = await inPostgres(folder)
      await using source = await open(from)
      await fillStore(source, 10)
      const result = await moveOnce(from, to)
      assert.deepEqual([result.outcome, result.total.packsCopied], ['agree', 0])
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
      await setPhoto(source, userKey('person-3'))
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('of only the packs leaves the rows in place, and soon finds existing packs', () =>
    withFolder(async folder => {
      const from = await inPostgres(join(folder, 'here'))
      const to = { ...from, data: join(folder, 'there') }
      await using source = await open(from)
      await fillStore(source, 10)
      // Long ago: by a complete earlier run they exist at the destination.
      await source.database.updateTable('photos').set({ updated_at: 1000 }).execute()
      const first = await moveOnce(from, to)
      assert.deepEqual([first.outcome, first.total.packsCopied], ['agree', 13])
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
      const version = await setPhoto(source, userKey('person-3'))
      const again = await moveOnce(from, to)
      assert.deepEqual(
        [again.outcome, again.total.packsCopied, again.total.packsVerified],
        ['agree', 1, 2],
      )
      await using target = await open(to)
      assert.ok(await target.packs.readWhole(version))
    }))

  test('of only the packs changes no row, while photos are set, replaced and removed', () =>
    withFolder(async folder => {
      const from = await inPostgres(join(folder, 'here'))
      const to = { ...from, data: join(folder, 'there') }
      await using source = await open(from)
      await fillStore(source, 100)
      const writing = keepSetting(source, 100)
      for (let round = 0; round < 5; round += 1) await moveOnce(from, to)
      const acknowledged = await writing.stop()
      for (const [id, version] of acknowledged) {
        const pointer = await findPointer(source.database, userKey(id))
        assert.equal(pointer?.version, version, id)
      }
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('of the packs too, after one of only the rows', () =>
    withFolder(async folder => {
      const from = { data: folder }
      const rows = await inPostgres(folder)
      await using source = await open(from)
      await fillStore(source, 10)
      assert.equal((await moveOnce(from, rows)).outcome, 'agree')
      const to = { ...rows, data: join(folder, 'there') }
      const result = await moveOnce(from, to)
      assert.deepEqual([result.outcome, result.total.packsCopied], ['agree', 13])
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('of the packs too, ended in the middle, brings the others the next time', () =>
    withFolder(async folder => {
      const from = { data: folder }
      const rows = await inPostgres(folder)
      await using source = await open(from)
      await fillStore(source, 30)
      assert.equal((await moveOnce(from, rows)).outcome, 'agree')
      const to = { ...rows, data: join(folder, 'there') }
      const ending = new AbortController()
      await moveOnce(from, to, { signal: ending.signal, watch: () => ending.abort() })
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('of only the rows does not count as a proof for packs that were not copied', () =>
    withFolder(async folder => {
      const from = { data: folder }
      const rows = await inPostgres(folder)
      await using source = await open(from)
      await fillStore(source, 10)
      const to = { ...rows, data: join(folder, 'there') }
      const full: Around = ({ from: here, to: there }) => ({
        from: here,
        to: { ...there, packs: fullAfter(there.packs, 5) },
      })
      await assert.rejects(moveOnce(from, to, { around: full }), isFailure(/no space/))
      assert.equal((await moveOnce(from, rows)).outcome, 'agree')
      await assert.rejects(moveOnce(from, to), isFailure(/was not changed/))
      const elsewhere = { ...rows, data: join(folder, 'elsewhere') }
      assert.equal((await moveOnce(from, elsewhere)).outcome, 'agree')
      assert.deepEqual(await contentsIn(elsewhere), await contentsIn(from))
    }))

  test('between two schemas of one address moves the rows, since they are different databases', () =>
    withFolder(async folder => {
      const from = await inPostgres(join(folder, 'here'))
      await using source = await open(from)
      await fillStore(source, 3)
      const url = new URL(from.database?.url ?? '')
      await sql`create schema twin`.execute(source.database)
      await postgres.run(`create role twin login superuser password '${url.password}'`)
      await postgres.run(
        `alter role twin in database ${url.pathname.slice(1)} set search_path = twin`,
      )
      url.username = 'twin'
      const to = { data: join(folder, 'there'), database: { url: url.href, connections: 6 } }
      assert.equal(placesOf(from).rows, placesOf(to).rows)
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))
})

describe('texts that PostgreSQL cannot hold', () => {
  test('arrive as it would have kept them, also in keys, and a second run finds nothing to do', () =>
    withFolder(async folder => {
      const from = { data: join(folder, 'here') }
      const to = await inPostgres(join(folder, 'there'))
      await using source = await open(from)
      await fillStore(source, 3)
      await addUsers(source.database, tenantId, [
        { ...personNamed('a\0b'), displayName: 'nul \0 here' },
      ])
      await setPhoto(source, userKey('a\0b'))
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      await using target = await open(to)
      const person = await target.database
        .selectFrom('users')
        .select(['id', 'display_name'])
        .where('id', 'like', 'a%')
        .executeTakeFirstOrThrow()
      assert.deepEqual({ ...person }, { id: 'a\uFFFDb', display_name: 'nul \uFFFD here' })
      const again = await moveOnce(from, to)
      assert.deepEqual([again.outcome, again.total.changes], ['agree', 0])
    }))
})

describe('a destination', () => {
  const places = (folder: string) => ({
    from: { data: join(folder, 'here') },
    to: { data: join(folder, 'there') },
  })

  test('is served from when it is complete, and not before', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      await using source = await open(from)
      await fillStore(source, 20)
      const ending = new AbortController()
      ending.abort()
      await moveOnce(from, to, { signal: ending.signal })
      await using target = await open(to)
      const claim = () => claimForServing(target.database, placesOf(to), 'write')
      await assert.rejects(claim(), isFailure(/has not finished/))
      await assert.rejects(
        claimForServing(target.database, placesOf(to), 'read'),
        isFailure(/has not finished/),
      )
      await moveOnce(from, to)
      await claimForServing(target.database, placesOf(to), 'read')
      await moveOnce(from, to)
      await claim()
      // A server may have written there since, so the source may be outdated.
      const before = await contentsOf(target)
      await setPhoto(source, userKey('person-1'))
      await assert.rejects(moveOnce(from, to), isFailure(/was not changed: .*a server has/))
      assert.deepEqual(await contentsOf(target), before)
    }))

  test('of one source cannot be continued from another', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      const other = { data: join(folder, 'elsewhere') }
      for (const place of [from, other]) {
        await using side = await open(place)
        await fillStore(side, 3)
      }
      await moveOnce(from, to)
      await assert.rejects(moveOnce(other, to), isFailure(/another store is being moved to it/))
      assert.deepEqual(await contentsIn(to), await contentsIn(from))
    }))

  test('cannot be the source under another name', () =>
    withFolder(async folder => {
      const { from } = places(folder)
      await using source = await open(from)
      await fillStore(source, 3)
      await assert.rejects(moveOnce(from, from), isFailure(/are the same/))
      await assert.rejects(
        moveOnce(from, { data: join(folder, 'there', '..', 'here') }),
        isFailure(/are the same/),
      )
      await symlink(join(folder, 'here'), join(folder, 'link'))
      await assert.rejects(
        moveOnce(from, { data: join(folder, 'link') }),
        isFailure(/are the same/),
      )
      await cp(join(folder, 'here'), join(folder, 'copy'), { recursive: true })
      await assert.rejects(
        moveOnce(from, { data: join(folder, 'copy') }),
        isFailure(/by another address, or a copy of it/),
      )
    }))

  test('is no source of another move before everything has arrived there', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      {
        await using source = await open(from)
        await fillStore(source, 20)
      }
      const ending = new AbortController()
      ending.abort()
      await moveOnce(from, to, { signal: ending.signal })
      const third = { data: join(folder, 'elsewhere') }
      await assert.rejects(moveOnce(to, third), isFailure(/there.* has not finished/))
      await moveOnce(from, to)
      assert.equal((await moveOnce(to, third)).outcome, 'agree')
      assert.deepEqual(await contentsIn(third), await contentsIn(from))
    }))

  test('does not accept an old run after another run, or a server, has used it', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      await using source = await open(from)
      await fillStore(source, 20)
      await moveOnce(from, to)
      await setPhoto(source, userKey('person-1'))
      const held = Promise.withResolvers<void>()
      const hasBegun = Promise.withResolvers<void>()
      const forgotten = moveOnce(from, to, {
        around: ({ from: here, to: there }) => ({
          from: {
            ...here,
            packs: {
              ...here.packs,
              async readWhole(key) {
                hasBegun.resolve()
                await held.promise
                return await here.packs.readWhole(key)
              },
            },
          },
          to: there,
        }),
      })
      await hasBegun.promise
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      await using target = await open(to)
      await claimForServing(target.database, placesOf(to), 'write')
      await setPhoto(target, userKey('person-1'))
      await addUsers(target.database, tenantId, [personNamed('newcomer')])
      await setPhoto(target, userKey('newcomer'))
      const served = await contentsOf(target)
      held.resolve()
      await assert.rejects(forgotten, isFailure(/is no longer claimed by this run/))
      assert.deepEqual(await contentsOf(target), served)
    }))

  test('keeps nothing of an interrupted write, at any clock', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      await using source = await open(from)
      await fillStore(source, 3)
      const version = await setPhoto(source, userKey('person-1'))
      const incoming = join(folder, 'there/packs/incoming')
      await mkdir(incoming, { recursive: true })
      await writeFile(join(incoming, `${version}.part`), 'half')
      const soon = Date.now() / 1000 + 7200
      await utimes(join(incoming, `${version}.part`), soon, soon)
      assert.equal((await moveOnce(from, to)).outcome, 'agree')
      assert.deepEqual(await readdir(incoming), [])
    }))

  test('of a source that is not there is never made', () =>
    withFolder(async folder => {
      const { from, to } = places(folder)
      await assert.rejects(moveOnce(from, to), isFailure(/there is no .*here.visage\.sqlite/))
    }))

  test('of only packs does not stop the source from serving', () =>
    withFolder(async folder => {
      const from = { data: join(folder, 'here') }
      await using source = await open(from)
      await source.database
        .insertInto('moves')
        .values({
          part: 'packs',
          place: 's3://photos/',
          source_id: 'x',
          state: 'copying',
          changed_at: 1,
        })
        .execute()
      await claimForServing(source.database, placesOf(from), 'write')
      const there = { rows: placesOf(from).rows, packs: 's3://photos/' }
      await assert.rejects(
        claimForServing(source.database, there, 'write'),
        isFailure(/has not finished/),
      )
    }))
})

test('two moves to the same PostgreSQL at once: one runs, the other is refused', () =>
  withFolder(async folder => {
    const from = { data: join(folder, 'here') }
    const to = await inPostgres(join(folder, 'there'))
    {
      const { database, packs } = await openStores(from, Date.now)
      await fillStore({ database, packs }, 20)
      await database.destroy()
    }
    const outcomes = await Promise.allSettled([moveOnce(from, to), moveOnce(from, to)])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.deepEqual(await contentsIn(to), await contentsIn(from))
  }))

test('a move that has lost the connection with its lock still finishes', () =>
  withFolder(async folder => {
    const from = { data: join(folder, 'here') }
    const to = await inPostgres(join(folder, 'there'))
    await using source = await open(from)
    await fillStore(source, 20)
    let cutting: Promise<readonly Record<string, unknown>[]> | undefined
    const { outcome } = await moveOnce(from, to, {
      around: ({ from: here, to: there }) => ({
        from: {
          ...here,
          packs: {
            ...here.packs,
            async readWhole(key) {
              cutting ??= postgres.run(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'",
              )
              await cutting
              return await here.packs.readWhole(key)
            },
          },
        },
        to: there,
      }),
    })
    assert.deepEqual(await cutting, [{ pg_terminate_backend: true }])
    assert.equal(outcome, 'agree')
    assert.deepEqual(await contentsIn(to), await contentsIn(from))
  }))

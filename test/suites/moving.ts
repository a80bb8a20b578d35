/**
 * Tests of a move between any two places. A test calls describeMoves with a function that names two
 * empty places.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addUsers } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { openStores, type StoreOptions } from '../../src/serving/stores.ts'
import type { Packs } from '../../src/storage/packs.ts'
import {
  type Around,
  contentsOf,
  dropPhoto,
  fillStore,
  keepWriting,
  type MoveChanges,
  moveOnce,
  personNamed,
  type Side,
  setPhoto,
  tenantId,
  userKey,
  withFolder,
} from '../upkeep/stand.ts'

export type Ends = Readonly<{ from: StoreOptions; to: StoreOptions }>

const people = 20

export function describeMoves(name: string, makeEnds: (folder: string) => Promise<Ends>): void {
  describe(`a move ${name}`, () => {
    const withEnds = (work: (ends: Ends) => Promise<void>) =>
      withFolder(async folder => {
        const ends = await makeEnds(folder)
        await using source = await open(ends.from)
        await fillStore(source, people)
        await work(ends)
      })

    test('copies and compares every row and every pack, and a second run does nothing', () =>
      withEnds(async ({ from, to }) => {
        const first = await moveOnce(from, to)
        assert.equal(first.outcome, 'agree')
        assert.equal(first.total.packsCopied, people + 3)
        assert.equal(first.total.packsVerified, people + 3)
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
        const again = await moveOnce(from, to)
        assert.deepEqual(
          [again.outcome, again.passes, again.total.changes, again.total.packsCopied],
          ['agree', 1, 0, 0],
        )
      }))

    test('copies only the changes since the last run', () =>
      withEnds(async ({ from, to }) => {
        await moveOnce(from, to)
        await using source = await open(from)
        const before = await contentsIn(to)
        await setPhoto(source, userKey('person-0'))
        await dropPhoto(source, userKey('person-1'))
        await addUsers(source.database, tenantId, [personNamed('newcomer')])
        await setPhoto(source, userKey('newcomer'))
        await source.database.deleteFrom('users').where('id', '=', 'person-2').execute()
        await source.database.deleteFrom('contact_folders').where('id', '=', 'm').execute()
        await source.database.deleteFrom('photo_update_settings').execute()
        const result = await moveOnce(from, to)
        assert.deepEqual([result.outcome, result.total.packsCopied], ['agree', 2])
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
        assert.notDeepEqual(await contentsIn(to), before)
        // Replaced and removed photos are gone with their bytes.
        await using target = await open(to)
        const listed: string[] = []
        for await (const { key } of target.packs.list()) listed.push(key)
        const named = await target.database.selectFrom('photos').select('version').execute()
        assert.deepEqual(listed.sort(), named.map(({ version }) => version).sort())
      }))

    test('follows a source that changes, and both sides are equal once it is idle', () =>
      withEnds(async ({ from, to }) => {
        await using source = await open(from)
        const writing = keepWriting(source, people)
        const during = await moveOnce(from, to)
        assert.ok(during.passes > 1)
        assert.ok((await writing.stop()) > 0)
        const last = await moveOnce(from, to)
        assert.equal(last.outcome, 'agree')
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('that was interrupted continues where it stopped', () =>
      withEnds(async ({ from, to }) => {
        let copied = 0
        for (let round = 0; round < 3; round += 1) {
          const ending = new AbortController()
          const around = endAfter(ending, 5)
          const result = await moveOnce(from, to, { signal: ending.signal, around })
          copied += result.total.packsCopied
          assert.equal(result.outcome, copied < people ? 'ended' : result.outcome)
        }
        const last = await moveOnce(from, to)
        copied += last.total.packsCopied
        assert.equal(last.outcome, 'agree')
        assert.equal(copied, people + 3)
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('skips and names a photo whose pack is missing, truncated, damaged or of another photo', () =>
      withEnds(async ({ from, to }) => {
        await using source = await open(from)
        const [missing, short, damaged, foreign] = await spoilPacks(source)
        const { outcome, last } = await moveOnce(from, to)
        assert.equal(outcome, 'left')
        assert.deepEqual(
          last.faults.map(({ ownerId, version, what }) => [ownerId, version, what]).sort(),
          [
            ['person-0', missing, 'its pack is missing'],
            ['person-1', short, whatOf(last.faults, 'person-1', /^its pack has 100 bytes/)],
            ['person-2', damaged, whatOf(last.faults, 'person-2', /hash/)],
            ['person-3', foreign, whatOf(last.faults, 'person-3', /is no JPEG/)],
          ],
        )
        await using target = await open(to)
        const moved = await target.database.selectFrom('photos').select('owner_id').execute()
        assert.equal(moved.length, people + 3 - 4)
        // Set again, they are copied.
        for (const index of [0, 1, 2, 3]) await setPhoto(source, userKey(`person-${index}`))
        assert.equal((await moveOnce(from, to)).outcome, 'agree')
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('copies the current photo when it was replaced and swept during the read', () =>
      withEnds(async ({ from, to }) => {
        await moveOnce(from, to)
        {
          await using source = await open(from)
          await setPhoto(source, userKey('person-0'))
        }
        let isReplaced = false
        const sweeping: Around = ({ from: source, to: target }) => ({
          from: {
            ...source,
            packs: {
              ...source.packs,
              async readWhole(key) {
                if (!isReplaced) {
                  isReplaced = true
                  await replaceAndSweep(source, key)
                }
                return await source.packs.readWhole(key)
              },
            },
          },
          to: target,
        })
        const { outcome, last } = await moveOnce(from, to, { around: sweeping })
        assert.deepEqual([outcome, last.faults], ['agree', []])
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('ends with the reason when the destination is full, and goes on when there is room', () =>
      withEnds(async ({ from, to }) => {
        const full: MoveChanges = {
          around: ({ from: source, to: target }) => ({
            from: source,
            to: { ...target, packs: fullAfter(target.packs, 10) },
          }),
        }
        await assert.rejects(moveOnce(from, to, full), isFailure(/no space/))
        const { outcome, total } = await moveOnce(from, to)
        assert.equal(outcome, 'agree')
        assert.ok(total.packsCopied < people + 3)
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('detects a destination that returns different bytes', () =>
      withEnds(async ({ from, to }) => {
        const lying: MoveChanges = {
          around: ({ from: source, to: target }) => ({
            from: source,
            to: { ...target, packs: turningBits(target.packs) },
          }),
        }
        await assert.rejects(moveOnce(from, to, lying), isFailure(/other bytes/))
        await using target = await open(to)
        assert.deepEqual(await target.database.selectFrom('photos').selectAll().execute(), [])
      }))

    test('copies names of any script and length, empty texts, and unusual values', () =>
      withEnds(async ({ from, to }) => {
        await using source = await open(from)
        const strange = [
          '',
          "'; drop table users; --",
          '👩🏽‍🚀',
          '\uFFFD',
          '\u{10FFFF}',
          '%_\\',
          'a\nb',
          '王小明',
        ]
        for (const [index, text] of strange.entries()) {
          await addUsers(source.database, tenantId, [
            {
              id: `${text} ${index}`,
              userPrincipalName: `${text}${index}@x`,
              displayName: text,
              mail: '',
            },
          ])
          await setPhoto(source, userKey(`${text} ${index}`))
        }
        await addUsers(source.database, '', [personNamed('of no tenant')])
        assert.equal((await moveOnce(from, to)).outcome, 'agree')
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
        assert.equal((await moveOnce(from, to)).total.changes, 0)
      }))

    test('copies names that two people have exchanged', () =>
      withEnds(async ({ from, to }) => {
        await moveOnce(from, to)
        await using source = await open(from)
        const rename = (id: string, name: string) =>
          source.database
            .updateTable('users')
            .set({ user_principal_name: name, user_principal_name_key: name })
            .where('id', '=', id)
            .where('tenant_id', '=', tenantId)
            .execute()
        await rename('person-0', 'aside@visage.example')
        await rename('person-9', 'person-0@visage.example')
        await rename('person-0', 'person-9@visage.example')
        assert.equal((await moveOnce(from, to)).outcome, 'agree')
        assert.deepEqual(await contentsIn(to), await contentsIn(from))
      }))

    test('refuses a destination with other data, and does not change it', () =>
      withEnds(async ({ from, to }) => {
        {
          await using target = await open(to)
          await addUsers(target.database, tenantId, [personNamed('somebody')])
        }
        const before = await contentsIn(to)
        await assert.rejects(moveOnce(from, to), isFailure(/was not changed/))
        assert.deepEqual(await contentsIn(to), before)
      }))

    test('refuses a destination with packs from elsewhere', () =>
      withEnds(async ({ from, to }) => {
        {
          await using target = await open(to)
          await target.packs.write('ab'.repeat(16), Buffer.from('x'))
        }
        await assert.rejects(moveOnce(from, to), isFailure(/was not changed/))
      }))
  })
}

/** The stores of a place. Disposing closes the database. */
export async function open(options: StoreOptions): Promise<Side & AsyncDisposable> {
  const { database, packs } = await openStores(options, Date.now)
  return { database, packs, [Symbol.asyncDispose]: () => database.destroy() }
}

export async function contentsIn(options: StoreOptions): Promise<Record<string, unknown>> {
  await using side = await open(options)
  return await contentsOf(side)
}

/** In the order of person-0 to person-3. Returns their versions. */
export async function spoilPacks(side: Side): Promise<readonly [string, string, string, string]> {
  const versions: string[] = []
  for (const index of [0, 1, 2, 3]) {
    const { version } = await side.database
      .selectFrom('photos')
      .select('version')
      .where('tenant_id', '=', tenantId)
      .where('owner_id', '=', `person-${index}`)
      .executeTakeFirstOrThrow()
    versions.push(version)
  }
  const [missing = '', short = '', damaged = '', foreign = ''] = versions
  const replace = async (key: string, change: (bytes: Buffer) => Buffer) => {
    const bytes = Buffer.from((await side.packs.readWhole(key)) ?? [])
    await side.packs.remove(key)
    await side.packs.write(key, change(bytes))
  }
  await side.packs.remove(missing)
  await replace(short, bytes => bytes.subarray(0, 100))
  await replace(damaged, bytes => {
    const at = Math.floor(bytes.length / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes
  })
  await replace(foreign, bytes => Buffer.alloc(bytes.length))
  // As written by an older version: without a hash.
  await side.database
    .updateTable('photos')
    .set({ pack_hash: null })
    .where('version', '=', foreign)
    .execute()
  return [missing, short, damaged, foreign]
}

export function isFailure(pattern: RegExp): (error: unknown) => boolean {
  return error => error instanceof Failure && pattern.test(error.detail)
}

function whatOf(
  faults: readonly Readonly<{ ownerId: string; what: string }>[],
  owner: string,
  pattern: RegExp,
): string | undefined {
  const what = faults.find(({ ownerId }) => ownerId === owner)?.what
  assert.match(what ?? '', pattern)
  return what
}

/** Replaces the photo, and removes the previous pack without the grace time. */
async function replaceAndSweep(side: Side, version: string): Promise<void> {
  const owner = await side.database
    .selectFrom('photos')
    .selectAll()
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  const kind =
    owner.owner_kind === 'user' ? 'user' : owner.owner_kind === 'group' ? 'group' : 'contact'
  await setPhoto(side, { tenantId: owner.tenant_id, kind, id: owner.owner_id })
  await side.packs.remove(version)
}

function endAfter(ending: AbortController, packs: number): Around {
  let written = 0
  return ({ from, to }) => ({
    from,
    to: {
      ...to,
      packs: {
        ...to.packs,
        async write(key, bytes) {
          await to.packs.write(key, bytes)
          written += 1
          if (written === packs) ending.abort()
        },
      },
    },
  })
}

/** Accepts this many packs, then fails. */
export function fullAfter(packs: Packs, count: number): Packs {
  let written = 0
  return {
    ...packs,
    async write(key, bytes) {
      written += 1
      if (written > count) throw new Failure('storage-unavailable', { detail: 'no space left' })
      await packs.write(key, bytes)
    },
  }
}

function turningBits(packs: Packs): Packs {
  return {
    ...packs,
    async readWhole(key) {
      const bytes = await packs.readWhole(key)
      if (bytes) bytes[0] = 0
      return bytes
    },
  }
}

/** `verify` in any database: damaged photos are listed, photos that change are not, and packs without a row are counted. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { StoreOptions } from '../../src/serving/stores.ts'
import { type Verified, type VerifyOptions, verifyStore } from '../../src/upkeep/verify.ts'
import {
  fillStore,
  keepWriting,
  type Side,
  setPhoto,
  userKey,
  withFolder,
} from '../upkeep/stand.ts'
import { open, spoilPacks } from './moving.ts'

/** `makePlace`: an empty store whose packs are in the folder `data`. */
export function describeVerify(
  kind: string,
  makePlace: (data: string) => Promise<StoreOptions>,
): void {
  describe(`a store with its rows in ${kind}`, () => {
    const withStore = (work: (side: Side) => Promise<void>) =>
      withFolder(async folder => {
        await using side = await open(await makePlace(join(folder, 'data')))
        await fillStore(side, 10)
        await work(side)
      })

    test('is sound as written, also without a stored hash', () =>
      withStore(async side => {
        await side.database
          .updateTable('photos')
          .set({ pack_hash: null })
          .where('owner_id', 'in', ['person-1', 'person-2'])
          .execute()
        const result = await check(side)
        assert.deepEqual([result.outcome, result.photos, result.faults], ['sound', 13, []])
        assert.deepEqual(result.unnamed, { retired: 0, orphans: 0, bytes: 0 })
      }))

    test('is damaged where a pack is missing, short, changed or no picture; each is named', () =>
      withStore(async side => {
        const versions = await spoilPacks(side)
        const result = await check(side)
        assert.deepEqual([result.outcome, result.photos, result.faulty], ['damaged', 13, 4])
        assert.deepEqual(result.faults.map(({ version }) => version).sort(), [...versions].sort())
        const words = result.faults.map(({ what }) => what).join('\n')
        assert.match(words, /its pack is missing/)
        assert.match(words, /its pack has 100 bytes instead of \d+/)
        assert.match(words, /does not have the hash/)
        assert.match(words, /in its pack is no JPEG/)
      }))

    test('is damaged if pixels are, also without a hash, or if a row does not match its pack', () =>
      withStore(async side => {
        const pixels = await sourceRow(side, 'person-0')
        const bytes = Buffer.from((await side.packs.readWhole(pixels.version)) ?? [])
        const scan = bytes.indexOf(Buffer.from([0xff, 0xda]))
        bytes.fill(0, scan + 40, scan + 400)
        await side.packs.remove(pixels.version)
        await side.packs.write(pixels.version, bytes)
        await side.database
          .updateTable('photos')
          .set({ pack_hash: null })
          .where('version', '=', pixels.version)
          .execute()
        const sizes = await sourceRow(side, 'person-1')
        const renditions = sizes.renditions.replace(/^\[\[\d+,/, '[[99,')
        await setRenditions(side, sizes.version, renditions)
        const senseless = await sourceRow(side, 'person-2')
        await setRenditions(side, senseless.version, '[[1,2,"x",null]]')
        const nonsense = await sourceRow(side, 'person-3')
        await setRenditions(side, nonsense.version, 'no JSON')
        const { faults } = await check(side)
        assert.deepEqual(
          faults.map(({ version }) => version).sort(),
          [pixels, sizes, senseless, nonsense].map(({ version }) => version).sort(),
        )
        assert.match(faults.map(({ what }) => what).join('\n'), /cannot be decoded/)
        assert.match(faults.map(({ what }) => what).join('\n'), /the 99x100 in its pack is 100x100/)
      }))

    test('packs without a photo are counted, and are not a fault', () =>
      withStore(async side => {
        await setPhoto(side, userKey('person-0'))
        await setPhoto(side, userKey('person-0'))
        await side.packs.write('ab'.repeat(16), Buffer.from('orphan'))
        const { outcome, unnamed } = await check(side)
        assert.deepEqual([outcome, unnamed.retired, unnamed.orphans], ['sound', 2, 1])
      }))

    test('is sound while photos are set and removed, and old packs are swept', () =>
      withStore(async side => {
        const writing = keepWriting(side, 10)
        const sweeping = keepRemovingRetired(side)
        const slow: Side = {
          ...side,
          packs: {
            ...side.packs,
            async readWhole(key) {
              await new Promise(resolve => setTimeout(resolve, 20))
              return await side.packs.readWhole(key)
            },
          },
        }
        let changed = 0
        for (let round = 0; round < 10; round += 1) {
          const { outcome, faults, changedMeanwhile } = await check(slow)
          assert.deepEqual([outcome, faults], ['sound', []])
          changed += changedMeanwhile
        }
        await writing.stop()
        await sweeping.stop()
        assert.ok(changed > 0)
      }))

    test('that is unavailable is reported, instead of every photo as damaged', () =>
      withStore(async side => {
        for (let index = 0; index < 30; index += 1) await setPhoto(side, userKey(`other-${index}`))
        const away = new Failure('storage-unavailable', { detail: 'away' })
        const elsewhere: Side = {
          ...side,
          packs: { ...side.packs, readWhole: () => Promise.reject(away) },
        }
        const result = await check(elsewhere)
        assert.deepEqual([result.outcome, result.photos, result.faults], ['incomplete', 0, []])
        assert.deepEqual(result.unchecked, [{ part: 'photos', why: 'away' }])
      }))

    test('that becomes unavailable gives the findings so far, and reports no unread photo as damaged', () =>
      withStore(async side => {
        for (let index = 0; index < 60; index += 1) await setPhoto(side, userKey(`other-${index}`))
        const away = new Failure('storage-unavailable', { detail: 'away' })
        let reads = 0
        const leaving: Side = {
          ...side,
          packs: {
            ...side.packs,
            async readWhole(key) {
              reads += 1
              if (reads > 30) throw away
              return reads === 3 ? undefined : await side.packs.readWhole(key)
            },
          },
        }
        const { outcome, photos, faults, unchecked } = await check(leaving)
        assert.deepEqual([outcome, photos, faults.length], ['incomplete', 30, 1])
        assert.equal(faults[0]?.what, 'its pack is missing')
        assert.deepEqual(unchecked, [{ part: 'photos', why: 'away' }])
      }))

    test('that cannot be listed gives the findings anyway, and the reason', () =>
      withStore(async side => {
        await spoilPacks(side)
        const unlisted: Side = {
          ...side,
          packs: {
            ...side.packs,
            async *list() {
              for await (const entry of side.packs.list()) {
                yield entry
                throw new Failure('storage-unavailable', { detail: 'no answer' })
              }
            },
          },
        }
        const result = await check(unlisted)
        assert.deepEqual([result.outcome, result.photos, result.faulty], ['incomplete', 13, 4])
        assert.deepEqual(result.unchecked, [{ part: 'packs', why: 'no answer' }])
      }))

    test('does not report a bug as an unavailable store', () =>
      withStore(async side => {
        const broken = () => {
          throw new TypeError('oops')
        }
        await assert.rejects(check({ ...side, packs: { ...side.packs, list: broken } }), TypeError)
      }))
  })
}

function check(store: Side, changes: Partial<VerifyOptions> = {}): Promise<Verified> {
  const signal = new AbortController().signal
  return verifyStore({ store, now: Date.now, watch: () => {}, signal, ...changes })
}

async function sourceRow({ database }: Side, owner: string) {
  return await database
    .selectFrom('photos')
    .selectAll()
    .where('owner_id', '=', owner)
    .orderBy('tenant_id')
    .executeTakeFirstOrThrow()
}

async function setRenditions({ database }: Side, version: string, renditions: string) {
  await database.updateTable('photos').set({ renditions }).where('version', '=', version).execute()
}

/** The sweep without its grace time. */
function keepRemovingRetired({ database, packs }: Side): { stop: () => Promise<void> } {
  let isStopping = false
  const removing = (async () => {
    while (!isStopping) {
      const rows = await database.selectFrom('retired_packs').select('version').execute()
      for (const { version } of rows) {
        await packs.remove(version)
        await database.deleteFrom('retired_packs').where('version', '=', version).execute()
      }
      await new Promise(resolve => setTimeout(resolve, 1))
    }
  })()
  return {
    async stop() {
      isStopping = true
      await removing
    },
  }
}

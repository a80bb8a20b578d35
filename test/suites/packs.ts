/**
 * Tests for every pack store. A store's own test calls describePacks with a function that opens an
 * empty one.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { PackEntry, PackStore, Packs } from '../../src/storage/packs.ts'

export type OpenedPacks = Readonly<{ packs: PackStore; close(): Promise<void> }>

export function describePacks(name: string, open: () => Promise<OpenedPacks>): void {
  describe(`packs ${name}`, () => {
    let opened: OpenedPacks
    let packs: PackStore
    before(async () => {
      opened = await open()
      packs = opened.packs
    })
    after(() => opened.close())

    test('a written pack is read back completely', async () => {
      const key = keyOf('whole')
      const bytes = bytesOf(key, 5000)
      await packs.write(key, bytes)
      assert.deepEqual(plain(await packs.read(key, 0, bytes.length)), plain(bytes))
    })

    test('any range is read, from the first byte to the last', async () => {
      const key = keyOf('ranges')
      const bytes = bytesOf(key, 10_000)
      await packs.write(key, bytes)
      for (const [offset, length] of [
        [0, 1],
        [0, 10_000],
        [1234, 4321],
        [9999, 1],
      ] as const) {
        const range = await packs.read(key, offset, length)
        assert.deepEqual(plain(range), plain(bytes.subarray(offset, offset + length)))
      }
    })

    test('a pack that was never written is undefined', async () => {
      assert.equal(await packs.read(keyOf('never'), 0, 1), undefined)
    })

    test('a pack that is shorter than the range is a storage failure', async () => {
      const key = keyOf('short')
      await packs.write(key, bytesOf(key, 100))
      await assert.rejects(packs.read(key, 90, 11), isUnavailable)
      await assert.rejects(packs.read(key, 200, 1), isUnavailable)
    })

    test('changing written or read bytes afterwards does not change the pack', async () => {
      const key = keyOf('immutable')
      const bytes = bytesOf(key, 64)
      const written = Uint8Array.from(bytes)
      await packs.write(key, written)
      written.fill(0)
      const read = await packs.read(key, 0, 64)
      read?.fill(1)
      assert.deepEqual(plain(await packs.read(key, 0, 64)), plain(bytes))
    })

    test('a removed pack is gone, and removing it again succeeds', async () => {
      const key = keyOf('removed')
      await packs.write(key, bytesOf(key, 100))
      await packs.remove(key)
      assert.equal(await packs.read(key, 0, 100), undefined)
      await packs.remove(key)
    })

    test('a pack is read completely without knowing its length, and a missing one is undefined', async () => {
      const key = keyOf('read whole')
      await packs.write(key, bytesOf(key, 12_345))
      assert.deepEqual(plain(await packs.readWhole(key)), plain(bytesOf(key, 12_345)))
      assert.equal(await packs.readWhole(keyOf('read whole, never')), undefined)
    })

    test('a purged pack leaves no trace, purging again succeeds, and other packs stay', async () => {
      const [key, neighbour] = [keyOf('purged'), keyOf('purged not')]
      for (const name of [key, neighbour]) await packs.write(name, bytesOf(name, 100))
      assert.equal((await packs.traces(key)).length, 1)
      await packs.purge(key)
      assert.deepEqual(await packs.traces(key), [])
      assert.equal(await packs.read(key, 0, 100), undefined)
      assert.equal(await packs.readWhole(key), undefined)
      assert.ok((await listOf(packs)).every(entry => entry.key !== key))
      await packs.purge(key)
      assert.deepEqual(await buriedOf(packs), [])
      assert.deepEqual(plain(await packs.readWhole(neighbour)), plain(bytesOf(neighbour, 100)))
    })

    test('a cached pack is dropped from memory, and stays in the store', async () => {
      const key = keyOf('cached')
      await packs.write(key, bytesOf(key, 100))
      await packs.read(key, 0, 100)
      for await (const known of packs.cachedKeys?.() ?? []) await packs.forget?.(known)
      assert.deepEqual(await cachedIn(packs), [])
      assert.deepEqual(plain(await packs.read(key, 0, 100)), plain(bytesOf(key, 100)))
    })

    test('a pack of 20 MB is read back byte by byte', async () => {
      const key = keyOf('big')
      const bytes = bytesOf(key, 20_000_000)
      await packs.write(key, bytes)
      assert.equal(hashOf(await packs.read(key, 0, bytes.length)), hashOf(bytes))
      const last = await packs.read(key, 19_999_000, 1000)
      assert.deepEqual(plain(last), plain(bytes.subarray(19_999_000)))
      await packs.remove(key)
    })

    test('a hundred packs written at once are all complete', async () => {
      const keys = Array.from({ length: 100 }, (_, index) => keyOf(`at once ${index}`))
      await Promise.all(keys.map(key => packs.write(key, bytesOf(key, 3000))))
      for (const key of keys) {
        assert.deepEqual(plain(await packs.read(key, 0, 3000)), plain(bytesOf(key, 3000)))
      }
    })

    test('the list names every pack once, with its bytes and when it was written', async () => {
      const startMs = Date.now()
      const keys = Array.from({ length: 20 }, (_, index) => keyOf(`listed ${index}`))
      for (const [index, key] of keys.entries()) await packs.write(key, bytesOf(key, 10 + index))
      const listed = await listOf(packs)
      for (const [index, key] of keys.entries()) {
        const entries = listed.filter(entry => entry.key === key)
        assert.equal(entries.length, 1)
        assert.equal(entries[0]?.bytes, 10 + index)
        // A minute: the clock of the medium may be another machine's.
        assert.ok(Math.abs((entries[0]?.writtenAtMs ?? 0) - startMs) < 60_000)
      }
    })

    test('listing during writes and removals does not fail, and includes all other packs', async () => {
      const stay = Array.from({ length: 20 }, (_, index) => keyOf(`stays ${index}`))
      const go = Array.from({ length: 20 }, (_, index) => keyOf(`goes ${index}`))
      for (const key of [...stay, ...go]) await packs.write(key, bytesOf(key, 50))
      const seen = new Set<string>()
      const changes: Promise<void>[] = []
      for await (const { key } of packs.list()) {
        seen.add(key)
        const [removed] = go.splice(0, 1)
        if (removed === undefined) continue
        changes.push(packs.remove(removed))
        const added = keyOf(`instead of ${removed}`)
        changes.push(packs.write(added, bytesOf(added, 50)))
      }
      await Promise.all(changes)
      assert.deepEqual(
        stay.filter(key => !seen.has(key)),
        [],
      )
    })

    test('an invalid key is refused by every method and reaches nothing', async () => {
      const before = await listOf(packs)
      for (const key of hostileKeys) {
        await assert.rejects(async () => packs.write(key, bytesOf(key, 10)), TypeError)
        await assert.rejects(async () => packs.read(key, 0, 1), TypeError)
        await assert.rejects(async () => packs.remove(key), TypeError)
        await assert.rejects(async () => packs.readWhole(key), TypeError)
        await assert.rejects(async () => packs.traces(key), TypeError)
        await assert.rejects(async () => packs.purge(key), TypeError)
      }
      assert.deepEqual(keysOf(await listOf(packs)), keysOf(before))
    })

    test('an available medium passes the check repeatedly', async () => {
      assert.equal(await packs.check(), undefined)
      assert.equal(await packs.check(), undefined)
    })

    test('without interrupted writes there are no leftovers, and packs are not leftovers', async () => {
      const key = keyOf('no leftover')
      await packs.write(key, bytesOf(key, 10))
      assert.equal((await packs.removeLeftovers?.(Date.now() + 60_000)) ?? 0, 0)
      assert.deepEqual(plain(await packs.read(key, 0, 10)), plain(bytesOf(key, 10)))
    })
  })
}

const hostileKeys = [
  '',
  '.',
  '..',
  '../../../../etc/passwd',
  '/etc/passwd',
  'C:\\windows\\system32',
  'incoming',
  `${'a'.repeat(32)}/../../x`,
  `${'a'.repeat(32)}\n`,
  `${'a'.repeat(31)}\0`,
  'A'.repeat(32),
  'a'.repeat(31),
  'a'.repeat(33),
  'ä'.repeat(32),
  '%2e%2e%2f'.padEnd(32, 'a'),
]

/** The same key for the same name. */
export function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/** Bytes that are unique to a key, so that mixed-up packs are detected. */
export function bytesOf(key: string, length: number): Uint8Array {
  const block = createHash('sha512').update(key).digest()
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += block.length) {
    bytes.set(block.subarray(0, Math.min(block.length, length - at)), at)
    if (at + 4 <= length) new DataView(bytes.buffer).setUint32(at, at)
  }
  return bytes
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Failure && error.code === 'storage-unavailable'
}

export async function listOf(packs: Packs): Promise<PackEntry[]> {
  const entries: PackEntry[] = []
  for await (const entry of packs.list()) entries.push(entry)
  return entries
}

export async function cachedIn(packs: PackStore): Promise<string[]> {
  const keys: string[] = []
  for await (const key of packs.cachedKeys?.() ?? []) keys.push(key)
  return keys
}

export async function buriedOf(packs: PackStore): Promise<string[]> {
  const keys: string[] = []
  if (packs.deletedKeys === undefined) return keys
  for await (const key of packs.deletedKeys()) keys.push(key)
  return keys
}

function keysOf(entries: readonly PackEntry[]): string[] {
  return entries.map(entry => entry.key).sort()
}

/** A store may return any kind of Uint8Array. */
function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && Uint8Array.from(bytes)
}

function hashOf(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex')
}

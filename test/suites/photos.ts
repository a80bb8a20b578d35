/**
 * Tests of concurrent writers, for every database and several nodes. A test calls
 * describeConcurrentWriters with a function that opens the same database twice, without tables.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { addContact, listContacts, removeContact } from '../../src/directory/mailbox/contacts.ts'
import { addFolder } from '../../src/directory/mailbox/folders.ts'
import type { Mailbox } from '../../src/directory/mailbox/mailbox.ts'
import { removeFolder } from '../../src/directory/mailbox/remove-folder.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { addUsers } from '../../src/directory/users.ts'
import { Failure, type FailureCode } from '../../src/failure.ts'
import type { OwnerKey, Photo } from '../../src/photos/photo.ts'
import { findPointer } from '../../src/photos/pointer.ts'
import { removePhoto } from '../../src/photos/remove.ts'
import { type ReplaceParts, replacePhoto } from '../../src/photos/replace.ts'
import { sweepPacks } from '../../src/photos/sweep.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { listOf } from './packs.ts'

export type Nodes = Readonly<{ databases: readonly [Database, Database]; close(): Promise<void> }>

const tenantId = 't'
const mailbox: Mailbox = { tenantId, userId: 'alice' }

export function describeConcurrentWriters(name: string, open: () => Promise<Nodes>): void {
  describe(`many writers at once on ${name}`, () => {
    let nodes: Nodes
    let one: Database
    const packs = openMemoryPacks(Date.now)
    /** Takes turns between the nodes. */
    const partsOf = (index: number): ReplaceParts => ({
      database: nodes.databases[index % 2] ?? one,
      packs,
      // The rendering is not tested here, but it must take time.
      async render(bytes) {
        await new Promise(resolve => setImmediate(resolve))
        return { bytes, renditions: [{ width: 1, height: 1, offset: 0, length: bytes.length }] }
      },
      now: Date.now,
      newVersion: () => randomBytes(16).toString('hex'),
    })
    const put = (index: number, owner: OwnerKey, current: Photo | undefined, text: string) =>
      replacePhoto(partsOf(index), owner, current, Buffer.from(text), undefined)

    before(async () => {
      nodes = await open()
      one = nodes.databases[0]
      await migrate(one)
      const people = Array.from({ length: 30 }, (_, index) => `user-${index}`)
      await addUsers(one, tenantId, ['alice', ...people].map(toUser))
    })
    after(() => nodes.close())

    test('If-Match lets exactly one writer succeed in each round', async () => {
      const owner = userKey('user-0')
      await put(0, owner, undefined, 'first')
      for (let round = 0; round < 10; round += 1) {
        const current = await readPhoto(one, owner)
        const outcomes = await Promise.allSettled(
          times(8, index =>
            replacePhoto(partsOf(index), owner, current, Buffer.from(`${round}-${index}`), {
              oneOf: [current?.version ?? ''],
            }),
          ),
        )
        assert.deepEqual(count(outcomes), { replaced: 1, 'photo-changed': 7 })
      }
    })

    test('If-None-Match: * lets exactly one writer set the first photo', async () => {
      for (let round = 1; round <= 10; round += 1) {
        const owner = userKey(`user-${round}`)
        const outcomes = await Promise.allSettled(
          times(8, index =>
            replacePhoto(
              partsOf(index),
              owner,
              undefined,
              Buffer.from(`${round}-${index}`),
              'none',
            ),
          ),
        )
        assert.deepEqual(count(outcomes), { replaced: 1, 'photo-changed': 7 })
      }
    })

    test('identical bytes are written once', async () => {
      const owner = userKey('user-11')
      const outcomes = await Promise.allSettled(
        times(8, index => put(index, owner, undefined, 'the same')),
      )
      assert.deepEqual(count(outcomes), { replaced: 1, unchanged: 7 })
      assert.equal((await retiredVersions(one)).has((await pointerOf(one, owner)) ?? ''), false)
    })

    test('every replaced version is retired once, and the last one is not', async () => {
      const owner = userKey('user-12')
      const before = (await retiredVersions(one)).size
      const outcomes = await Promise.allSettled(
        times(20, index => put(index, owner, undefined, `picture ${index}`)),
      )
      assert.deepEqual(count(outcomes), { replaced: 20 })
      const retired = await retiredVersions(one)
      assert.equal(retired.size - before, 19)
      assert.equal(retired.has((await pointerOf(one, owner)) ?? ''), false)
    })

    test('of several concurrent removals of a photo, one succeeds', async () => {
      const owner = userKey('user-13')
      await put(0, owner, undefined, 'to be removed')
      const outcomes = await Promise.allSettled(
        times(6, async index => {
          await removePhoto(partsOf(index).database, owner, undefined, Date.now())
          return 'removed'
        }),
      )
      assert.deepEqual(count(outcomes), { removed: 1, 'photo-not-found': 5 })
    })

    test('writers of different people do not affect each other', async () => {
      const outcomes = await Promise.allSettled(
        times(15, index => put(index, userKey(`user-${14 + index}`), undefined, `own ${index}`)),
      )
      assert.deepEqual(count(outcomes), { replaced: 15 })
    })

    test('a contact that is deleted while its photo is set leaves no photo without an owner', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = `contact-${round}`
        await addContact(one, mailbox, { id, displayName: id })
        const owner: OwnerKey = { tenantId, kind: 'contact', id }
        const setting = times(4, index => put(index, owner, undefined, `${id} ${index}`))
        const removing = removeContact(partsOf(round).database, mailbox, id, Date.now())
        const outcomes = await Promise.allSettled([...setting, removing.then(String)])
        const { replaced = 0, 'contact-not-found': late = 0, ...rest } = count(outcomes)
        assert.deepEqual(rest, { true: 1 })
        assert.equal(replaced + late, 4)
        assert.equal(await pointerOf(one, owner), undefined)
      }
    })

    test('a folder that is deleted while contacts are added leaves no contact and no folder', async () => {
      for (let round = 0; round < 10; round += 1) {
        const folderId = `folder-${round}`
        await addFolder(one, mailbox, { id: folderId, displayName: folderId })
        const filling = times(6, index => {
          const { database } = partsOf(index)
          const id = `${folderId}-${index}`
          const adding: Promise<unknown> =
            index % 3 === 0
              ? addFolder(database, mailbox, { id, parentFolderId: folderId, displayName: id })
              : addContact(database, mailbox, { id, folderId, displayName: id })
          return adding.then(() => 'added')
        })
        const { database } = partsOf(round)
        const where = { database, slices: createSlices(() => 0) }
        const removing = removeFolder(where, mailbox, folderId, Date.now())
        const outcomes = await Promise.allSettled([...filling, removing.then(String)])
        const { added = 0, 'contact-folder-not-found': late = 0, ...rest } = count(outcomes)
        assert.deepEqual(rest, { true: 1 })
        assert.equal(added + late, 6)
        const page = { where: always, top: 10, skip: 0 }
        assert.deepEqual(
          await listContacts(
            { database: one, slices: createSlices(() => 0) },
            mailbox,
            folderId,
            page,
          ),
          { rows: [], hasMore: false },
        )
      }
      assert.deepEqual(await one.selectFrom('contact_folders').selectAll().execute(), [])
    })

    test('a sweep afterwards keeps only packs that a pointer names', async () => {
      const later = () => Date.now() + 10 * 3_600_000
      await sweepPacks({ database: one, packs, now: later }, 60_000)
      const pointed = await one.selectFrom('photos').select('version').execute()
      assert.deepEqual(
        (await listOf(packs)).map(({ key }) => key).sort(),
        pointed.map(({ version }) => version).sort(),
      )
    })
  })
}

function times<Result>(number: number, work: (index: number) => Result): Result[] {
  return Array.from({ length: number }, (_, index) => work(index))
}

/** Counts the results, by result or by failure code. */
function count(outcomes: readonly PromiseSettledResult<string>[]): Record<string, number> {
  const words = outcomes.map(outcome =>
    outcome.status === 'fulfilled' ? outcome.value : codeOf(outcome.reason),
  )
  const groups = Map.groupBy(words, word => word)
  return Object.fromEntries([...groups].map(([word, same]) => [word, same.length]))
}

function codeOf(reason: unknown): FailureCode {
  if (reason instanceof Failure) return reason.code
  throw reason
}

function toUser(id: string) {
  return { id, userPrincipalName: `${id}@example.org`, displayName: id }
}

function userKey(id: string): OwnerKey {
  return { tenantId, kind: 'user', id }
}

async function readPhoto(database: Database, owner: OwnerKey): Promise<Photo | undefined> {
  const row = await findPointer(database, owner)
  if (row === undefined) return undefined
  const rendition = { width: 1, height: 1, offset: 0, length: 1 }
  return { version: row.version, uploadHash: row.upload_hash, renditions: [rendition] }
}

async function pointerOf(database: Database, owner: OwnerKey): Promise<string | undefined> {
  return (await findPointer(database, owner))?.version
}

async function retiredVersions(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom('retired_packs').select('version').execute()
  return new Set(rows.map(({ version }) => version))
}

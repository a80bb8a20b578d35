/**
 * Who has a photo, on any database. A database's own test calls describePhotoCoverage with a way to open an empty one.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addGroups } from '../../src/directory/groups.ts'
import { countCoverage } from '../../src/directory/photo-coverage.ts'
import {
  listPhotoOwners,
  maxRowsVisited,
  type WantedPhoto,
} from '../../src/directory/photo-owners.ts'
import { always, type Condition } from '../../src/directory/queries/condition.ts'
import { addUsers, type NewUser } from '../../src/directory/users.ts'
import { formatRenditions, type OwnerKey } from '../../src/photos/photo.ts'
import { copyPointers } from '../../src/photos/pointer.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'

const tenantId = 'one'

export function describePhotoCoverage(kind: string, open: () => Promise<Database>): void {
  describe(`who has a photo, in ${kind}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
      await addUsers(database, tenantId, people)
      await addUsers(database, 'two', [person('zoe', { department: 'Sales' })])
      await addGroups(database, tenantId, [group('g1'), group('g2')])
      await deletePerson(database, 'gone')
      await setPhotos(database, [
        ['user', 'anna', 648],
        ['user', 'bert', 100],
        ['user', 'gone', 648],
        ['user', 'left', 648],
        ['group', 'g2', 240],
        ['contact', 'carl', 648],
      ])
    })
    after(() => database.destroy())

    const searchable = () => ({ database, slices: createSlices(() => 0) })
    const list = async (photo: WantedPhoto, where: Condition = always) => {
      const page = { where, photo, top: 100, after: undefined }
      const { owners, next } = await listPhotoOwners(searchable(), 'users', tenantId, page)
      assert.equal(next, undefined)
      return owners.map(({ row }) => row.id)
    }

    test('people are listed by name, without those who are disabled, deleted or of another tenant', async () => {
      assert.deepEqual(await list('any'), ['anna', 'bert', 'carl', 'dora', 'zora', 'émile'])
    })

    test('a photo has the version and the size of its largest rendition', async () => {
      const page = { where: always, photo: 'set', top: 100, after: undefined } as const
      const { owners } = await listPhotoOwners(searchable(), 'users', tenantId, page)
      const told = owners.map(({ photo }) => [photo?.version, photo?.renditions[0].width])
      assert.deepEqual(told, [
        ['version of user anna', 648],
        ['version of user bert', 100],
      ])
    })

    test('who has no photo, and whose photo is small, is found', async () => {
      assert.deepEqual(await list('missing'), ['carl', 'dora', 'zora', 'émile'])
      assert.deepEqual(await list({ narrowerThan: 100 }), [])
      assert.deepEqual(await list({ narrowerThan: 101 }), ['bert'])
      assert.deepEqual(await list({ narrowerThan: 649 }), ['anna', 'bert'])
    })

    test('a condition of the list and one of the photo are both met', async () => {
      const sales = { property: 'department', operator: 'eq', value: 'sales' } as const
      assert.deepEqual(await list('any', sales), ['anna', 'dora'])
      assert.deepEqual(await list('missing', sales), ['dora'])
    })

    test('groups have their own photos', async () => {
      const page = { where: always, photo: 'any', top: 100, after: undefined } as const
      const { owners } = await listPhotoOwners(searchable(), 'groups', tenantId, page)
      const widths = owners.map(({ row, photo }) => [row.id, photo?.renditions[0].width])
      assert.deepEqual(widths, [
        ['g1', undefined],
        ['g2', 240],
      ])
    })

    test('pages neither skip nor repeat anybody', async () => {
      for (const top of [1, 2, 5]) {
        const found: string[] = []
        let after: Awaited<ReturnType<typeof listPhotoOwners>>['next']
        do {
          const page = { where: always, photo: 'missing', top, after } as const
          const { owners, next } = await listPhotoOwners(searchable(), 'users', tenantId, page)
          found.push(...owners.map(({ row }) => row.id))
          after = next
        } while (after !== undefined)
        assert.deepEqual(found, ['carl', 'dora', 'zora', 'émile'])
      }
    })

    test('departments are counted by name, with and without a photo', async () => {
      const all = await countCoverage(searchable(), tenantId, { top: 100, after: undefined })
      assert.deepEqual(all, [
        { department: '', people: 2, withPhoto: 1 },
        { department: 'IT', people: 2, withPhoto: 0 },
        { department: 'Sales', people: 2, withPhoto: 1 },
      ])
    })

    test('departments come in pages, each counted completely', async () => {
      const page = (after: string | undefined) =>
        countCoverage(searchable(), tenantId, { top: 1, after })
      const names = async (after: string | undefined) =>
        (await page(after)).map(({ department, people }) => [department, people])
      assert.deepEqual(await names(undefined), [['', 2]])
      assert.deepEqual(await names(''), [['IT', 2]])
      assert.deepEqual(await names('IT'), [['Sales', 2]])
      assert.deepEqual(await names('Sales'), [])
    })

    describe('among very many', () => {
      const many = maxRowsVisited + 1500
      before(async () => {
        const crowd = Array.from({ length: many }, (_, at) =>
          person(`p${String(at).padStart(6, '0')}`, { department: `D${at % 700}` }),
        )
        await addUsers(database, 'many', crowd)
        await setPhotos(database, [['user', `p${many - 1}`.replace('p', 'p0'), 648]], 'many')
      })

      test('one call visits a limited number of people, and says where to go on', async () => {
        const turns = countTurns()
        const ask = (after: Parameters<typeof listPhotoOwners>[3]['after']) =>
          listPhotoOwners({ database, slices: turns.slices }, 'users', 'many', {
            where: always,
            photo: 'set',
            top: 10,
            after,
          })
        const first = await ask(undefined)
        assert.deepEqual([first.owners.length, turns.taken()], [0, 20])
        assert.equal(first.next?.id, `p${String(maxRowsVisited - 1).padStart(6, '0')}`)
        const second = await ask(first.next)
        assert.deepEqual([second.owners.length, second.next], [1, undefined])
      })

      test('people are counted in slices, and the departments of a page are complete', async () => {
        const turns = countTurns()
        const where = { database, slices: turns.slices }
        const page = await countCoverage(where, 'many', { top: 3, after: 'D1' })
        assert.deepEqual(
          page.map(({ department, people }) => [department, people]),
          ['D10', 'D100', 'D101'].map(name => [
            name,
            Math.ceil((many - Number(name.slice(1))) / 700),
          ]),
        )
        assert.equal(turns.taken(), Math.floor(many / 1000) + 1)
      })
    })
  })
}

const person = (id: string, more: Partial<NewUser> = {}): NewUser => ({
  id,
  userPrincipalName: `${id}@one.example`,
  displayName: id,
  ...more,
})

const group = (id: string) => ({ id, displayName: id, owners: [], members: [] })

const people = [
  person('zora'),
  person('bert', {}),
  person('anna', { department: 'Sales' }),
  person('dora', { department: 'Sales' }),
  person('carl', { department: 'IT' }),
  person('émile', { department: 'IT' }),
  person('gone', { department: 'Sales' }),
  person('left', { department: 'Sales', isActive: false }),
]

async function deletePerson(database: Database, id: string): Promise<void> {
  const gone = { deleted_at: 1, search_text: '' }
  await database.updateTable('users').set(gone).where('id', '=', id).execute()
}

type SetPhoto = readonly [kind: OwnerKey['kind'], id: string, width: number]

async function setPhotos(database: Database, photos: readonly SetPhoto[], tenant = tenantId) {
  const rows = photos.map(([kind, id, width]) => ({
    tenant_id: tenant,
    owner_kind: kind,
    owner_id: id,
    version: `version of ${kind} ${id}`,
    upload_hash: 'hash',
    pack_hash: null,
    renditions: formatRenditions([
      { width, height: width, offset: 0, length: 1 },
      { width: 48, height: 48, offset: 1, length: 1 },
    ]),
    updated_at: 1,
  }))
  await copyPointers(database, rows)
}

/** Counts the slices of work. */
function countTurns() {
  let turns = 0
  const next = async () => {
    turns += 1
  }
  return { slices: { begin: () => ({ next }) }, taken: () => turns }
}

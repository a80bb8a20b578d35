/**
 * Tests of the results and the cost of a directory search, for every database. A database's own
 * test calls describeSearch with a function that opens an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { addGroups, listGroups } from '../../src/directory/groups.ts'
import { addContact, listContacts } from '../../src/directory/mailbox/contacts.ts'
import { listFolders } from '../../src/directory/mailbox/folders.ts'
import { addUsers, listUsers } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { anyOf, type Term } from '../support/conditions.ts'

const firstNames = [
  'Émile',
  'Ўлія',
  'ΣΊΣΥΦΟΣ',
  '陈',
  "O'Brien",
  'Zoë',
  'Under_Score',
  '100%',
  'Öberg',
]
const lastNames = [
  'Müller',
  'Ødegård',
  '思远',
  'Коваль',
  'مريم',
  'Smith',
  '𠮷野',
  'e\u0301',
  'Back\\n"q"',
]

type Sent = Readonly<{ text: string; rows: number; characters: number; turn: number }>

/** `atOnce`: how many statements are answered in one turn of the event loop, at most. */
export function describeSearch(name: string, open: () => Promise<Database>, atOnce = 6): void {
  describe(`searching the directory in ${name}`, () => {
    let database: Database
    const sizes = { small: 800, large: 8_000 }
    before(async () => {
      database = await open()
      await migrate(database)
      for (const [tenantId, count] of Object.entries(sizes)) {
        await addUsers(database, tenantId, people(count))
      }
    })
    after(() => database.destroy())

    const everything = { top: 101, after: undefined }
    const search = (tenantId: string, term: Term, where = patient(database)) =>
      listUsers(where, tenantId, { ...everything, where: anyOf([term]) })

    /** Many people have the word in another property. */
    const vain: Term = { property: 'givenName', how: 'hasWordsStartingWith', text: 'smith' }
    const narrow: readonly Term[] = [
      { property: 'mail', how: 'equals', text: 'Person77@A.example' },
      { property: 'mail', how: 'equals', text: 'nobody@a.example' },
      { property: 'displayName', how: 'startsWith', text: 'émile müller 77' },
      { property: 'displayName', how: 'hasWordsStartingWith', text: 'émile müller 77' },
      { property: 'displayName', how: 'hasWordsStartingWith', text: 'nobody' },
    ]
    for (const term of narrow) {
      test(`${term.property} ${term.how} '${term.text}' costs the same among ${sizes.large} people as among ${sizes.small}`, async () => {
        using small = watch(database)
        using large = watch(database)
        await search('small', term, small.where)
        await search('large', term, large.where)
        const cost = ({ sent }: typeof small) => sent.map(({ text, rows }) => [text, rows > 3])
        assert.deepEqual(cost(large), cost(small))
        assert.ok(large.sent.length <= 6)
      })
    }

    test('a term that matches everybody is scanned in slices, each in its own turn of the event loop', async () => {
      using watching = watch(database)
      const { sent, where } = watching
      const term: Term = { property: 'displayName', how: 'hasWordsStartingWith', text: 'zoë smith' }
      const found = await search('large', term, where)
      assert.ok(found.length > 0)
      for (const { rows } of sent) assert.ok(rows <= 500)
      assert.ok(mostOfATurn(sent) <= atOnce)
    })

    test('entries of the index are read only as long as reading all rows would cost more', async () => {
      using watching = watch(database)
      const { sent, where } = watching
      // The word of everybody's address, and the beginning of nobody's.
      const term: Term = { property: 'mail', how: 'startsWith', text: 'example' }
      assert.deepEqual(await search('large', term, where), [])
      const entries = sent.filter(({ text }) => text.includes('directory_words'))
      const read = entries.reduce((sum, { rows }) => sum + rows, 0)
      assert.ok(read > 0 && read <= 4_400, String(read))
    })

    test('twenty concurrent searches do no more per turn of the event loop than one', async () => {
      using watching = watch(database)
      const { sent, where } = watching
      await Promise.all(Array.from({ length: 20 }, () => search('large', vain, where)))
      assert.ok(sent.length > 100)
      assert.ok(mostOfATurn(sent) <= atOnce)
    })

    test('a search that takes too long is refused', async () => {
      let now = 0
      const slices = createSlices(() => (now += 3000), 5000)
      await assert.rejects(
        search('large', vain, { database, slices }),
        error => error instanceof Failure && error.code === 'search-too-long',
      )
    })

    test('every search returns the same rows as a comparison of all rows', async () => {
      const rows = await database
        .selectFrom('users')
        .selectAll()
        .where('tenant_id', '=', 'small')
        .orderBy('display_name')
        .orderBy('id')
        .execute()
      for (const terms of questions()) {
        const expected = rows.filter(row => terms.some(term => isMet(row.search_text, term)))
        const found: string[] = []
        for (let after: { name: string; id: string } | undefined; ; ) {
          const page = await listUsers(patient(database), 'small', {
            where: anyOf(terms),
            top: 70,
            after,
          })
          found.push(...page.map(({ id }) => id))
          const last = page.at(-1)
          if (last === undefined || page.length < 70) break
          after = { name: last.display_name, id: last.id }
        }
        assert.deepEqual(
          found,
          expected.map(({ id }) => id),
          JSON.stringify(terms),
        )
      }
    })

    test('added and renamed rows are found, and deleted ones are not, for every writer', async () => {
      const find = async (text: string) => {
        const where = anyOf([{ property: 'displayName', how: 'startsWith', text }])
        return (await listGroups(patient(database), 'g', { ...everything, where })).map(
          row => row.id,
        )
      }
      await addGroups(database, 'g', [{ id: 'crew', displayName: 'Crew' }])
      assert.deepEqual(await find('crew'), ['crew'])
      await sql`update groups set search_text = ${'\ndisplayname=staff\ndisplayname:staff\n'}
        where tenant_id = 'g'`.execute(database)
      assert.deepEqual([await find('crew'), await find('staff')], [[], ['crew']])
      const words = () =>
        database.selectFrom('directory_words').selectAll().where('tenant_id', '=', 'g').execute()
      assert.equal((await words()).length, 1)
      await database.deleteFrom('groups').where('tenant_id', '=', 'g').execute()
      assert.deepEqual([await find('staff'), await words()], [[], []])
    })

    test('300 contacts with long texts are searched a part at a time', async () => {
      const mailbox = { tenantId: 'small', userId: '1' }
      const long = (index: number) => `${index}${'x'.repeat(600)}`
      for (let index = 0; index < 300; index += 1) {
        const emailAddresses = Array.from({ length: 30 }, (_, at) => ({
          address: long(at),
          name: '',
        }))
        await addContact(database, mailbox, { id: `c${index}`, displayName: 'C', emailAddresses })
      }
      const words = Array.from({ length: 20 }, (_, index) => `w${index}`).join(' ')
      const many = anyOf([{ property: 'email', how: 'hasWordsStartingWith', text: words }])
      using watching = watch(database)
      const { sent, where } = watching
      const none = await listContacts(where, mailbox, undefined, { where: many, top: 10, skip: 0 })
      assert.deepEqual(none, { rows: [], hasMore: false })
      for (const { characters } of sent) assert.ok(characters * 20 <= 5_000_000, String(characters))
      assert.ok(mostOfATurn(sent) <= atOnce)
      const one = anyOf([{ property: 'email', how: 'startsWith', text: long(7) }])
      const page = { where: one, top: 10, skip: 295 }
      const last = await listContacts(where, mailbox, undefined, page)
      assert.deepEqual([last.rows.length, last.hasMore], [5, false])
    })

    test('rows before a page are skipped in slices', async () => {
      const mailbox = { tenantId: 'small', userId: '2' }
      const rows = Array.from({ length: 12_001 }, (_, index) => ({
        tenant_id: 'small',
        mailbox_id: '2',
        id: String(index),
        parent_folder_id: null,
        display_name: 'F',
      }))
      for (let start = 0; start < rows.length; start += 1000) {
        await database
          .insertInto('contact_folders')
          .values(rows.slice(start, start + 1000))
          .execute()
      }
      using watching = watch(database)
      const { sent, where } = watching
      const last = await listFolders(where, mailbox, undefined, { top: 10, skip: 12_000 })
      assert.equal(last.length, 1)
      assert.ok(new Set(sent.map(({ turn }) => turn)).size > 1)
      assert.deepEqual(await listFolders(where, mailbox, undefined, { top: 10, skip: 900_000 }), [])
    })
  })
}

function patient(database: Database) {
  return { database, slices: createSlices(() => 0) }
}

/** Records the statements, their results, and the turn of the event loop. */
function watch(database: Database) {
  const sent: Sent[] = []
  let turn = 0
  let next = setImmediate(function count() {
    turn += 1
    next = setImmediate(count)
  })
  const texts = new WeakMap<object, string>()
  const watched = database.withPlugin({
    transformQuery: ({ node, queryId }) => {
      texts.set(queryId, JSON.stringify(node).replaceAll(/"(small|large)"/g, ''))
      return node
    },
    transformResult: async ({ result, queryId }) => {
      const characters = JSON.stringify(result.rows).length
      sent.push({ text: texts.get(queryId) ?? '', rows: result.rows.length, characters, turn })
      return result
    },
  })
  const end = () => clearImmediate(next)
  return { sent, where: patient(watched), [Symbol.dispose]: end }
}

function mostOfATurn(sent: readonly Sent[]): number {
  const counts = Map.groupBy(sent, ({ turn }) => turn)
  return Math.max(...Array.from(counts.values(), ({ length }) => length))
}

function people(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    userPrincipalName: `person${index}@a.example`,
    displayName: index === 77 ? 'Émile Müller 77' : nameOf(index),
    givenName: firstNames[index % firstNames.length],
    mail: `Person${index}@A.example`,
  }))
}

function nameOf(index: number): string {
  const first = firstNames[index % firstNames.length]
  const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length]
  return `${first} ${last}`
}

function questions(): Term[][] {
  const texts = [
    ...firstNames,
    ...lastNames,
    'z',
    'person9',
    'a.example',
    'PERSON12@',
    'm',
    '"q',
    '',
    '陈 思',
  ]
  const hows = ['equals', 'startsWith', 'hasWordsStartingWith'] as const
  const properties = ['displayName', 'givenName', 'mail', 'surname']
  const terms = properties.flatMap(property =>
    hows.flatMap(how => texts.map((text): Term => ({ property, how, text }))),
  )
  const pairs = terms.flatMap((term, at) => (at % 5 === 0 ? [[term, terms[at * 4] ?? term]] : []))
  return [...terms.map(term => [term]), ...pairs]
}

/**
 * The rule without an index: a value equals the text, begins with it, or has words that begin with
 * it.
 */
function isMet(searchText: string, { property, how, text }: Term): boolean {
  const wanted = text.normalize('NFC').toLowerCase()
  const lines = searchText.split('\n')
  const after = (mark: string) => {
    const start = property.toLowerCase() + mark
    return lines.filter(line => line.startsWith(start)).map(line => line.slice(start.length))
  }
  if (how === 'equals') return after('=').includes(wanted)
  if (how === 'startsWith') return after('=').some(value => value.startsWith(wanted))
  const words = wanted.split(/[\s,;@.()"'-]+/u).filter(Boolean)
  return words.length > 0 && words.every(word => after(':').some(line => line.startsWith(word)))
}

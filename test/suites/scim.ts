/**
 * The service of SCIM on any database: who is created, adopted and refused, people of groups, the naming rule for owners,
 * what is told, and a database that is away. A database's own test calls describeScim with a way to open one.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { addUsers } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { type Ask, type ScimStand, standFor, tenant } from './scim-stand.ts'

const [guid, otherGuid] = [
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  '4f2504e0-4f89-41d3-9a0c-0305e82c3302',
]

export function describeScim(kind: string, open: () => Promise<Database>): void {
  describe(`SCIM in ${kind}`, () => {
    let database: Database
    let stand: ScimStand
    let ask: Ask
    before(async () => {
      database = await open()
      await migrate(database)
    })
    after(() => database.destroy())
    beforeEach(async () => {
      await emptyDirectory(database)
      stand = standFor(database)
      ask = await stand.as('entra')
    })

    /** Somebody who came by signing in, with this id and name. */
    const signedIn = async (id: string, userPrincipalName: string) => {
      await addUsers(database, tenant, [{ id, userPrincipalName, displayName: 'Anna' }])
      await database.updateTable('users').set({ source: 'sign-in', names_at: 1 }).execute()
    }
    const makeUser = async (userName: string): Promise<string> => {
      const { status, json } = await ask('POST', '/Users', { userName })
      assert.equal(status, 201)
      return String(json.id)
    }
    const makeGroup = async (displayName: string, members: readonly string[] = []) => {
      const group = { displayName, members: members.map(value => ({ value })) }
      const { status, json } = await ask('POST', '/Groups', group)
      assert.equal(status, 201)
      return String(json.id)
    }
    const change = async (groupId: string, op: string, ids: readonly string[]) => {
      const operation = { op, path: 'members', value: ids.map(value => ({ value })) }
      return await ask('PATCH', `/Groups/${groupId}`, { Operations: [operation] })
    }
    const peopleOf = async (groupId: string, relation = 'member') => {
      const rows = await database
        .selectFrom('group_people')
        .select('user_id')
        .where('group_id', '=', groupId)
        .where('relation', '=', relation)
        .execute()
      return rows.map(({ user_id }) => user_id).sort()
    }
    const did = () => stand.changes.map(one => `${one.kind} ${one.did}`)

    describe('creates', () => {
      test('a person who signed in with this id: they are adopted', async () => {
        await signedIn('00u1', 'anna@signed-in.invalid')
        const made = await ask('POST', '/Users', { userName: 'anna@a.example', externalId: '00u1' })
        assert.deepEqual([made.status, made.json.id], [201, '00u1'])
        assert.deepEqual(did(), ['person adopted'])
      })

      test('a person who signed in under this name, unless the sender knows another id', async () => {
        await signedIn(guid, 'anna@a.example')
        const person = { userName: 'anna@a.example', externalId: otherGuid }
        const refused = await ask('POST', '/Users', person)
        assert.deepEqual([refused.status, refused.json.scimType], [409, 'uniqueness'])
        const made = await ask('POST', '/Users', { ...person, externalId: '00u1' })
        assert.deepEqual([made.status, made.json.id], [201, guid])
      })

      test('nobody under the id of a person of another source', async () => {
        await addUsers(database, tenant, [
          { id: guid, userPrincipalName: 'anna@a.example', displayName: 'Anna' },
        ])
        for (const person of [
          { userName: 'other@a.example', externalId: guid },
          { userName: 'anna@a.example' },
        ]) {
          const { status, json } = await ask('POST', '/Users', person)
          assert.deepEqual([status, /'graph' manages/.test(String(json.detail))], [409, true])
        }
        assert.deepEqual(did(), [])
      })

      test('a deleted person of its own again, with their id and groups', async () => {
        const person = { userName: 'anna@a.example', externalId: '00u1' }
        const { json } = await ask('POST', '/Users', person)
        const groupId = await makeGroup('Sales', [String(json.id)])
        await ask('DELETE', `/Users/${json.id}`)
        const again = await ask('POST', '/Users', person)
        assert.deepEqual([again.status, again.json.id], [201, json.id])
        assert.deepEqual(await peopleOf(groupId), [json.id])
        assert.equal(did().at(-1), 'person restored')
      })

      test('one person for ten equal requests at once', async () => {
        const person = { userName: 'anna@a.example', externalId: '00u1' }
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => ask('POST', '/Users', person)),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [201, ...Array.from({ length: 9 }, () => 409)])
      })

      test('no two groups with one external id, when ten get it at once', async () => {
        const ids = await Promise.all(
          Array.from({ length: 10 }, (_, at) => makeGroup(`Group ${at}`)),
        )
        const Operations = [{ op: 'replace', path: 'externalId', value: '00g1' }]
        const answers = await Promise.all(
          ids.map(id => ask('PATCH', `/Groups/${id}`, { Operations })),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [204, ...Array.from({ length: 9 }, () => 409)])
      })

      test('one group for ten equal requests at once', async () => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => ask('POST', '/Groups', { displayName: 'Sales' })),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [201, ...Array.from({ length: 9 }, () => 409)])
      })

      test('two groups of one name if the sender tells them apart', async () => {
        const make = (externalId: string) =>
          ask('POST', '/Groups', { displayName: 'Sales', externalId })
        assert.deepEqual([(await make('a')).status, (await make('b')).status], [201, 201])
        assert.equal((await make('a')).status, 409)
      })
    })

    describe('changes', () => {
      test('an externalId only if nobody else of the source has it', async () => {
        const { json } = await ask('POST', '/Users', {
          userName: 'anna@a.example',
          externalId: 'a',
        })
        await ask('POST', '/Users', { userName: 'ben@a.example', externalId: 'b' })
        const set = async (value: string) =>
          await ask('PATCH', `/Users/${json.id}`, {
            Operations: [{ op: 'replace', path: 'externalId', value }],
          })
        assert.equal((await set('b')).status, 409)
        assert.deepEqual((await set('c')).json.externalId, 'c')
        assert.equal((await ask('GET', `/Users/${json.id}`)).json.externalId, 'c')
      })

      test('nobody into their own manager', async () => {
        const id = await makeUser('anna@a.example')
        const { status } = await ask('PATCH', `/Users/${id}`, {
          Operations: [{ op: 'add', path: 'manager', value: id }],
        })
        assert.equal(status, 400)
      })

      test('a person who signed in, who is adopted', async () => {
        await signedIn('00u1', 'anna@a.example')
        const { status } = await ask('PUT', '/Users/00u1', { userName: 'anna@a.example' })
        assert.deepEqual([status, did()], [200, ['person adopted']])
      })

      test('nothing for a change without effect', async () => {
        const id = await makeUser('anna@a.example')
        const { headers } = await ask('GET', `/Users/${id}`)
        stand.clock.now += 5000
        const same = await ask('PATCH', `/Users/${id}`, {
          Operations: [{ op: 'replace', path: 'active', value: 'True' }],
        })
        assert.equal(same.headers.etag, headers.etag)
        assert.deepEqual(did(), ['person created'])
      })

      test('the version at each change, however quick', async () => {
        const id = await makeUser('anna@a.example')
        const versions = new Set<unknown>()
        for (const title of ['a', 'b', 'c']) {
          const { headers } = await ask('PATCH', `/Users/${id}`, {
            Operations: [{ op: 'replace', path: 'title', value: title }],
          })
          versions.add(headers.etag)
        }
        assert.equal(versions.size, 3)
      })
    })

    describe('members', () => {
      test('who are added at once by many requests are all there', async () => {
        const ids = await Promise.all(
          Array.from({ length: 12 }, (_, index) => makeUser(`p${index}@a.example`)),
        )
        const groupId = await makeGroup('Sales')
        await Promise.all(ids.map(id => change(groupId, 'add', [id])))
        assert.deepEqual(await peopleOf(groupId), [...ids].sort())
      })

      test('of more than one step are added, replaced and removed', async () => {
        const ids = Array.from({ length: 1200 }, () => crypto.randomUUID()).sort()
        const people = ids.map(id => ({
          id,
          userPrincipalName: `${id}@a.example`,
          displayName: id,
        }))
        await addUsers(database, tenant, people)
        const groupId = await makeGroup('Sales', ids.slice(0, 1100))
        assert.equal((await peopleOf(groupId)).length, 1100)
        await change(groupId, 'replace', ids.slice(50, 1200))
        assert.deepEqual(await peopleOf(groupId), ids.slice(50, 1200))
        const shown = await ask('GET', `/Groups/${groupId}`)
        assert.equal((shown.json.members as unknown[]).length, 1150)
        await change(groupId, 'remove', ids.slice(0, 1100))
        assert.deepEqual(await peopleOf(groupId), ids.slice(1100, 1200))
        const counts = stand.changes.map(({ added = 0, removed = 0 }) => [added, removed])
        assert.deepEqual(counts.slice(-2), [
          [100, 50],
          [0, 1050],
        ])
      })

      test('are not read for a version that the sender has', async () => {
        const path = `/Groups/${await makeGroup('Sales', [await makeUser('anna@a.example')])}`
        const { headers } = await ask('GET', path)
        const before = stand.statements()
        const seen = { 'if-none-match': headers.etag }
        assert.equal((await ask('GET', path, undefined, { headers: seen })).status, 304)
        const known = stand.statements() - before
        await ask('GET', path)
        assert.ok(stand.statements() - before - known > known)
      })

      test('are changed by as many statements in a large group as in a small one', async () => {
        const ids = Array.from({ length: 700 }, () => crypto.randomUUID())
        const people = ids.map(id => ({
          id,
          userPrincipalName: `${id}@a.example`,
          displayName: id,
        }))
        await addUsers(database, tenant, people)
        const [last = ''] = ids.splice(-1)
        const counts: number[] = []
        for (const members of [ids.slice(0, 2), ids]) {
          const groupId = await makeGroup(`of ${members.length}`, members)
          const before = stand.statements()
          await change(groupId, 'add', [last])
          counts.push(stand.statements() - before)
        }
        assert.equal(counts[0], counts[1])
      })

      test('who are unknown are told and do not lose the others', async () => {
        const id = await makeUser('anna@a.example')
        const groupId = await makeGroup('Sales')
        assert.equal((await change(groupId, 'add', [otherGuid, id])).status, 204)
        assert.deepEqual(await peopleOf(groupId), [id])
        assert.deepEqual(stand.unknown, [otherGuid])
      })

      test('of more than 10,000 in one request are refused', async () => {
        const groupId = await makeGroup('Sales')
        const ids = Array.from({ length: 10_001 }, (_, index) => `p${index}`)
        assert.equal((await change(groupId, 'add', ids)).status, 400)
        assert.equal((await change(groupId, 'add', ids.slice(1))).status, 204)
      })
    })

    describe('with a naming rule for owners', () => {
      beforeEach(async () => {
        const owners = { before: '', after: ' Owners' }
        stand = standFor(database, { scim: { idFrom: 'externalId', owners } })
        ask = await stand.as('entra')
      })
      const rename = (id: string, displayName: string) =>
        ask('PATCH', `/Groups/${id}`, { Operations: [{ op: 'replace', value: { displayName } }] })

      test('members of the one group own the other, whichever comes first', async () => {
        const id = await makeUser('anna@a.example')
        const sales = await makeGroup('Sales')
        await makeGroup('Sales Owners', [id])
        await makeGroup('Design Owners', [id])
        const design = await makeGroup('Design')
        assert.deepEqual(
          [await peopleOf(sales, 'owner'), await peopleOf(design, 'owner')],
          [[id], [id]],
        )
        assert.equal(did().filter(one => one === 'group owners').length, 2)
      })

      test('owners follow the members, the name and the end of the other group', async () => {
        const [anna, ben] = [await makeUser('anna@a.example'), await makeUser('ben@a.example')]
        const sales = await makeGroup('Sales')
        const owners = await makeGroup('Sales Owners', [anna])
        await change(owners, 'add', [ben])
        assert.deepEqual(await peopleOf(sales, 'owner'), [anna, ben].sort())
        await change(owners, 'remove', [anna])
        assert.deepEqual(await peopleOf(sales, 'owner'), [ben])
        await rename(owners, 'Other')
        assert.deepEqual(await peopleOf(sales, 'owner'), [])
        await rename(owners, 'Sales Owners')
        assert.deepEqual(await peopleOf(sales, 'owner'), [ben])
        await ask('DELETE', `/Groups/${owners}`)
        assert.deepEqual(await peopleOf(sales, 'owner'), [])
      })

      test('a group that gets other owners is a new version, unless the sender changed it itself', async () => {
        const [anna, ben] = [await makeUser('anna@a.example'), await makeUser('ben@a.example')]
        const sales = await makeGroup('Sales')
        const version = async () => (await ask('GET', `/Groups/${sales}`)).headers.etag
        const versions = [await version()]
        const owners = await makeGroup('Sales Owners', [anna])
        versions.push(await version())
        await change(owners, 'add', [ben])
        versions.push(await version())
        assert.equal(new Set(versions).size, 3)
        await change(owners, 'add', [ben])
        assert.equal(await version(), versions[2])
        const path = `/Groups/${sales}?attributes=id`
        const Operations = [{ op: 'replace', path: 'owners', value: [] }]
        const { headers } = await ask('PATCH', path, { Operations })
        assert.equal(headers.etag, await version())
      })

      test('a group without such a group keeps the owners that the sender gave it', async () => {
        const id = await makeUser('anna@a.example')
        const extension = 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group'
        const { json } = await ask('POST', '/Groups', {
          displayName: 'Sales',
          [extension]: { owners: [{ value: id }] },
        })
        await rename(String(json.id), 'Marketing')
        assert.deepEqual(await peopleOf(String(json.id), 'owner'), [id])
      })

      test('groups of another source are not touched', async () => {
        const id = await makeUser('anna@a.example')
        const other = await stand.as('okta')
        const sales = await other('POST', '/Groups', { displayName: 'Sales' })
        await makeGroup('Sales Owners', [id])
        assert.deepEqual(await peopleOf(String(sales.json.id), 'owner'), [])
      })
    })

    test('tells every change of a person and a group once', async () => {
      const id = await makeUser('anna@a.example')
      const set = (path: string, value: unknown) =>
        ask('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', path, value }] })
      await set('title', 'Boss')
      await set('active', false)
      await set('active', true)
      const groupId = await makeGroup('Sales', [id])
      await change(groupId, 'remove', [id])
      await ask('PUT', `/Groups/${groupId}`, { displayName: 'Marketing' })
      await ask('DELETE', `/Groups/${groupId}`)
      await ask('DELETE', `/Users/${id}`)
      assert.deepEqual(did(), [
        'person created',
        'person changed',
        'person disabled',
        'person enabled',
        'group created',
        'group members',
        'group members',
        'group changed',
        'group removed',
        'person removed',
      ])
      assert.deepEqual(new Set(stand.changes.map(({ source }) => source)), new Set(['scim:entra']))
    })

    test('records the last success of a source, once a minute at most', async () => {
      const at = async () => {
        const rows = await database.selectFrom('sources').select('last_success_at').execute()
        return rows.map(row => Number(row.last_success_at))
      }
      const { clock } = stand
      const start = clock.now
      await ask('GET', '/Users?count=0')
      clock.now += 59_000
      await ask('GET', '/Users?count=0')
      assert.deepEqual(await at(), [start])
      clock.now += 1000
      await ask('GET', '/Users/nobody')
      assert.deepEqual(await at(), [start])
      await ask('GET', '/Users?count=0')
      assert.deepEqual(await at(), [start + 60_000])
    })

    test('refuses the 101st request of a tenant at once with 429, and nobody of another tenant', async () => {
      const [body, all] = [Promise.withResolvers<Uint8Array>(), Promise.withResolvers<undefined>()]
      let running = 0
      const readBody = async () => {
        running += 1
        if (running === 100) all.resolve(undefined)
        return await body.promise
      }
      const other = await stand.as('entra', 'fabrikam')
      const waiting = Array.from({ length: 100 }, () => ask('POST', '/Users', {}, { readBody }))
      await all.promise
      const refused = await ask('GET', '/Users?count=0')
      assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1'])
      assert.equal((await other('GET', '/Users?count=0')).status, 200)
      body.resolve(Buffer.from('{'))
      for (const { status } of await Promise.all(waiting)) assert.equal(status, 400)
      assert.equal((await ask('GET', '/Users?count=0')).status, 200)
    })

    test('refuses a name that is there twice, in any case and depth, and changes nothing', async () => {
      const name = 'twice@visage.example'
      const id = await makeUser(name)
      const patch = (operation: object) => ({ Operations: [operation] })
      const wrong: readonly (readonly [string, string, object])[] = [
        ['POST', '/Users', { userName: 'first@visage.example', USERNAME: 'last@visage.example' }],
        [
          'POST',
          '/Users',
          { userName: 'a@visage.example', name: { givenName: 'A', GivenName: 'B' } },
        ],
        ['POST', '/Groups', { displayName: 'Twice', members: [{ value: 'a', VALUE: 'b' }] }],
        ['PUT', `/Users/${id}`, { userName: name, title: 'A', Title: 'B' }],
        ['PATCH', `/Users/${id}`, patch({ op: 'add', value: { title: 'A', TITLE: 'B' } })],
        ['PATCH', `/Users/${id}`, patch({ op: 'add', Op: 'remove', path: 'title', value: 'A' })],
        ['POST', '/Users/.search', { filter: 'title pr', Filter: 'not (title pr)' }],
      ]
      for (const [method, path, body] of wrong) {
        const { status, json } = await ask(method, path, body)
        assert.deepEqual([status, json.scimType], [400, 'invalidSyntax'], JSON.stringify(body))
        assert.match(String(json.detail), /is there twice/)
      }
      assert.equal((await ask('GET', `/Users/${id}`)).json.title, undefined)
    })

    test('refuses a search that asks with other values than texts and whole numbers', async () => {
      const odd = { toString: 1, valueOf: 1 }
      for (const asked of [
        ...[{ count: odd }, { count: ' ' }, { count: '0x1' }, { startIndex: odd }],
        ...[{ attributes: [odd] }, { attributes: [null] }, { sortBy: odd }, { filter: odd }],
      ]) {
        const { status, json } = await ask('POST', '/Users/.search', asked)
        assert.deepEqual([status, json.scimType], [400, 'invalidValue'], Object.keys(asked)[0])
      }
    })

    test('answers reads only while the store is read-only', async () => {
      const id = await makeUser('anna@a.example')
      ask = await standFor(database, { isReadOnly: true }).as('entra')
      const read = await ask('GET', `/Users/${id}`)
      const searched = await ask('POST', '/Users/.search', { count: 1 })
      const refused = await ask('DELETE', `/Users/${id}`)
      assert.deepEqual([read.status, searched.status, refused.status], [200, 200, 503])
      assert.equal(refused.headers['retry-after'], '30')
    })

    test('answers 503, never 404, when the database is away at any statement, and a retry ends right', async () => {
      const id = await makeUser('anna@a.example')
      const groupId = await makeGroup('Sales')
      const person = { userName: 'ben@a.example', externalId: guid }
      const requests: readonly (readonly [string, string, unknown?])[] = [
        ['GET', `/Users/${id}`],
        ['GET', '/Users?filter=userName%20eq%20%22anna@a.example%22'],
        ['GET', '/Groups'],
        ['POST', '/Users', person],
        ['PUT', `/Users/${id}`, { userName: 'anna@a.example', title: 'Boss' }],
        [
          'PATCH',
          `/Groups/${groupId}`,
          { Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }] },
        ],
        ['DELETE', `/Groups/${groupId}`],
        ['DELETE', `/Users/${id}`],
      ]
      for (const [method, path, json] of requests) {
        for (let statements = 0; ; statements += 1) {
          stand.failAfter(statements)
          const { status, headers, json: error } = await ask(method, path, json)
          if (status < 300) break
          assert.deepEqual([status, headers['retry-after']], [503, '2'], `${method} ${path}`)
          assert.equal(error.status, '503')
        }
      }
      stand.failAfter(Number.POSITIVE_INFINITY)
      assert.equal((await ask('GET', `/Users/${guid}`)).json.userName, person.userName)
      assert.equal((await ask('GET', `/Users/${id}`)).status, 404)
      assert.deepEqual(await peopleOf(groupId), [id])
    })
  })
}

/** JSON files as `visage import` reads, plans and applies them, on any database. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deleteGroup } from '../../src/directory/change-groups.ts'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createImportStand, guid, problemsIn, refused, tenantId } from './import-stand.ts'

const people = [
  {
    externalId: 'e1',
    userPrincipalName: 'anna@x.org',
    displayName: 'Anna Adler',
    givenName: 'Anna',
    surname: 'Adler',
    mail: 'a@x.org',
    mailNickname: 'anna',
    jobTitle: 'Lead',
    department: 'Design',
    employeeId: '007',
    userType: 'Guest',
    accountEnabled: false,
    manager: 'ben@x.org',
  },
  { externalId: 'e2', userPrincipalName: 'ben@x.org', givenName: 'Ben', surname: null },
]

const csv = `externalId,userPrincipalName,displayName,givenName,surname,mail,mailNickname,jobTitle,department,employeeId,userType,accountEnabled,manager
e1,anna@x.org,Anna Adler,Anna,Adler,a@x.org,anna,Lead,Design,007,Guest,false,ben@x.org
e2,ben@x.org,,Ben,,,,,,,,,
`

const groups = [
  {
    externalId: 'g1',
    displayName: 'Design',
    visibility: 'Private',
    isTeam: true,
    owners: ['anna@x.org'],
    members: ['e2', { '@odata.type': '#microsoft.graph.user', userPrincipalName: 'ANNA@x.org' }],
  },
  { externalId: 'g2', displayName: 'All', description: 'Everybody', members: [] },
]

export function describeJsonImport(name: string, open: () => Promise<Database>): void {
  describe(`JSON files imported into ${name}`, () => {
    const { database, withPlan, told, apply, bring, problemsOf, find, allRows } =
      createImportStand(open)
    const json = (value: unknown) => JSON.stringify(value)
    const memberships = async () => {
      const rows = await database()
        .selectFrom('group_people')
        .innerJoin('users', 'users.id', 'group_people.user_id')
        .innerJoin('groups', 'groups.id', 'group_people.group_id')
        .select(['groups.external_id as group', 'relation', 'user_principal_name as name'])
        .execute()
      return rows.map(row => `${row.group} ${row.relation} ${row.name}`).toSorted()
    }

    test('a list of people gives the same plan and the same rows as the CSV with the same data', async () => {
      const planned = (content: string) => withPlan(content, {}, plan => plan.sections)
      assert.deepEqual(await planned(json(people)), await planned(csv))
      await bring(json(people))
      const [anna, ben] = [await find('anna@x.org'), await find('ben@x.org')]
      assert.deepEqual([anna?.is_active, anna?.manager_id, ben?.display_name], [0, ben?.id, 'Ben'])
      const before = await allRows()
      const again = await bring(csv, { leavers: 'go' }, 9)
      assert.deepEqual([again, await allRows()], [{ written: 0, removed: 0, refused: 0 }, before])
    })

    test('a property that an item does not have stays, and null takes it away', async () => {
      await bring(json([{ userPrincipalName: 'a@x.org', mail: 'a@x.org', department: 'Design' }]))
      await bring(json([{ userPrincipalName: 'a@x.org', mail: null }]))
      const row = await find('a@x.org')
      assert.deepEqual([row?.mail, row?.department], [null, 'Design'])
    })

    test('one document brings people, groups, owners and members, and a second run writes no row', async () => {
      told.length = 0
      const document = json({ groups, people })
      const { written } = await bring(document)
      const all = ['g1 member anna@x.org', 'g1 member ben@x.org', 'g1 owner anna@x.org']
      assert.deepEqual([written, await memberships()], [7, all])
      assert.deepEqual(told, [
        'person created',
        'person created',
        'group created',
        'group created',
        'group changed',
      ])
      told.length = 0
      const again = await bring(document, { leavers: 'go' }, 9)
      assert.deepEqual([again, told], [{ written: 0, removed: 0, refused: 0 }, []])
    })

    test('a document and the CSV files with the same data have the same outcome', async () => {
      await bring(json({ people, groups }))
      const lists = {
        people: csv,
        groups: 'externalId,displayName,visibility,isTeam\ng1,Design,Private,yes\ng2,All,,\n',
        members: 'group,person,role\ng1,anna@x.org,owner\ng1,ben@x.org,\ng1,anna@x.org,member\n',
      } as const
      for (const kind of ['people', 'groups', 'members'] as const) {
        const result = await bring(lists[kind], { leavers: 'go', kind }, 9)
        assert.deepEqual(result, { written: 0, removed: 0, refused: 0 }, kind)
      }
    })

    test('only what a group lists is pruned: others keep their people, and removed groups theirs', async () => {
      await bring(json({ people, groups }))
      const [design] = groups
      const silent = { ...design, owners: [], members: undefined }
      const first = await bring(json({ groups: [silent] }), { leavers: 'go' })
      assert.deepEqual(first, { written: 0, removed: 1, refused: 0 })
      const kept = ['g1 member anna@x.org', 'g1 member ben@x.org', 'g1 owner anna@x.org']
      assert.deepEqual(await memberships(), kept)
      const fewer = json({ groups: [{ ...silent, members: ['ben@x.org'] }] })
      const second = await bring(fewer, { leavers: 'go' })
      assert.deepEqual(second, { written: 0, removed: 1, refused: 0 })
      assert.deepEqual(await memberships(), kept.slice(1))
    })

    test('a list of members beside the groups stands for all of their people', async () => {
      await bring(json({ people, groups }))
      const bare = groups.map(({ externalId, displayName }) => ({ externalId, displayName }))
      const members = [{ group: 'g2', person: 'anna@x.org' }]
      const result = await bring(json({ people, groups: bare, members }), { leavers: 'go' })
      assert.deepEqual(result, { written: 1, removed: 2, refused: 0 })
      assert.deepEqual(await memberships(), ['g1 owner anna@x.org', 'g2 member anna@x.org'])
    })

    test('people and groups that go keep their memberships until they are restored', async () => {
      await bring(json({ people, groups }))
      const [, ben] = people
      const fewer = json({ people: [ben], groups: groups.slice(1), members: [] })
      assert.deepEqual(await bring(fewer, { leavers: 'go' }), {
        written: 0,
        removed: 2,
        refused: 0,
      })
      assert.equal((await memberships()).length, 3)
    })

    test('a member who leaves with the same file is an error of the member', async () => {
      await bring(json({ people, groups }))
      const [, ben] = people
      const without = json({ people: [ben], groups })
      assert.deepEqual(await problemsOf(without, { leavers: 'go' }), [
        'groups[0].owners[0]: "anna@x.org" is not in the list of people',
        'groups[0].members[1]: "ANNA@x.org" is not in the list of people',
      ])
      assert.deepEqual(await problemsOf(without), [])
    })

    test('an empty list removes everybody, and a list that is not there nobody', async () => {
      await bring(json({ people, groups }))
      const none = await bring(json({ groups: [] }), { leavers: 'go' })
      assert.deepEqual([none.removed, (await memberships()).length], [2, 3])
      const all = await bring(json({ people: [] }), { leavers: 'go' })
      assert.deepEqual(all.removed, 2)
    })

    test('names as in CSV headers, chosen names and unused names are said', async () => {
      const list = json([{ upn: 'a@x.org', Who: 'Anna', fax: 1, '@odata.id': null }])
      const said = await withPlan(list, { columns: ['displayName=who'] }, async plan => {
        await apply(plan)
        return plan.understood
      })
      assert.deepEqual(said, [
        'JSON, UTF-8, one list.',
        'People: userPrincipalName from "upn", displayName from "Who". Not used: "fax", "@odata.id".',
        'A later import finds the same people by userPrincipalName.',
      ])
      assert.equal((await find('a@x.org'))?.display_name, 'Anna')
    })

    test('a mark at the beginning, UTF-16, white space and escapes are read', async () => {
      const text =
        '\ufeff \r\n[ {"userPrincipalName" : "a@x.org", "displayName":"\\u5b89\\u5a1c"} ]\t'
      for (const encoding of ['utf8', 'utf16le'] as const) {
        await bring(Buffer.from(text, encoding))
        assert.equal((await find('a@x.org'))?.display_name, '安娜')
      }
    })

    test('items that cannot be read are named by path, and the others can be imported', async () => {
      const list = [
        '{"userPrincipalName":"a@x.org","mail":5}',
        '{"userPrincipalName":"b@x.org","mail":"b@x.org","mail":"c@x.org"}',
        '{"userPrincipalName":"c@x.org","email":"x@x.org","mail":"y@x.org"}',
        '{"userPrincipalName":null}',
        '{"__proto__":{"userPrincipalName":"d@x.org"},"constructor":1}',
        '{"userPrincipalName":"__proto__"}',
        '"e@x.org"',
        'null',
        '[]',
        '{"upn":"f@x.org","accountEnabled":"perhaps"}',
        '{"upn":"g@x.org","accountEnabled":1}',
        '{"upn":"h@x.org","displayName":"two\\nlines"}',
        '{"upn":"i@x.org","displayName":"a\\u0000b"}',
        '{"upn":"j@x.org","displayName":"\\ud800"}',
        `{"upn":"k@x.org","displayName":"${'x'.repeat(641)}"}`,
        `{"upn":"l@x.org","notes":{"a b":["${'x'.repeat(70_000)}"]}}`,
        '{"upn":"m@x.org","manager":{"displayName":"Ben"}}',
        '{"upn":"n@x.org","manager":["a@x.org"]}',
        '{"upn":"constructor@x.org","toString":"x"}',
      ]
      const words = await withPlan(`{"people":[${list}]}`, {}, async plan => {
        const found = problemsIn(plan)
        await apply(plan)
        return found
      })
      assert.deepEqual(words, [
        'people[0].mail: mail is a number, and not a text',
        'people[1].mail: the name is there twice',
        'people[2]: "email" and "mail" could both be mail',
        'people[3]: there is no userPrincipalName',
        'people[4]: there is no userPrincipalName',
        'people[5].userPrincipalName: the userPrincipalName "__proto__" is not of the form alias@domain',
        'people[6]: it is a text, and not an object',
        'people[7]: it is null, and not an object',
        'people[8]: it is a list, and not an object',
        'people[9].accountEnabled: accountEnabled is "perhaps", neither yes nor no',
        'people[10].accountEnabled: accountEnabled is a number, and not true or false',
        'people[11].displayName: displayName holds a control character',
        'people[12].displayName: displayName holds a control character',
        'people[13].displayName: displayName holds half a character',
        'people[14].displayName: displayName is longer than 640 characters',
        'people[15].notes["a b"][0]: it is longer than 64 KB',
        'people[16].manager: manager is an object without id or userPrincipalName',
        'people[17].manager: manager is a list, and not a text',
      ])
      const names = (await allRows()).map(row => row.user_principal_name)
      assert.deepEqual(names, ['constructor@x.org'])
      assert.equal(Object.hasOwn(Object.prototype, 'userPrincipalName'), false)
    })

    test('what contradicts in a document is named by the paths', async () => {
      const document = {
        people: [
          { id: guid(1), upn: 'a@x.org', manager: 'b@x.org' },
          { id: guid(1), upn: 'B@x.org' },
          { upn: 'c@x.org', manager: 'c@x.org' },
        ],
        groups: [
          { externalId: 'g', displayName: 'G', members: 'a@x.org' },
          { externalId: 'h', displayName: 'H', members: ['nobody@x.org', 7, {}, null] },
          { externalId: 'i', displayName: 'I', owners: ['d@x.org', { id: 'D@x.org' }] },
          { displayName: 'J', members: ['d@x.org'] },
        ],
        members: [{ group: 'h', person: 'd@x.org', role: 'boss' }, { person: 'd@x.org' }],
      }
      await bring('upn\nd@x.org', { source: 'import:others' })
      assert.deepEqual(await problemsOf(json(document)), [
        `people[0]: the id "${guid(1)}" is also at people[1]`,
        `people[1]: the id "${guid(1)}" is also at people[0]`,
        'people[2]: "c@x.org" is their own manager',
        'groups[0].members: members is a text, and not a list',
        'groups[1].members[0]: "nobody@x.org" is not in the directory',
        'groups[1].members[1]: it is a number, and not a text',
        'groups[1].members[2]: it is an object without id or userPrincipalName',
        'groups[1].members[3]: it is null, and not a text',
        'groups[2].owners[0]: "d@x.org" is owner of "I" also at groups[2].owners[1]',
        'groups[2].owners[1]: "D@x.org" is owner of "I" also at groups[2].owners[0]',
        'groups[3]: there is no externalId, id or mailNickname',
        'members[0].role: role is "boss", and not owner or member',
        'members[1]: there is no group',
      ])
    })

    test('the people of a group that is refused are no errors of their own', async () => {
      await bring(json({ people, groups }), { source: 'import:others' })
      const document = json({
        groups: [
          { ...groups[0], id: guid(3) },
          { id: guid(3), displayName: 'X' },
        ],
      })
      assert.deepEqual(await problemsOf(document), [
        `groups[0]: the id "${guid(3)}" is also at groups[1]`,
        `groups[1]: the id "${guid(3)}" is also at groups[0]`,
      ])
    })

    test('who changes between the plan and the import is refused by path, with their memberships', async () => {
      const words = await withPlan(json({ people, groups }), {}, async plan => {
        const anna = { id: guid(9), userPrincipalName: 'anna@x.org', displayName: 'Anna' }
        await putUser(database(), tenantId, anna, { source: 'graph', at: 1 })
        const { written, refused: left } = await apply(plan)
        return [written, left, ...problemsIn(plan)]
      })
      assert.deepEqual(words, [
        4,
        3,
        `people[0]: the userPrincipalName "anna@x.org" is somebody else's`,
        'groups[0].owners[0]: "anna@x.org" is no longer in the directory',
        'groups[0].members[1]: "ANNA@x.org" is no longer in the directory',
      ])
    })

    test('deleted people and groups come back with the memberships that the document gives them', async () => {
      await bring(json({ people, groups }))
      const origin = { source: 'import:staff', at: 6 } as const
      const anna = await find('anna@x.org')
      await deleteUser(database(), tenantId, anna?.id ?? '', origin)
      const rows = await database().selectFrom('groups').select(['id', 'external_id']).execute()
      for (const { id } of rows) await deleteGroup(database(), tenantId, id, origin)
      await bring(json({ people, groups }), { leavers: 'go' }, 9)
      assert.equal((await memberships()).length, 3)
      const again = await bring(json({ people, groups }), { leavers: 'go' }, 10)
      assert.deepEqual(again, { written: 0, removed: 0, refused: 0 })
    })

    test('the report names rows by path, and rows that go by their list', async () => {
      await bring(json({ people, groups }))
      const [anna] = people
      const later = json({ people: [{ ...anna, jobTitle: 'Head' }, { upn: 'x' }], groups: [] })
      const rows = await withPlan(later, { leavers: 'go' }, plan => [
        plan.heading,
        ...[...plan.report()].map(row => [row.at, row.outcome, row.details.slice(0, 30)]),
      ])
      assert.deepEqual(rows, [
        'path',
        ['people[0]', 'changed', 'jobTitle'],
        ['people[1].upn', 'error', 'the userPrincipalName "x" is n'],
        ['people', 'not in file', ''],
        ['groups', 'not in file', ''],
        ['groups', 'not in file', ''],
      ])
    })

    const person = '{"userPrincipalName":"a@x.org"}'
    const notImported = {
      'half a list': [`[${person},`, /the file ends within \[0\]|\[1\]: it is not complete/],
      'half an item': [`{"people":[${person},{"upn`, /ends within people\[1\]: it is not complete/],
      'half a document': [`{"people":[${person}]`, /the file ends within the file/],
      'a comma too many': [`[${person},]`, /^at \[1\]: a value is missing\. Nothing was imported/],
      'no comma': [`[${person}${person}]`, /^at \[0\]: "\{" stands behind it where a comma or \]/],
      'brackets that do not fit': [
        '{"people":[{"upn":["a@x.org"}]}',
        /^at people\[0\]\.upn: a comma/,
      ],
      'a word that is no value': ['[{"upn":nul}]', /^at \[0\]\.upn: "nul" is no value of JSON/],
      'a number with a zero before': ['[{"upn":007}]', /^at \[0\]\.upn: "007" is no value of JSON/],
      'a text with a line break': ['[{"upn":"a\nb"}]', /^at \[0\]\.upn: a text holds a line break/],
      'single quotes': ["[{'upn':'a@x.org'}]", /^at \[0\]: a name in quotes is missing/],
      'text behind the end': [`[${person}] []`, /there is text after the end/],
      'no list': ['{}', /has no list. Lists are people, groups, members/],
      'another list': ['{"poeple":[]}', /"poeple" is no list that is imported/],
      'a list named __proto__': ['{"__proto__":[]}', /"__proto__" is no list/],
      'a list twice': ['{"people":[],"people":[]}', /the list people is there twice/],
      'an object for a list': ['{"people":{}}', /^at people: it is not a list/],
      'a name that is no text': ['{1:[]}', /"1:\[\]" stands where the name|"1" stands/],
      'NUL characters': ['[{"upn":"a\0"}]', /holds NUL characters/],
      'Windows-1252': [
        Buffer.from('[{"upn":"a@x.org","displayName":"J\xfcrgen"}]', 'latin1'),
        /is not UTF-8, as JSON has to be: save it as UTF-8/,
      ],
      'deep nesting': [`[{"a":${'['.repeat(100)}${']'.repeat(100)}}]`, /nested more than 64 deep/],
      'very deep nesting': [`[${'['.repeat(5_000_000)}`, /nested more|ends within \[0\]/],
      'very many values': [`[{"a":[${'1,'.repeat(600_000)}1]}]`, /holds more than 500000 values/],
      'an item above 8 MB': [
        `[{"a":"${'x'.repeat(9_000_000)}"}]`,
        /^at \[0\]: it is longer than 8 MB/,
      ],
      'an item above 8 MB of brackets': [
        `[${'{'.repeat(9_000_000)}`,
        /^at \[0\]: it is longer than/,
      ],
    } as const satisfies Record<string, readonly [string | Uint8Array, RegExp]>

    for (const [what, [content, words]] of Object.entries(notImported)) {
      test(`a file with ${what} is refused, and nothing is written`, async () => {
        await assert.rejects(bring(content), refused(words))
        assert.deepEqual(await allRows(), [])
      })
    }

    test('--kind is for one list, and --column for names that items have', async () => {
      const document = json({ people })
      await assert.rejects(bring(document, { kind: 'people' }), refused(/^--kind: the file names/))
      const columns = ['mail=Work address']
      await assert.rejects(bring(document, { columns }), refused(/^--column: it is for a CSV/))
      await assert.rejects(bring(json(people), { columns }), refused(/no item has the name "Work/))
      const bare = json([{ externalId: 'g', displayName: 'G' }])
      assert.equal((await bring(bare, { kind: 'groups' })).written, 1)
    })
  })
}

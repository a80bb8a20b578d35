/**
 * Files as `visage import` reads, plans and applies them, on any database. A database's own test calls describeImport with
 * a way to open an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deleteGroup, putGroup } from '../../src/directory/change-groups.ts'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { judgeRemovals, listWaiting } from '../../src/directory/leaving/removals.ts'
import { addSignedInUser } from '../../src/directory/sign-in/sign-in.ts'
import type { Database } from '../../src/storage/schema.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'
import {
  countsOf,
  createImportStand,
  guid,
  leaversOf,
  problemsIn,
  refused,
  tenantId,
} from './import-stand.ts'

export function describeImport(name: string, open: () => Promise<Database>): void {
  describe(`files imported into ${name}`, () => {
    const { database, withPlan, told, apply, bring, problemsOf, find, allRows } =
      createImportStand(open)
    const signIn = (id: string, vouchedName: string) =>
      addSignedInUser(
        { database: database(), ...prepareWholeUsers(database()), now: () => 7 },
        {
          tenantId,
          issuer: 'https://issuer.example',
          id,
          profile: { vouchedName, isVouchedFor: true, issuedAt: 5 },
        },
      )

    test('people come with every property, and managers are found among the lines below', async () => {
      const csv = [
        'externalId,userPrincipalName,displayName,givenName,surname,mail,mailNickname,jobTitle,department,employeeId,userType,accountEnabled,manager',
        'e1,anna@x.org,Anna Adler,Anna,Adler,a@x.org,anna,Lead,Design,007,Guest,no,ben@x.org',
        'e2,ben@x.org,,Ben,Berg,,,,,,,,',
      ].join('\r\n')
      await bring(csv)
      const [anna, ben] = [await find('anna@x.org'), await find('ben@x.org')]
      assert.deepEqual(
        [anna?.external_id, anna?.source, anna?.employee_id, anna?.user_type, anna?.is_active],
        ['e1', 'import:staff', '007', 'Guest', 0],
      )
      assert.deepEqual(
        [anna?.mail_nickname, anna?.job_title, anna?.department, anna?.inactive_at],
        ['anna', 'Lead', 'Design', 5],
      )
      assert.equal(anna?.manager_id, ben?.id)
      assert.deepEqual([ben?.display_name, ben?.is_active], ['Ben Berg', 1])
    })

    test('a second run writes no row, and a later one only what has changed', async () => {
      const lines = Array.from(
        { length: 450 },
        (_, i) => `e${i};p${i}@x.org;P ${i};e${i >> 1 || 1}`,
      )
      const csv = ['externalId;upn;name;manager', 'e450;q@x.org;Q;', ...lines.slice(2)].join('\n')
      const whole = `${csv}\ne1;p1@x.org;P 1;`
      await bring(whole)
      const before = await allRows()
      assert.equal(before.length, 450)
      const again = await bring(whole, {}, 9)
      assert.deepEqual([again.written, again.removed], [0, 0])
      assert.deepEqual(await allRows(), before)
      await bring(whole.replace('P 77;', 'Paul;'), {}, 10)
      const changed = (await allRows()).filter(row => row.changed_at === 10)
      assert.deepEqual(
        changed.map(row => row.display_name),
        ['Paul'],
      )
    })

    test('a column that the file does not have leaves its property, and an empty cell takes it away', async () => {
      await bring('upn,mail,department\na@x.org,a@x.org,Design')
      await bring('upn,mail\na@x.org,')
      const row = await find('a@x.org')
      assert.deepEqual([row?.mail, row?.department], [null, 'Design'])
    })

    test('the id is a GUID of the file, else a new GUID', async () => {
      await bring(`externalId,upn\n${guid(1).toUpperCase()},a@x.org\n00u1,b@x.org`)
      assert.equal((await find('a@x.org'))?.id, guid(1))
      assert.match((await find('b@x.org'))?.id ?? '', /^[0-9a-f]{8}-/)
    })

    test('a person who came by signing in is adopted by their id, GUID or not, and never by name', async () => {
      await signIn(guid(1), 'a@x.org')
      await signIn('00u2', 'b@x.org')
      await signIn(guid(3), 'c@x.org')
      const csv = `externalId,upn\n${guid(1)},a@x.org\n00u2,bea@x.org\n`
      const counts = await withPlan(csv, {}, async plan => {
        await apply(plan)
        return countsOf(plan)
      })
      assert.deepEqual([counts.adopted, counts.created], [2, 0])
      const bea = await find('bea@x.org')
      assert.deepEqual([bea?.id, bea?.source], ['00u2', 'import:staff'])
      assert.deepEqual(await problemsOf('upn\nc@x.org'), [
        `2: "c@x.org" is the name of the person with the id ${guid(3)}, who comes from sign-in. With that id in the column id, this line takes them over, photo included`,
      ])
    })

    test('a person of another source is an error of the line, and stays as they are', async () => {
      const graph = { source: 'graph', at: 1 } as const
      const anna = { id: guid(1), userPrincipalName: 'a@x.org', displayName: 'Anna' }
      await putUser(database(), tenantId, anna, graph)
      assert.deepEqual(await problemsOf(`id,upn\n${guid(1)},a@x.org`), [
        '2: they come from graph, and only that source changes them',
      ])
      assert.match(String(await problemsOf('upn\nA@x.org')), /who comes from graph$/)
    })

    test('duplicate ids and names, unknown managers and circles are named with their lines', async () => {
      const csv = `id,upn,manager
${guid(1)},a@x.org,b@x.org
,b@x.org,c@x.org
,c@x.org,a@x.org
${guid(2)},d@x.org,
${guid(2)},e@x.org,
,F@x.org,
,f@x.org,
,g@x.org,g@x.org
,h@x.org,nobody@x.org
`
      const round =
        'managers go round in a circle: "a@x.org" (line 2), "b@x.org" (line 3), "c@x.org" (line 4)'
      assert.deepEqual(await problemsOf(csv), [
        `2: ${round}`,
        `3: ${round}`,
        `4: ${round}`,
        `5: the id "${guid(2)}" is also on line 6`,
        `6: the id "${guid(2)}" is also on line 5`,
        '7: the userPrincipalName "f@x.org" is also on line 8',
        '8: the userPrincipalName "f@x.org" is also on line 7',
        '9: "g@x.org" is their own manager',
        '10: the manager "nobody@x.org" is neither in the file nor in the directory',
      ])
    })

    test('a circle that is closed by people who are not in the file is found', async () => {
      await bring('upn,manager\na@x.org,b@x.org\nb@x.org,c@x.org\nc@x.org,')
      const [problem] = await problemsOf('upn,manager\nc@x.org,a@x.org')
      assert.match(problem ?? '', /^2: managers go round in a circle/)
    })

    test('nobody gets a manager who is refused for a circle, or is new in a refused line', async () => {
      const csv =
        'upn,manager\na@x.org,b@x.org\nb@x.org,a@x.org\nc@x.org,b@x.org\nd@x.org,c@x.org\ne@x.org,'
      await withPlan(csv, {}, async plan => {
        const lost = (who: string) =>
          `the manager "${who}" is neither in the file nor in the directory`
        assert.deepEqual(problemsIn(plan).slice(2), [
          `4: ${lost('b@x.org')}`,
          `5: ${lost('c@x.org')}`,
        ])
        assert.deepEqual(await apply(plan), { written: 1, removed: 0, refused: 0 })
      })
      assert.equal((await find('e@x.org'))?.manager_id, null)
    })

    test('a circle with the manager whom a refused person keeps is found', async () => {
      await bring('upn,manager\na@x.org,c@x.org\nb@x.org,\nc@x.org,')
      const csv = 'upn,manager\na@x.org,b@x.org\nb@x.org,a@x.org\nc@x.org,a@x.org'
      await withPlan(csv, {}, async plan => {
        assert.match(problemsIn(plan)[2] ?? '', /^4: managers go round in a circle: "c@x.org"/)
        assert.deepEqual(await apply(plan), { written: 0, removed: 0, refused: 0 })
      })
    })

    test('lines that cannot be read are named, and the other lines can be imported', async () => {
      const csv = `upn,mail,accountEnabled
nope,,
__proto__,,
constructor@x.org,,
a@x.org,,perhaps
b@x.org,"two\nlines",
c@x.org
d@x.org,,,x
e@x.org,${'x'.repeat(641)},
f@x.org,${'x'.repeat(70_000)},
`
      const words = await withPlan(csv, {}, async plan => {
        const found = problemsIn(plan)
        await apply(plan)
        return found
      })
      assert.deepEqual(
        words.map(text => text.slice(0, 60)),
        [
          '2: the userPrincipalName "nope" is not of the form alias@doma',
          '3: the userPrincipalName "__proto__" is not of the form alias',
          '5: accountEnabled is "perhaps", neither yes nor no',
          '6: mail holds a control character',
          '8: there is 1 cell, and the header has 3',
          '9: there are 4 cells, and the header has 3',
          '10: mail is longer than 640 characters',
          '11: the cell "mail" is longer than 64 KB',
        ].map(text => text.slice(0, 60)),
      )
      assert.deepEqual(
        (await allRows()).map(row => row.user_principal_name),
        ['constructor@x.org'],
      )
    })

    test('people may exchange names, and take the name of somebody who leaves', async () => {
      await bring('externalId,upn\n1,a@x.org\n2,b@x.org\n3,c@x.org')
      await bring('externalId,upn\n1,b@x.org\n2,a@x.org\n4,c@x.org', { leavers: 'go' }, 9)
      const called = await Promise.all(
        ['a@x.org', 'b@x.org', 'c@x.org'].map(async upn => (await find(upn))?.external_id),
      )
      assert.deepEqual(called, ['2', '1', '4'])
    })

    test('people whom the file no longer names go where that is asked for, and come back', async () => {
      await putUser(
        database(),
        tenantId,
        { id: guid(9), userPrincipalName: 'other@x.org', displayName: 'O' },
        { source: 'import:others', at: 1 },
      )
      await bring('upn\na@x.org\nb@x.org')
      await bring('upn\na@x.org')
      assert.ok(await find('b@x.org'))
      const { removed } = await bring('upn\na@x.org', { leavers: 'go' })
      assert.deepEqual([removed, await find('b@x.org')], [1, undefined])
      assert.ok(await find('other@x.org'))
      const { restored } = await withPlan('upn\na@x.org\nb@x.org', {}, async plan => {
        await apply(plan)
        return countsOf(plan)
      })
      assert.equal(restored, 1)
      assert.equal((await find('b@x.org'))?.deleted_at, null)
    })

    test('each person who is written is told once, with what happened, and nobody else', async () => {
      const listen = async (...args: Parameters<typeof bring>) => {
        told.length = 0
        await bring(...args)
        return told.toSorted()
      }
      await signIn(guid(1), 'a@x.org')
      const csv = `externalId,upn,active\n${guid(1)},a@x.org,yes\n2,b@x.org,yes\n3,c@x.org,yes`
      assert.deepEqual(await listen(csv), ['person adopted', 'person created', 'person created'])
      assert.deepEqual(await listen(csv), [])
      const later = csv.replace('b@x.org,yes', 'b@x.org,no').replace('a@x.org', 'anna@x.org')
      assert.deepEqual(await listen(later), ['person changed', 'person disabled'])
      const fewer = later.slice(0, later.lastIndexOf('\n')).replace('b@x.org,no', 'b@x.org,yes')
      assert.deepEqual(await listen(fewer, { leavers: 'go' }), ['person enabled', 'person removed'])
      assert.deepEqual(await listen(later), ['person disabled', 'person restored'])
    })

    const groupRows = () => database().selectFrom('groups').selectAll().orderBy('id').execute()
    const memberships = async () => {
      const rows = await database()
        .selectFrom('group_people')
        .innerJoin('users', join =>
          join
            .onRef('users.tenant_id', '=', 'group_people.tenant_id')
            .onRef('users.id', '=', 'group_people.user_id'),
        )
        .innerJoin('groups', join =>
          join
            .onRef('groups.tenant_id', '=', 'group_people.tenant_id')
            .onRef('groups.id', '=', 'group_people.group_id'),
        )
        .select(['groups.external_id as group', 'relation', 'user_principal_name as name'])
        .execute()
      return rows.map(row => `${row.group} ${row.relation} ${row.name}`).toSorted()
    }
    const asGroups = { source: 'import:groups', kind: 'groups' } as const
    const asMembers = { source: 'import:groups', kind: 'members' } as const

    test('groups and teams come with every property, and a second run writes no row', async () => {
      const csv = `externalId,displayName,mailNickname,mail,description,visibility,isTeam
g1,Design,design,d@x.org,Drawings,private,yes
${guid(4)},Everybody,,,,,
`
      await bring(csv, asGroups)
      const before = await groupRows()
      const facts = before.map(row => [
        row.external_id,
        row.display_name,
        row.mail_nickname,
        row.mail,
        row.description,
        row.visibility,
        row.is_team,
        row.source,
      ])
      assert.deepEqual(
        facts.toSorted(([one = ''], [other = '']) => ((one ?? 0) > (other ?? 0) ? 1 : -1)),
        [
          [guid(4), 'Everybody', null, null, null, 'Public', 0, 'import:groups'],
          ['g1', 'Design', 'design', 'd@x.org', 'Drawings', 'Private', 1, 'import:groups'],
        ],
      )
      assert.ok(before.some(row => row.id === guid(4)))
      told.length = 0
      const again = await bring(csv, { ...asGroups, leavers: 'go' }, 9)
      assert.deepEqual([again.written, again.removed, told], [0, 0, []])
      assert.deepEqual(await groupRows(), before)
      await bring('externalId,displayName\ng1,Drawing', { ...asGroups, leavers: 'go' }, 10)
      assert.deepEqual(told.toSorted(), ['group changed', 'group removed'])
      const present = (await groupRows()).filter(row => row.deleted_at === null)
      assert.deepEqual(
        present.map(row => [row.display_name, row.description, row.is_team, row.changed_at]),
        [['Drawing', 'Drawings', 1, 10]],
      )
      told.length = 0
      await bring(csv, asGroups)
      assert.deepEqual(told.toSorted(), ['group changed', 'group restored'])
    })

    test('groups of another source, doubles and lines without a name are named with their lines', async () => {
      const other = { id: guid(5), displayName: 'Theirs' }
      await putGroup(database(), tenantId, other, { source: 'graph', at: 1 })
      const csv = `externalId,id,displayName,visibility,mailNickname
a,${guid(5)},Theirs,,
b,,,,
c,,C,secret,
d,,D,,"a b"
e,,E,,
E,,E,,
e,,E,,
,no,F,,
,,G,,
`
      assert.deepEqual(await problemsOf(csv, asGroups), [
        '2: the group comes from graph, and only that source changes it',
        '3: there is no displayName',
        '4: visibility is "secret", and not Public or Private',
        '5: mailNickname "a b" is no alias of at most 64 plain characters',
        '6: the externalId "e" is also on line 8',
        '8: the externalId "e" is also on line 6',
        '9: the id "no" is not a GUID',
        '10: there is no externalId, id or mailNickname',
      ])
      await assert.rejects(bring('displayName\nG', asGroups), refused(/groups are found by/))
      await assert.rejects(bring('externalId\nG', asGroups), refused(/is the displayName/))
    })

    test('more than 20 groups and more than 20 % are too many to go at once', async () => {
      const list = (count: number) =>
        ['externalId,name', ...Array.from({ length: count }, (_, i) => `g${i},G`)].join('\n')
      await bring(list(60), asGroups)
      const leavers = await withPlan(list(30), { ...asGroups, leavers: 'go' }, plan =>
        leaversOf(plan),
      )
      assert.deepEqual(leavers, { count: 30, of: 60, isTooMany: true })
    })

    test('owners and members come by id, name and externalId, and a second run writes no row', async () => {
      await bring(`externalId,upn\n${guid(1)},a@x.org\n2,b@x.org\n3,c@x.org`)
      await bring('externalId,displayName\ng1,Design\ng2,All', asGroups)
      const csv = `group,person,role
g1,${guid(1)},owner
g1,A@x.org,member
g1,b@x.org,
g2,c@x.org,Member
`
      const all = [
        'g1 member a@x.org',
        'g1 member b@x.org',
        'g1 owner a@x.org',
        'g2 member c@x.org',
      ]
      told.length = 0
      const first = await bring(csv, asMembers)
      assert.deepEqual([first.written, await memberships()], [4, all])
      assert.deepEqual(told, ['group changed', 'group changed'])
      const again = await bring(csv, { ...asMembers, leavers: 'go' })
      assert.deepEqual([again.written, again.removed], [0, 0])
      // Without owners in the file the group keeps its own.
      const { removed } = await bring('group,person\ng1,b@x.org', { ...asMembers, leavers: 'go' })
      assert.deepEqual(
        [removed, await memberships()],
        [2, ['g1 member b@x.org', 'g1 owner a@x.org']],
      )
      const other = 'group,person,role\ng1,c@x.org,owner\ng1,b@x.org,'
      await bring(other, { ...asMembers, leavers: 'go' })
      assert.deepEqual(await memberships(), ['g1 member b@x.org', 'g1 owner c@x.org'])
    })

    test('unknown people and groups, groups as members and doubles are named with their lines', async () => {
      await bring('upn\na@x.org\nb@x.org')
      await bring(`externalId,displayName\ng1,One\n${guid(6)},Six`, asGroups)
      const other = { id: guid(5), displayName: 'Theirs' }
      await putGroup(database(), tenantId, other, { source: 'graph', at: 1 })
      const csv = `group,person,role
g9,a@x.org,
g1,nobody@x.org,
${guid(5)},a@x.org,
g1,g1,
g1,${guid(6)},
g1,a@x.org,member
G1,A@x.org,member
g1,a@x.org,boss
,a@x.org,
g1,b@x.org,owner
__proto__,constructor,
`
      assert.deepEqual(await problemsOf(csv, asMembers), [
        '2: there is no group "g9" in the directory',
        '3: "nobody@x.org" is not in the directory',
        `4: the group "${guid(5)}" comes from graph, and only that source changes it`,
        '5: the group "g1" cannot be its own member',
        `6: "${guid(6)}" is a group, and members of a group are people`,
        '7: "a@x.org" is member of "g1" also on line 8',
        '8: "A@x.org" is member of "G1" also on line 7',
        '9: role is "boss", and not owner or member',
        '10: there is no group',
        '12: there is no group "__proto__" in the directory',
      ])
      await assert.rejects(bring('group\ng1', asMembers), refused(/no column is the person/))
    })

    test('members of a large group are written and removed in slices, and the brake judges them', async () => {
      const names = Array.from({ length: 450 }, (_, i) => `p${i}@x.org`)
      await bring(['upn', ...names].join('\n'))
      await bring('externalId,displayName\ng1,One', asGroups)
      const list = (kept: readonly string[]) =>
        ['group,person', ...kept.map(name => `g1,${name}`)].join('\n')
      told.length = 0
      await bring(list(names), asMembers)
      assert.deepEqual([(await memberships()).length, told.length], [450, 3])
      const few = { ...asMembers, leavers: 'go' } as const
      const judged = await withPlan(list(names.slice(440)), few, plan => leaversOf(plan))
      assert.deepEqual(judged, { count: 440, of: 450, isTooMany: true })
      const { removed } = await bring(list(names.slice(440)), few)
      assert.deepEqual([removed, (await memberships()).length], [440, 10])
    })

    test('a person or group that goes between the plan and the import is refused for its line alone', async () => {
      await bring('upn\na@x.org\nb@x.org')
      await bring('externalId,displayName\ng1,One\ng2,Two', asGroups)
      const csv = 'group,person\ng1,a@x.org\ng1,b@x.org\ng2,b@x.org'
      const words = await withPlan(csv, asMembers, async plan => {
        const a = await find('a@x.org')
        const origin = { source: 'import:staff', at: 6 } as const
        await deleteUser(database(), tenantId, a?.id ?? '', origin)
        const [two] = (await groupRows()).filter(row => row.external_id === 'g2')
        const gone = { source: 'import:groups', at: 6 } as const
        await deleteGroup(database(), tenantId, two?.id ?? '', gone)
        const { written, refused: left } = await apply(plan)
        return [written, left, ...problemsIn(plan)]
      })
      assert.deepEqual(words, [
        1,
        2,
        '2: "a@x.org" is no longer in the directory',
        '4: the group is no longer in the directory',
      ])
    })

    test('more than 20 people and more than 20 % are too many to go at once', async () => {
      const people = (count: number) =>
        ['upn', ...Array.from({ length: count }, (_, i) => `p${i}@x.org`)].join('\n')
      await bring(people(120))
      const judge = (kept: number) =>
        withPlan(people(kept), { leavers: 'go' }, plan => leaversOf(plan))
      assert.deepEqual(await judge(96), { count: 24, of: 120, isTooMany: false })
      assert.deepEqual(await judge(95), { count: 25, of: 120, isTooMany: true })
    })

    test('very many people who are removed by a confirmed import do not wait for a second confirmation', async () => {
      const people = (count: number) =>
        ['upn', ...Array.from({ length: count }, (_, i) => `p${i}@x.org`)].join('\n')
      const minuteMs = 60_000
      await bring(people(60))
      await bring(people(30), { leavers: 'go' }, 7 * minuteMs)
      await judgeRemovals(database(), 8 * minuteMs)
      assert.deepEqual(await listWaiting(database()), [])
      // Others whom the source removes on the same day are counted as ever.
      const source = 'import:staff'
      for (const { id } of (await allRows()).filter(row => row.deleted_at === null))
        await deleteUser(database(), tenantId, id, { source, at: 9 * minuteMs })
      await judgeRemovals(database(), 10 * minuteMs)
      const since = 9 * minuteMs
      assert.deepEqual(await listWaiting(database()), [{ tenantId, source, since, removed: 30 }])
      // A later confirmed import confirms its own removals, and not those that wait.
      await bring(people(90), {}, 11 * minuteMs)
      await bring(people(0), { leavers: 'go' }, 12 * minuteMs)
      await judgeRemovals(database(), 13 * minuteMs)
      assert.equal((await listWaiting(database()))[0]?.since, since)
    })

    test('what changes between the plan and the import is refused for its line alone', async () => {
      const result = await withPlan(`id,upn\n${guid(1)},a@x.org\n,b@x.org`, {}, async plan => {
        const anna = { id: guid(2), userPrincipalName: 'a@x.org', displayName: 'Anna' }
        await putUser(database(), tenantId, anna, { source: 'graph', at: 1 })
        const { written, refused: left } = await apply(plan)
        const [row] = [...plan.report()].filter(({ at }) => at === '2')
        return [written, left, row?.outcome, row?.details]
      })
      assert.deepEqual(result, [
        1,
        1,
        'error',
        `the userPrincipalName "a@x.org" is somebody else's`,
      ])
    })

    test('the report has a row for each line that changes something, and says what', async () => {
      await bring('upn,mail\na@x.org,a@x.org\nb@x.org,\nc@x.org,')
      const rows = await withPlan(
        'upn,mail\na@x.org,new@x.org\nb@x.org,\nnope,',
        {},
        async plan => {
          const before = [...plan.report()].map(({ at, isDone }) => [at, isDone])
          await apply(plan, 9, 'go')
          return [
            before,
            [...plan.report()].map(row => [row.at, row.outcome, row.details, row.isDone]),
          ]
        },
      )
      assert.deepEqual(rows, [
        [
          ['2', false],
          ['4', false],
          ['', false],
        ],
        [
          ['2', 'changed', 'mail', true],
          ['4', 'error', 'the userPrincipalName "nope" is not of the form alias@domain', false],
          ['', 'removed', '', true],
        ],
      ])
    })

    test('an import that is broken off leaves whole batches, and the next one does the rest', async () => {
      const csv = ['upn', ...Array.from({ length: 450 }, (_, i) => `p${i}@x.org`)].join('\n')
      const ending = new AbortController()
      const [first] = await withPlan(csv, {}, plan =>
        plan.apply({
          at: 5,
          signal: ending.signal,
          removes: false,
          watch: () => ending.abort(),
          onChange: () => {},
        }),
      )
      assert.ok(first !== undefined && first.written > 0 && first.written < 450)
      assert.equal((await allRows()).length, first.written)
      await bring(csv)
      assert.equal((await allRows()).length, 450)
    })

    test('deleted people of another source keep their ids', async () => {
      const anna = { id: guid(1), userPrincipalName: 'a@x.org', displayName: 'Anna' }
      const graph = { source: 'graph', at: 1 } as const
      await putUser(database(), tenantId, anna, graph)
      await deleteUser(database(), tenantId, anna.id, graph)
      assert.match(String(await problemsOf(`id,upn\n${guid(1)},a@x.org`)), /they come from graph/)
      await bring('upn\na@x.org')
      assert.notEqual((await find('a@x.org'))?.id, guid(1))
    })

    test('separator, encoding and columns are found, and said', async () => {
      const windows = Buffer.from(
        'UPN;Vorname;Nachname;Telefax\na@x.org;J\xfcrgen;\xc4dler;1',
        'latin1',
      )
      const said = await withPlan(windows, {}, async plan => {
        await apply(plan)
        return plan.understood
      })
      assert.deepEqual(said, [
        'CSV, Windows-1252 (it is not UTF-8), columns separated by semicolons.',
        'Columns: userPrincipalName from "UPN", givenName from "Vorname", surname from "Nachname".',
        'Not used: "Telefax".',
        'A later import finds the same people by userPrincipalName.',
      ])
      assert.equal((await find('a@x.org'))?.display_name, 'Jürgen Ädler')
      const utf16 = Buffer.from('\ufeffupn\tname\nb@x.org\t安娜', 'utf16le')
      await bring(utf16)
      assert.equal((await find('b@x.org'))?.display_name, '安娜')
      await bring('\u{feff}sep=;\r\nWork address;Who\r\nc@x.org;"Zed; the ""first"""\r\n', {
        columns: ['userPrincipalName=work ADDRESS', 'displayName=Who'],
      })
      assert.equal((await find('c@x.org'))?.display_name, 'Zed; the "first"')
    })

    test('a file of many chunks leaves no listener behind', async () => {
      const warnings: Error[] = []
      const note = (warning: Error) => warnings.push(warning)
      process.on('warning', note)
      const lines = Array.from({ length: 6000 }, () => `nope,${'x'.repeat(600)}`)
      const count = await withPlan(['upn,notes', ...lines].join('\n'), {}, plan => plan.rows)
      await new Promise(resolve => setImmediate(resolve))
      process.off('warning', note)
      assert.deepEqual([count, warnings], [6000, []])
    })

    const notImported = {
      'two columns of one name': ['upn,Name,name\n', /line 1: two columns are called "name"/],
      'two columns for one property': [
        'upn,mail,email\n',
        /"mail" and "email" could both be mail. Say which one: --column/,
      ],
      'no name': ['mail,age\na@x.org,1', /no column is the userPrincipalName.*--column 'userPri/],
      'a quote that is never closed': ['upn\n"a@x.org\nb@x.org\n', /line 3: a quote is opened and/],
      'text after a closing quote': ['upn\n"a"b@x.org\n', /line 2: there is text after a/],
      'NUL characters': ['upn\na\0@x.org', /holds NUL characters/],
      'UTF-8 that ends within a character': [
        Buffer.from('upn,name\na@x.org,Jürgen\nb@x.org,Jü').subarray(0, -1),
        /ends within a character/,
      ],
      'half a character of UTF-16': [
        Buffer.from('\ufeffupn\nab', 'utf16le').subarray(0, -1),
        /holds bytes that are not/,
      ],
      'a line above 8 MB of separators': [
        `upn\n${','.repeat(9 * 1024 * 1024)}\n`,
        /line 2: it is longer than 8 MB/,
      ],
      'a cell above 8 MB': [`upn\n"${'x\n'.repeat(5 * 1024 * 1024)}`, /it is longer than 8 MB/],
      'blank lines alone': ['\n'.repeat(9 * 1024 * 1024), /has no header/],
    } as const satisfies Record<string, readonly [string | Uint8Array, RegExp]>

    for (const [what, [content, words]] of Object.entries(notImported)) {
      test(`a file with ${what} is refused, and nothing is written`, async () => {
        await assert.rejects(bring(content), refused(words))
        assert.deepEqual(await allRows(), [])
      })
    }
  })
}

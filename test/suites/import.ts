/**
 * Files as `visage import` reads, plans and applies them, on any database. A database's own test calls describeImport with
 * a way to open an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { addSignedInUser } from '../../src/directory/sign-in.ts'
import { prepareFindUser } from '../../src/directory/users.ts'
import { type Plan, planImport, type Result } from '../../src/provisioning/import.ts'
import { openSourceFile } from '../../src/provisioning/source-file.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'

const tenantId = 'one'
const guid = (last: number) => `3f2504e0-4f89-41d3-9a0c-0305e82c33${String(last).padStart(2, '0')}`

type Options = Readonly<{
  source?: `import:${string}`
  leavers?: 'stay' | 'go'
  columns?: string[]
}>

export function describeImport(name: string, open: () => Promise<Database>): void {
  describe(`files imported into ${name}`, () => {
    let database: Database
    let folder: string
    before(async () => {
      database = await open()
      await migrate(database)
      folder = await mkdtemp(join(tmpdir(), 'visage-import-'))
    })
    beforeEach(() => emptyDirectory(database))
    after(async () => {
      await database.destroy()
      await rm(folder, { recursive: true, force: true })
    })

    async function withPlan<Outcome>(
      content: string | Uint8Array,
      { source = 'import:staff', leavers = 'stay', columns = [] }: Options,
      work: (plan: Plan) => Promise<Outcome> | Outcome,
    ): Promise<Outcome> {
      const path = join(folder, 'file')
      await writeFile(path, content)
      await using file = await openSourceFile(path)
      const target = { database, tenantId, source }
      using plan = await planImport(file, { target, columns, leavers, watch: () => {} })
      return await work(plan)
    }

    const told: string[] = []
    const apply = (plan: Plan, at = 5, leavers = 'stay'): Promise<Result> =>
      plan.apply({
        at,
        signal: new AbortController().signal,
        removes: leavers === 'go',
        watch: () => {},
        tell: change => told.push(`${change.kind} ${change.did}`),
      })
    const bring = (content: string | Uint8Array, options: Options = {}, at = 5) =>
      withPlan(content, options, async plan => {
        assert.deepEqual([...plan.problems()], [])
        return await apply(plan, at, options.leavers)
      })
    const problemsOf = (content: string | Uint8Array, options: Options = {}) =>
      withPlan(content, options, plan => [...plan.problems()].map(p => `${p.line}: ${p.words}`))
    const refused = (words: RegExp) => (error: unknown) => {
      assert.ok(error instanceof Error && 'detail' in error)
      assert.match(String(error.detail), words)
      return true
    }
    const find = (idOrName: string) => prepareFindUser(database)(tenantId, idOrName)
    const allRows = () => database.selectFrom('users').selectAll().orderBy('id').execute()
    const signIn = (id: string, vouchedName: string) =>
      addSignedInUser(
        { database, findUser: prepareFindUser(database), now: () => 7 },
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
        return plan.counts
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
      await putUser(database, tenantId, anna, graph)
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
        '10: the manager "nobody@x.org" is nobody in the file or in the directory',
      ])
    })

    test('a circle that is closed by people who are not in the file is found', async () => {
      await bring('upn,manager\na@x.org,b@x.org\nb@x.org,c@x.org\nc@x.org,')
      const [problem] = await problemsOf('upn,manager\nc@x.org,a@x.org')
      assert.match(problem ?? '', /^2: managers go round in a circle/)
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
        const found = [...plan.problems()].map(p => `${p.line}: ${p.words}`)
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
        database,
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
        return plan.counts
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

    test('more than 20 people and more than 20 % are too many to go at once', async () => {
      const people = (count: number) =>
        ['upn', ...Array.from({ length: count }, (_, i) => `p${i}@x.org`)].join('\n')
      await bring(people(120))
      const judge = (kept: number) =>
        withPlan(people(kept), { leavers: 'go' }, ({ leavers }) => leavers)
      assert.deepEqual(await judge(96), { count: 24, of: 120, isTooMany: false })
      assert.deepEqual(await judge(95), { count: 25, of: 120, isTooMany: true })
    })

    test('what changes between the plan and the import is refused for its line alone', async () => {
      const result = await withPlan(`id,upn\n${guid(1)},a@x.org\n,b@x.org`, {}, async plan => {
        const anna = { id: guid(2), userPrincipalName: 'a@x.org', displayName: 'Anna' }
        await putUser(database, tenantId, anna, { source: 'graph', at: 1 })
        const { written, refused: left } = await apply(plan)
        const [row] = [...plan.report()].filter(({ line }) => line === 2)
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
          const before = [...plan.report()].map(({ line, isDone }) => [line, isDone])
          await apply(plan, 9, 'go')
          return [
            before,
            [...plan.report()].map(row => [row.line, row.outcome, row.details, row.isDone]),
          ]
        },
      )
      assert.deepEqual(rows, [
        [
          [2, false],
          [4, false],
          [null, false],
        ],
        [
          [2, 'changed', 'mail', true],
          [4, 'error', 'the userPrincipalName "nope" is not of the form alias@domain', false],
          [null, 'removed', '', true],
        ],
      ])
    })

    test('an import that is broken off leaves whole batches, and the next one does the rest', async () => {
      const csv = ['upn', ...Array.from({ length: 450 }, (_, i) => `p${i}@x.org`)].join('\n')
      const ending = new AbortController()
      const first = await withPlan(csv, {}, plan =>
        plan.apply({
          at: 5,
          signal: ending.signal,
          removes: false,
          watch: () => ending.abort(),
          tell: () => {},
        }),
      )
      assert.equal((await allRows()).length, first.written)
      assert.ok(first.written > 0 && first.written < 450)
      await bring(csv)
      assert.equal((await allRows()).length, 450)
    })

    test('deleted people of another source keep their ids', async () => {
      const anna = { id: guid(1), userPrincipalName: 'a@x.org', displayName: 'Anna' }
      const graph = { source: 'graph', at: 1 } as const
      await putUser(database, tenantId, anna, graph)
      await deleteUser(database, tenantId, anna.id, graph)
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
      const count = await withPlan(['upn,notes', ...lines].join('\n'), {}, plan => plan.lines)
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
      'text after a closing quote': ['upn\n"a"b@x.org\n', /line 2: after a closing quote/],
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

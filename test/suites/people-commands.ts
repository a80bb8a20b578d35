/** `visage people` and `visage groups` as an administrator runs them, on any database. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { addUsers } from '../../src/directory/users.ts'
import { type openExistingDatabase, openStores } from '../../src/serving/stores.ts'
import { runHere } from '../support/command.ts'
import { type Finished, inFolder } from '../support/visage.ts'
import { fillStore, tenantId } from '../upkeep/stand.ts'

type Stand = Readonly<{
  run: (...args: string[]) => Promise<Finished>
  database: Awaited<ReturnType<typeof openExistingDatabase>>
}>

/** `makeDatabase`: the address of an empty PostgreSQL database; undefined for SQLite. */
export function describePeopleCommands(
  kind: string,
  makeDatabase: () => Promise<string | undefined>,
): void {
  /** Three people with photos, one of another tenant, a group; commands work on the same rows through a connection of their own. */
  const withStand = (work: (stand: Stand) => Promise<void>) =>
    inFolder(async cwd => {
      const url = await makeDatabase()
      const database = url === undefined ? undefined : { url, connections: 3 }
      const stores = await openStores({ data: join(cwd, 'data'), database }, Date.now)
      await using _closing = stores.database
      await fillStore(stores, 3)
      const env = url === undefined ? {} : { VISAGE_DATABASE: url }
      const run = (...args: string[]) => runHere(args, { cwd, env })
      await work({ run, database: stores.database })
    })

  describe(`people and groups in ${kind}`, () => {
    test('wait when a source has removed very many, until it is confirmed', () =>
      withStand(async ({ run, database }) => {
        const origin = { source: 'import:people', at: 1_700_000_000_000 } as const
        for (let at = 0; at < 25; at += 1) {
          const user = { id: `l${at}`, userPrincipalName: `l${at}@a.example`, displayName: 'L' }
          await putUser(database, tenantId, user, origin)
          await deleteUser(database, tenantId, user.id, origin)
        }
        const args = ['people', 'confirm-removals']
        const others = await run(...args, '--source', 'import:other')
        assert.deepEqual([others.code, others.stdout], [0, 'No removal waits.\n'])
        const ours = ['--source', 'import:people']
        const asked = await run(...args, ...ours)
        assert.match(asked.stdout, /^import:people +25 +2023-11-14T22:13:00\.000Z$/m)
        assert.deepEqual([asked.code, /Add --yes/.test(asked.stderr)], [2, true])
        const json = await run(...args, ...ours, '--json', '--yes')
        const [line = ''] = json.stdout.split('\n')
        const waiting = { tenantId, source: 'import:people', removed: 25 }
        assert.deepEqual(JSON.parse(line), { ...waiting, since: '2023-11-14T22:13:00.000Z' })
        assert.match(json.stderr, /"event":"removals-confirmed"/)
        assert.match(json.stderr, /^Confirmed: .*\. Their source can restore them until /m)
        assert.deepEqual(
          [json.code, (await run(...args, ...ours)).stdout],
          [0, 'No removal waits.\n'],
        )
      }))

    test('are listed by tenant and name, in three forms, with filters', () =>
      withStand(async ({ run, database }) => {
        await addUsers(database, tenantId, [
          { id: 'new', userPrincipalName: 'new@visage.example', displayName: '=1+1' },
          {
            id: 'off',
            userPrincipalName: 'off@visage.example',
            displayName: 'Off',
            isActive: false,
          },
        ])
        const gone = { id: 'gone', userPrincipalName: 'gone@visage.example', displayName: 'Gone' }
        const origin = { source: 'import:staff', at: 1 } as const
        await putUser(database, tenantId, gone, origin)
        await deleteUser(database, tenantId, 'gone', origin)
        const text = await run('people', 'list')
        assert.deepEqual([text.code, text.stderr], [0, '6 people.\n'])
        assert.match(text.stdout, /^NAME +USER PRINCIPAL NAME +PHOTO +STATE/)
        assert.match(text.stdout, /^Off +off@visage\.example +no +inactive/m)
        assert.doesNotMatch(text.stdout, /Gone/)
        const idsOf = async (...flags: string[]) => {
          const { stdout, code } = await run('people', 'list', '--json', ...flags)
          assert.equal(code, 0)
          const lines = stdout.split('\n').filter(Boolean)
          return lines.map(line => JSON.parse(line).id)
        }
        const firstOnes = ['new', 'off', 'person-0', 'person-1', 'person-2']
        assert.deepEqual(await idsOf(), [...firstOnes, 'person-0'])
        assert.deepEqual(await idsOf('--tenant', tenantId.toUpperCase()), firstOnes)
        assert.deepEqual(await idsOf('--without-photo'), ['new', 'off'])
        assert.deepEqual(await idsOf('--inactive'), ['off'])
        assert.deepEqual(await idsOf('--deleted'), ['gone'])
        assert.deepEqual(await idsOf('--deleted', '--source', 'import'), ['gone'])
        assert.deepEqual(await idsOf('--source', 'import:staff'), [])
        const csv = (await run('people', 'list', '--csv', '--without-photo')).stdout
        assert.match(csv, /^\u{feff}tenantId,id,userPrincipalName,displayName,/u)
        assert.match(csv, /,new,new@visage\.example,'=1\+1,/)
      }))

    test('more than a page of people are all listed once', () =>
      withStand(async ({ run, database }) => {
        const many = Array.from({ length: 1203 }, (_, index) => ({
          id: `many-${index}`,
          userPrincipalName: `many-${index}@visage.example`,
          displayName: `Same ${index % 3}`,
        }))
        await addUsers(database, 'many', many)
        const { stdout } = await run('people', 'list', '--tenant', 'many', '--json')
        const ids = stdout
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line).id)
        assert.deepEqual(ids.toSorted(), many.map(({ id }) => id).toSorted())
      }))

    test('are shown one by one, and a name without a match, or with several, is refused', () =>
      withStand(async ({ run }) => {
        const shown = await run('people', 'show', 'PERSON-1@visage.example')
        assert.deepEqual([shown.code, shown.stderr], [0, ''])
        assert.match(shown.stdout, /^Name +Person person-1$/m)
        assert.match(shown.stdout, /^Photo +yes, since 20/m)
        const json = await run('people', 'show', 'person-1', '--json')
        assert.equal(JSON.parse(json.stdout).tenantId, tenantId)
        const several = await run('people', 'show', 'person-0')
        assert.deepEqual([several.code, several.stdout], [1, ''])
        assert.match(several.stderr, /"person-0" is more than one: .*; person-0 in tenant another/)
        const one = await run('people', 'show', 'person-0', '--tenant', 'another tenant')
        assert.equal(one.code, 0)
        const none = await run('people', 'show', 'nobody')
        assert.deepEqual([none.code, none.stderr], [1, 'visage: There is no person "nobody".\n'])
        const long = await run('people', 'show', 'x'.repeat(641))
        assert.match(long.stderr, /^visage: The name is longer than 640 characters\.$/m)
        assert.equal(long.code, 1)
      }))

    test('a person is added, changed, disabled, removed and restored; each is printed and logged', () =>
      withStand(async ({ run }) => {
        const name = 'anna@new.example'
        const added = await run(
          ...['people', 'add', name, '--display-name', 'Anna Adler', '--id', 'Anna'],
          ...['--department', 'Design', '--manager', 'person-1', '--tenant', tenantId],
        )
        assert.equal(added.code, 0, added.stderr)
        assert.match(added.stdout, /^Added: Anna Adler \(anna@new\.example\), id Anna, tenant 7d4c/)
        const { event, did, id, source } = JSON.parse(added.stderr)
        assert.deepEqual([event, did, id, source], ['person', 'created', 'Anna', 'cli'])
        const read = async () => JSON.parse((await run('people', 'show', 'Anna', '--json')).stdout)
        const first = await read()
        assert.deepEqual([first.department, first.managerId], ['Design', 'person-1'])
        const change = ['--department', '', '--job-title', 'Lead', '--manager', '']
        const changed = await run('people', 'change', name, ...change)
        assert.match(changed.stdout, /^Changed: Anna Adler/)
        const second = await read()
        assert.deepEqual(
          [second.department, second.jobTitle, second.managerId],
          [null, 'Lead', null],
        )
        await run('people', 'disable', name)
        assert.equal((await read()).isActive, false)
        const enabled = await run('people', 'enable', name, '--json')
        assert.equal(JSON.parse(enabled.stdout).isActive, true)
        const removed = await run('people', 'remove', name)
        assert.match(removed.stdout, /^Removed: .*visage.* people restore/s)
        const gone = await run('people', 'enable', name)
        assert.equal(gone.code, 1)
        assert.match(gone.stderr, /There is no person .*A removed one exists/)
        assert.match((await run('people', 'show', name)).stdout, /^State +removed$/m)
        assert.equal((await run('people', 'restore', name)).code, 0)
        assert.equal((await read()).deletedAt, null)
      }))

    test('names and ids of other people are refused, and the message names their owner', () =>
      withStand(async ({ run, database }) => {
        const before = await database.selectFrom('users').selectAll().execute()
        const add = async (name: string, ...flags: string[]) => {
          const all = [name, '--display-name', 'X', ...flags]
          const { code, stderr } = await run('people', 'add', ...all)
          assert.equal(code, 1, stderr)
          return stderr
        }
        const there = ['--tenant', tenantId]
        assert.match(await add('x@new.example'), /There are several tenants, such as /)
        assert.match(await add('PERSON-1@visage.example', ...there), /id person-1, has this name/)
        assert.match(await add('x@new.example', '--id', 'person-1', ...there), /comes from graph/)
        assert.match(await add('x', ...there), /not of the form alias@domain/)
        assert.match(
          await add('x@new.example', '--surname', 'a\nb'),
          /contains a control character/,
        )
        assert.match(
          await add('x@new.example', '--manager', 'nobody', ...there),
          /There is no person "nobody"/,
        )
        const own = await run('people', 'change', 'person-1', '--manager', 'person-1', ...there)
        assert.match(own.stderr, /^visage: Nobody is their own manager\.$/m)
        const other = await run('people', 'change', 'person-1', '--mail', 'x@new.example')
        assert.match(
          other.stderr,
          /Person person-1 .* comes from graph.*Change it through Microsoft/,
        )
        const removed = await run('people', 'remove', 'person-1')
        assert.deepEqual([removed.code, removed.stdout], [1, ''])
        assert.deepEqual(await database.selectFrom('users').selectAll().execute(), before)
      }))

    test('a person added by signing in is taken over with the photo; a person of an import is not', () =>
      withStand(async ({ run, database }) => {
        await database
          .updateTable('users')
          .set({ source: 'sign-in', names_at: 5 })
          .where('id', '=', 'person-1')
          .execute()
        const add = ['people', 'add', 'person-1@visage.example', '--display-name', 'Per Son']
        const hinted = await run(...add, '--tenant', tenantId)
        assert.match(hinted.stderr, /with --id person-1 they are taken over, photo included/)
        const taken = await run(...add, '--id', 'person-1', '--tenant', tenantId)
        assert.match(
          taken.stdout,
          /^Taken over: Per Son .* sign-ins no longer change their names\.$/m,
        )
        const shown = JSON.parse((await run('people', 'show', 'person-1', '--json')).stdout)
        assert.deepEqual([shown.source, shown.hasPhoto], ['cli', true])
        const gone = { id: 'gone', userPrincipalName: 'gone@visage.example', displayName: 'Gone' }
        const origin = { source: 'import:staff', at: 1 } as const
        await putUser(database, tenantId, gone, origin)
        const refused = await run('people', 'disable', 'gone')
        assert.match(
          refused.stderr,
          /comes from import:staff.*Change the file that is imported as staff/,
        )
        await deleteUser(database, tenantId, 'gone', origin)
        const still = await run('people', 'restore', 'gone')
        assert.deepEqual([still.code, still.stdout], [1, ''])
        assert.match(still.stderr, /comes from import:staff/)
      }))

    test('groups are listed and shown with their people, by id or by name', () =>
      withStand(async ({ run }) => {
        const list = await run('groups', 'list')
        assert.match(list.stdout, /^staff +Staff +team +yes$/m)
        assert.equal(list.stderr, '1 group.\n')
        for (const name of ['staff', 'Staff']) {
          const { stdout } = await run('groups', 'show', name)
          assert.match(stdout, /^Owners +1\nMembers +3$/m)
        }
        const members = await run('groups', 'members', 'Staff')
        assert.equal(members.stderr, '3 people.\n')
        const owners = await run('groups', 'owners', 'staff', '--json')
        assert.equal(JSON.parse(owners.stdout).id, 'person-0')
        const none = await run('groups', 'show', 'Nothing')
        assert.match(none.stderr, /^visage: There is no group "Nothing"\.$/m)
      }))

    test('a group is added, changed, made a team, filled, removed and restored', () =>
      withStand(async ({ run }) => {
        const there = ['--tenant', tenantId]
        const added = await run('groups', 'add', 'Design', '--id', 'design', ...there)
        assert.match(added.stdout, /^Added: Design, id design, tenant 7d4c/)
        assert.equal(JSON.parse(added.stderr).event, 'group')
        const again = await run('groups', 'add', 'Art', '--id', 'design', ...there)
        assert.match(again.stderr, /^visage: Design has the id design: .*groups change --help/)
        const flags = ['--description', 'Drawings', '--visibility', 'Private']
        assert.equal((await run('groups', 'change', 'Design', ...flags)).code, 0)
        assert.equal((await run('groups', 'team', 'Design')).code, 0)
        const shown = JSON.parse((await run('groups', 'show', 'design', '--json')).stdout)
        assert.deepEqual(
          [shown.description, shown.visibility, shown.isTeam, shown.source],
          ['Drawings', 'Private', true, 'cli'],
        )
        const two = ['person-0', 'person-1@visage.example']
        const owners = await run('groups', 'owners', 'Design', '--add', ...two)
        assert.equal(owners.stdout, 'Owners of Design: 2 added, 0 removed.\n')
        const swap = ['--add', 'person-0', '--remove', 'person-1', 'person-2']
        const swapped = await run('groups', 'owners', 'Design', ...swap)
        assert.equal(swapped.stdout, 'Owners of Design: 0 added, 1 removed, 2 as before.\n')
        const last = await run('groups', 'owners', 'Design', '--remove', 'person-0')
        assert.equal(last.code, 1)
        assert.match(last.stderr, /is the only owner.*Done before: 0 added, 0 removed\./)
        const wrong = await run('groups', 'members', 'Design', '--add', 'person-1', 'nobody')
        assert.match(wrong.stderr, /There is no person "nobody"/)
        assert.equal((await run('groups', 'members', 'Design')).stderr, '0 people.\n')
        await run('groups', 'members', 'Design', '--add', 'person-1')
        assert.match((await run('groups', 'remove', 'Design')).stdout, /^Removed: Design/)
        const gone = await run('groups', 'members', 'Design')
        assert.match(gone.stderr, /A removed one exists: .*groups restore/)
        assert.equal((await run('groups', 'restore', 'Design')).code, 0)
        assert.equal((await run('groups', 'members', 'Design')).stderr, '1 person.\n')
      }))

    test('a group of another source is not changed, and a security group cannot become a team', () =>
      withStand(async ({ run, database }) => {
        const rows = async () => [
          await database.selectFrom('groups').selectAll().execute(),
          await database.selectFrom('group_people').selectAll().execute(),
        ]
        const before = await rows()
        for (const args of [
          ['change', 'staff', '--mail', 'x@y.example'],
          ['team', 'staff'],
          ['remove', 'staff'],
          ['members', 'staff', '--remove', 'person-1'],
        ]) {
          const { code, stdout, stderr } = await run('groups', ...args)
          assert.deepEqual([code, stdout], [1, ''])
          assert.match(stderr, /^visage: Staff comes from graph.*through Microsoft Graph/)
        }
        assert.deepEqual(await rows(), before)
        await run('groups', 'add', 'Keys', '--security', '--tenant', tenantId)
        const team = await run('groups', 'team', 'Keys')
        assert.deepEqual([team.code, team.stdout], [1, ''])
        assert.match(team.stderr, /Keys is a security group/)
      }))
  })
}

/** `visage people` and `visage groups` as an administrator runs them, on both databases. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { addUsers } from '../../src/directory/users.ts'
import { openKeptDatabase, openStores } from '../../src/serving/stores.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { type Finished, inFolder, runVisage } from '../support/visage.ts'
import { fillStore, tenantId } from '../upkeep/stand.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres[Symbol.asyncDispose]())

type Stand = Readonly<{
  run: (...args: string[]) => Promise<Finished>
  database: Awaited<ReturnType<typeof openKeptDatabase>>
}>

const kinds = {
  SQLite: async () => undefined,
  PostgreSQL: () => postgres.createDatabase(),
} satisfies Record<string, () => Promise<string | undefined>>

for (const [kind, makeDatabase] of Object.entries(kinds)) {
  /** Three people with photos, one of another tenant, a group; a second process works on the same rows. */
  const withStand = (work: (stand: Stand) => Promise<void>) =>
    inFolder(async cwd => {
      const url = await makeDatabase()
      const database = url === undefined ? undefined : { url, connections: 3 }
      const stores = await openStores({ data: join(cwd, 'data'), database }, Date.now)
      await using _closing = stores.database
      await fillStore(stores, 3)
      const env = url === undefined ? {} : { VISAGE_DATABASE: url }
      const run = (...args: string[]) => runVisage(args, { cwd, env })
      await work({ run, database: stores.database })
    })

  describe(`people and groups in ${kind}`, () => {
    test('are listed by tenant and name, in three forms, by what is asked for', () =>
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

    test('are shown one by one, and who is not one is named', () =>
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
        assert.deepEqual([none.code, none.stderr], [1, 'visage: There is no user "nobody".\n'])
        const long = await run('people', 'show', 'x'.repeat(641))
        assert.match(long.stderr, /^visage: The name is longer than 640 characters\.$/m)
        assert.equal(long.code, 1)
      }))

    test('groups are listed and shown with who is in them, by id or by name', () =>
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
  })
}

test('a list of a folder that holds no store is refused, and makes none', () =>
  inFolder(async cwd => {
    for (const command of ['people', 'groups']) {
      const { code, stderr } = await runVisage([command, 'list', '--data', 'nope'], { cwd })
      assert.equal(code, 1)
      assert.match(stderr, /^visage: There is no .*nope.visage\.sqlite\.$/m)
    }
    await assert.rejects(openKeptDatabase({ data: join(cwd, 'nope'), database: undefined }))
  }))

test(
  'a reader who has seen enough ends a list in order',
  { skip: process.platform === 'win32' && 'not run: no sh here' },
  () =>
    inFolder(async cwd => {
      const { database } = await openStores({ data: join(cwd, 'data') }, Date.now)
      {
        await using _closing = database
        for (let start = 0; start < 5000; start += 1000) {
          const people = Array.from({ length: 1000 }, (_, index) => ({
            id: `p${start + index}`,
            userPrincipalName: `p${start + index}@visage.example`,
            displayName: `Person ${start + index}`,
          }))
          await addUsers(database, 'one', people)
        }
      }
      const through = ['sh', '-c', '"$@" | head -n 1', 'sh']
      const { stdout, stderr } = await runVisage(['people', 'list', '--csv'], { cwd, through })
      assert.match(stdout, /^\u{feff}tenantId,/u)
      assert.equal(stderr, '')
    }),
)

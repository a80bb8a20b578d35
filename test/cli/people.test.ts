/** `visage people` and `visage groups` as an administrator runs them, on SQLite, and what they refuse. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { addUsers } from '../../src/directory/users.ts'
import { openExistingDatabase, openStores } from '../../src/serving/stores.ts'
import { describePeopleCommands } from '../suites/people-commands.ts'
import { runHere } from '../support/command.ts'
import { inFolder, launchVisage, runVisage } from '../support/visage.ts'

describePeopleCommands('SQLite', async () => undefined)

test('a list of a folder that holds no store is refused, and makes none', () =>
  inFolder(async cwd => {
    for (const command of ['people', 'groups']) {
      const { code, stderr } = await runHere([command, 'list', '--data', 'nope'], { cwd })
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^visage: There is no .*nope.visage\.sqlite\. For a new store, run `visage migrate` or /m,
      )
    }
    await assert.rejects(openExistingDatabase({ data: join(cwd, 'nope'), database: undefined }))
  }))

for (const [args, pattern] of [
  ['people add a@b.example', /A person needs a --display-name/],
  ['people change x', /Name a change/],
  ['people add a@b.example --display-name A', /The directory is empty.*--tenant/],
  ['people add a@b.example --display-name A --tenant t --json --csv', /choose one of them/],
  ['groups add Design', /The directory is empty/],
  ['groups add Design --team --security', /a security group cannot be a team/],
  ['groups change Design', /Name a change/],
  ['groups members Design --add anna --json', /leave out --add and --remove/],
  ['people add a@b.example --display-name A --user-type Boss', /Allowed choices are Member, Guest/],
] as const) {
  test(`visage ${args} is refused, and the message names what is missing`, () =>
    inFolder(async cwd => {
      await (await openStores({ data: join(cwd, 'data') }, Date.now)).database.destroy()
      const { code, stdout, stderr } = await runHere(args.split(' '), { cwd })
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, pattern)
    }))
}

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

test('Ctrl-C ends a list without a word', () =>
  inFolder(async cwd => {
    const { database } = await openStores({ data: join(cwd, 'data') }, Date.now)
    {
      await using _closing = database
      for (let start = 0; start < 20_000; start += 1000) {
        const people = Array.from({ length: 1000 }, (_, index) => ({
          id: `p${start + index}`,
          userPrincipalName: `p${start + index}@visage.example`,
          displayName: `Person ${start + index}`,
        }))
        await addUsers(database, 'one', people)
      }
    }
    const listing = launchVisage(['people', 'list', '--json'], { cwd })
    while (listing.stdout() === '') await new Promise(resolve => setTimeout(resolve, 1))
    listing.send('SIGINT')
    const { code, signal } = await listing.ended
    // A fast machine may finish before the signal arrives.
    assert.ok(code === 130 || code === 0, `${code} ${signal}`)
    assert.equal(listing.stderr(), '')
  }))

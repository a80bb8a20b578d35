/** `visage people link`, `unlink` and `show` as an administrator runs them, on any database. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { putUser } from '../../src/directory/change-users.ts'
import { addSignedInUser } from '../../src/directory/sign-in/sign-in.ts'
import { type openExistingDatabase, openStores } from '../../src/serving/stores.ts'
import { runHere } from '../support/command.ts'
import { type Finished, inFolder } from '../support/visage.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'
import { setPhoto, tenantId, userKey } from '../upkeep/stand.ts'

const issuer = 'https://issuer.example'
const anna = { id: 'anna-id', userPrincipalName: 'anna@visage.example', displayName: 'Anna' }
type Stand = Readonly<{
  run: (...args: string[]) => Promise<Finished>
  database: Awaited<ReturnType<typeof openExistingDatabase>>
  photoOf: (id: string) => Promise<string | null | undefined>
}>

/** `makeDatabase`: the address of an empty PostgreSQL database; undefined for SQLite. */
export function describeLinkCommands(
  kind: string,
  makeDatabase: () => Promise<string | undefined>,
): void {
  /** Anna is provisioned, and has signed in as 00u1; both have a photo. */
  const withStand = (work: (stand: Stand) => Promise<void>) =>
    inFolder(async cwd => {
      const url = await makeDatabase()
      const place = url === undefined ? undefined : { url, connections: 3 }
      const stores = await openStores({ data: join(cwd, 'data'), database: place }, Date.now)
      await using _closing = stores.database
      const { database } = stores
      const { findUser } = prepareWholeUsers(database)
      const profile = { displayName: 'Anna' }
      const newcomer = { tenantId, issuer, id: '00u1', profile }
      await addSignedInUser({ database, findUser, now: Date.now }, newcomer)
      await putUser(database, tenantId, anna, { source: 'import:staff', at: 1 })
      await setPhoto(stores, userKey('00u1'))
      await setPhoto(stores, userKey('anna-id'))
      const env = url === undefined ? {} : { VISAGE_DATABASE: url }
      const run = (...args: string[]) => runHere(['people', ...args], { cwd, env })
      const photoOf = async (id: string) => (await findUser(tenantId, id, 'id'))?.version
      await work({ run, database, photoOf })
    })

  describe(`who signs in is linked at a terminal, in ${kind}`, () => {
    test('a person who is there twice becomes one, with the photo that is asked for', () =>
      withStand(async ({ run, database, photoOf }) => {
        const signedIn = await photoOf('00u1')
        const unsaid = await run('link', '00u1', 'anna@visage.example')
        assert.notEqual(unsaid.code, 0)
        assert.match(unsaid.stderr, /Both have a photo.*--keep signed-in or --keep provisioned/s)
        const linked = await run('link', '00u1', 'anna@visage.example', '--keep', 'signed-in')
        assert.deepEqual([linked.code, linked.stdout], [0, linked.stdout])
        assert.match(
          linked.stdout,
          /^Linked: 00u1 signs in as Anna .*is that of who signed in\.\n$/,
        )
        assert.match(linked.stderr, /"event":"linked".*"by":"hand".*"subject":"00u1"/)
        assert.equal(await photoOf('anna-id'), signedIn)
        assert.equal(await photoOf('00u1'), undefined)
        const shown = await run('show', 'anna-id')
        assert.match(
          shown.stdout,
          /^Signs in as +00u1 at https:\/\/issuer\.example, linked by hand/m,
        )
        const json = JSON.parse((await run('show', 'anna-id', '--json')).stdout)
        assert.match(json.signIns, /^00u1 at /)
        const unlinked = await run('unlink', '00u1')
        assert.equal(unlinked.code, 0)
        assert.match(unlinked.stderr, /"event":"unlinked"/)
        assert.equal(await photoOf('anna-id'), signedIn)
        const caller = { issuer, callerId: '00u1' }
        const own = await prepareWholeUsers(database).findSelf(tenantId, caller)
        assert.equal(own?.id, '00u1')
      }))

    test('somebody who is still to come is linked by the issuer and the id of their tokens', () =>
      withStand(async ({ run, database }) => {
        const without = await run('link', 'OTHER', 'anna-id')
        assert.match(without.stderr, /--issuer/)
        assert.equal((await run('link', 'OTHER', 'anna-id', '--issuer', issuer)).code, 0)
        const caller = { issuer, callerId: 'OTHER' }
        const found = await prepareWholeUsers(database).findSelf(tenantId, caller)
        assert.equal(found?.id, 'anna-id')
      }))

    test('what cannot be linked is refused in words, and nothing is changed', () =>
      withStand(async ({ run, database }) => {
        for (const [args, words] of [
          [['link', '00u1', '00u1'], /came by signing in/],
          [['link', 'anna-id', 'nobody@visage.example'], /There is no person/],
          [['link', '00u1', 'anna-id', '--tenant', 'other'], /There is no person/],
          [['link', '', 'anna-id'], /is empty/i],
          [['link', 'a\u0007b', 'anna-id'], /control character/],
          [['link', 'x'.repeat(300), 'anna-id', '--issuer', issuer], /longer than 255/],
          [['link', '__proto__', 'anna-id'], /No person with the id "__proto__"/],
          [['link', '00u1', 'anna-id', '--keep', 'mine'], /signed-in/],
          [['unlink', '00u1'], /is the id of the person/],
          [['unlink', '00u9'], /is not linked to any person/],
        ] as const) {
          const { code, stderr } = await run(...args)
          assert.notEqual(code, 0, args.join(' '))
          assert.match(stderr, words)
          assert.doesNotMatch(stderr, /\bat .*\.ts:/)
        }
        const rows = await database.selectFrom('sign_ins').select('user_id').execute()
        assert.deepEqual(
          rows.map(row => row.user_id),
          ['00u1'],
        )
      }))
  })
}

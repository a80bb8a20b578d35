/** People whose tokens have another id than they were provisioned with: what they get, and what it costs, in any database. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changeUser, deleteUser, restoreUser } from '../../src/directory/change-users.ts'
import { linkByHand, unlink } from '../../src/directory/sign-in/link-by-hand.ts'
import { anna, ben, group, idOf, startLeavers, tenantId } from '../graph/leavers-stand.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { contoso } from '../support/test-issuer.ts'

const graph = { source: 'graph', at: 1 } as const
const issuer = `https://sts.windows.net/${contoso}/`
const byName = { claimId: '/sub', issuerVouches: 'userName', linkBy: 'userPrincipalName' }
/** As a token of Anna at an issuer with ids of its own. */
const asAnna = (sub: string) => ({ sub, upn: 'Anna@contoso.example' })

/** `makeDatabase`: the address of an empty PostgreSQL database; undefined for SQLite. */
export function describeOtherIds(
  kind: string,
  makeDatabase: () => Promise<string | undefined>,
): void {
  const start = async (texts = {}) => {
    const url = await makeDatabase()
    const more = url === undefined ? {} : { database: { url, connections: 3 } }
    return await startLeavers({ ...byName, ...texts }, more)
  }
  const idIn = (json: unknown) => (json as { id?: string }).id

  describe(`somebody with another id in their tokens, on ${kind}`, () => {
    test('is linked by name at the first request, whatever it asks, and logged once', async () => {
      const body = new Uint8Array(await portraitJpeg({ width: 50, height: 50, seed: 1 }))
      for (const [method, path] of [
        ['GET', '/v1.0/me'],
        ['GET', '/v1.0/users/00u1'],
        ['PUT', '/v1.0/me/photo/$value'],
        ['PUT', `/v1.0/users/${anna}/photo/$value`],
        ['PUT', `/v1.0/groups/${group}/photo/$value`],
        ['GET', '/v1.0/me/contacts/CONTACT'],
        ['GET', `/v1.0/users/${anna}/contacts/CONTACT`],
        ['GET', `/v1.0/me/joinedTeams/${group}/photo`],
      ] as const) {
        await using stand = await start()
        const address = path.replace('CONTACT', stand.contactId)
        const token = stand.person(idOf('9'), asAnna('00u1'))
        const asking = method === 'PUT' ? { method, body } : {}
        const { status } = await stand.ask(address, token, asking)
        // Anna's team has no photo yet.
        assert.deepEqual([path, status], [path, path.includes('joinedTeams') ? 404 : 200])
        assert.equal(idIn((await stand.ask('/v1.0/me', token)).json), anna)
        const lines = stand.logged.filter(line => line.event === 'linked')
        assert.deepEqual(lines, [
          {
            event: 'linked',
            tenantId,
            userId: anna,
            source: 'graph',
            issuer,
            by: 'name',
            subject: '00u1',
          },
        ])
      }
    })

    test('is not linked without the setting, by mail, or while nothing may be changed', async () => {
      for (const [texts, claims] of [
        [{ linkBy: 'none' }, {}],
        [{}, { upn: 'x@contoso.example', email: 'anna@contoso.example', email_verified: true }],
        [{ readOnly: 'true' }, {}],
      ] as const) {
        await using stand = await start(texts)
        const token = stand.person(idOf('9'), { ...asAnna('00u1'), ...claims })
        assert.equal(idIn((await stand.ask('/v1.0/me', token)).json), '00u1')
        assert.deepEqual(
          await stand.database
            .selectFrom('sign_ins')
            .select('user_id')
            .where('user_id', '=', anna)
            .execute(),
          [],
        )
      }
    })

    test('is linked where nobody is added, and others are not found', async () => {
      await using stand = await start({ signIn: 'known' })
      const token = stand.person(idOf('9'), asAnna('00u1'))
      assert.equal(idIn((await stand.ask('/v1.0/me', token)).json), anna)
      const rival = stand.person(idOf('8'), asAnna('00u2'))
      assert.equal((await stand.ask('/v1.0/me', rival)).status, 404)
    })

    test('is refused in words once the person is disabled or deleted, and never added', async () => {
      await using stand = await start()
      const { database } = stand
      const token = stand.person(idOf('9'), asAnna('00u1'))
      const unlinked = stand.person(idOf('8'), { sub: '00u2', upn: 'ben@contoso.example' })
      await changeUser(database, tenantId, ben, { isActive: false }, graph)
      const refusal = await stand.ask('/v1.0/me', unlinked)
      assert.deepEqual([refusal.status, refusal.code], [403, 'Authorization_IdentityDisabled'])
      await stand.ask('/v1.0/me', token)
      await deleteUser(database, tenantId, anna, graph)
      for (const path of ['/me', '/users/00u1', `/users/${anna}`, `/groups/${group}`, '/users']) {
        const { status, json } = await stand.ask(`/v1.0${path}`, token)
        assert.deepEqual([path, status], [path, 403])
        assert.match(JSON.stringify(json), /was deleted/)
      }
      await restoreUser(database, tenantId, anna, { source: 'graph', at: 2 })
      assert.equal(idIn((await stand.ask('/v1.0/me', token)).json), anna)
      const people = await database.selectFrom('users').select('id').execute()
      assert.deepEqual(people.map(row => row.id).sort(), [anna, ben])
    })

    test('owns what the person owns, and is themselves under the id that they were given', async () => {
      await using stand = await start({ linkBy: 'none' })
      const { database, ask } = stand
      const only = { scp: 'User.ReadWrite Group.ReadWrite.All Contacts.ReadWrite' }
      const token = stand.person(idOf('9'), { ...asAnna('00u1'), ...only })
      const body = new Uint8Array(await portraitJpeg({ width: 50, height: 50, seed: 1 }))
      const put = async (path: string) => (await ask(path, token, { method: 'PUT', body })).status
      const groupPhoto = `/v1.0/groups/${group}/photo/$value`
      const ownPhoto = `/v1.0/users/${anna}/photo/$value`
      assert.deepEqual([await put(groupPhoto), await put(ownPhoto)], [403, 403])
      await linkByHand(database, { tenantId, issuer, id: '00u1' }, anna, 1)
      assert.deepEqual([await put(groupPhoto), await put(ownPhoto)], [200, 200])
      await unlink(database, { tenantId, issuer, id: '00u1' }, 2)
      assert.deepEqual([await put(groupPhoto), await put(ownPhoto)], [403, 403])
      assert.equal(idIn((await ask('/v1.0/me', token)).json), '00u1')
    })

    test('costs as many statements as somebody whose id is that of their tokens', async () => {
      await using stand = await start()
      const { ask, takeStatements, contactId } = stand
      const linked = stand.person(idOf('9'), { ...asAnna('00u1'), iat: 1 })
      const known = stand.person(idOf('8'), { sub: anna, upn: 'anna@contoso.example', iat: 1 })
      const count = async (path: string, token: string) => {
        takeStatements()
        await ask(path, token)
        return takeStatements().length
      }
      const paths = [
        '/me',
        '/me/photo/$value',
        `/users/${anna}/photo/$value`,
        `/users/${ben}/photo/$value`,
        '/users/ben@contoso.example/photo/$value',
        `/groups/${group}/photo/$value`,
        `/me/contacts/${contactId}/photo/$value`,
        '/me/memberOf',
        '/users',
      ]
      await count('/v1.0/me', linked)
      await count('/v1.0/me', known)
      for (const path of paths) {
        const [one, other] = [
          await count(`/v1.0${path}`, linked),
          await count(`/v1.0${path}`, known),
        ]
        assert.deepEqual([path, one], [path, other])
        if (path.startsWith('/users/') || path === '/me') assert.deepEqual([path, one], [path, 1])
      }
    })

    test('of twenty people at once with one name exactly one gets the photo of that name', async () => {
      await using stand = await start()
      const tokens = Array.from({ length: 20 }, (_, at) =>
        stand.person(idOf('9'), asAnna(`00u${at}`)),
      )
      const answers = await Promise.all(tokens.map(token => stand.ask('/v1.0/me', token)))
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.equal(answers.filter(({ json }) => idIn(json) === anna).length, 1)
    })
  })
}

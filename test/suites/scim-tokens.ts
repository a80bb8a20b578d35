/** Tokens for SCIM on any database. A database's own test calls describeScimTokens with a way to open an empty one. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createToken, listTokens, readExpiries, revokeTokens } from '../../src/scim/tokens.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'

const day = 86_400_000

export function describeScimTokens(kind: string, open: () => Promise<Database>): void {
  describe(`tokens for SCIM in ${kind}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
    })
    after(() => database.destroy())

    const create = (tenantId: string, name: string, expiresAt: number | null = null, now = 1) =>
      createToken(database, { tenantId, name, expiresAt }, now)

    test('are random, and only their hash is kept', async () => {
      const [one, other] = [await create('kept', 'entra'), await create('kept', 'entra')]
      for (const { token } of [one, other]) assert.match(token, /^visage_scim_[\w-]{43}$/)
      assert.notEqual(one.token, other.token)
      const rows = await database.selectFrom('scim_tokens').selectAll().execute()
      for (const { hash } of rows) assert.match(hash, /^[0-9a-f]{64}$/)
      assert.doesNotMatch(JSON.stringify(rows), /visage_scim_/)
    })

    test('are listed by tenant, name and time, without the token', async () => {
      await create('b', 'okta', 5 * day, 2)
      await create('b', 'entra', null, 4)
      await create('b', 'okta', null, 3)
      await create('a', 'okta', null, 5)
      const of = (tokens: Awaited<ReturnType<typeof listTokens>>) =>
        tokens.map(({ tenantId, name, createdAt }) => `${tenantId} ${name} ${createdAt}`)
      const all = of(await listTokens(database)).filter(line => !line.startsWith('kept'))
      assert.deepEqual(all, ['a okta 5', 'b entra 4', 'b okta 2', 'b okta 3'])
      assert.deepEqual(of(await listTokens(database, 'a')), ['a okta 5'])
      const [first] = (await listTokens(database, 'b')).filter(({ name }) => name === 'okta')
      assert.match(first?.id ?? '', /^[0-9a-f]{8}$/)
      assert.deepEqual([first?.expiresAt, first?.lastUsedAt], [5 * day, null])
      assert.doesNotMatch(JSON.stringify(first), /hash|visage_scim_/)
    })

    test('are revoked by name, or one of them by its id, in one tenant', async () => {
      const first = await create('c', 'entra')
      await create('c', 'entra')
      await create('d', 'entra')
      const { id } = first.created
      const named = { tenantId: 'c', name: 'entra' }
      assert.deepEqual(await revokeTokens(database, { ...named, name: 'okta', id }), [])
      assert.deepEqual(await revokeTokens(database, { ...named, tenantId: 'd', id }), [])
      assert.deepEqual(await revokeTokens(database, { ...named, id }), [first.created])
      assert.equal((await revokeTokens(database, named)).length, 1)
      assert.deepEqual(await listTokens(database, 'c'), [])
      assert.equal((await listTokens(database, 'd')).length, 1)
    })

    for (const name of ['', ' ', 'a b', '-a', 'a:b', 'a\nb', 'a'.repeat(61), '../a', "a'"]) {
      test(`cannot have the name ${JSON.stringify(name)}`, async () => {
        await assert.rejects(create('e', name), { code: 'resource-invalid' })
        assert.deepEqual(await listTokens(database, 'e'), [])
      })
    }

    test('of a source expire when the first of them does', async () => {
      for (const expiresAt of [null, 9 * day, 7 * day]) await create('f', 'many', expiresAt)
      await create('g', 'many', 8 * day)
      await create('g', 'never')
      const expiries = (await readExpiries(database)).filter(({ source }) =>
        /many|never/.test(source),
      )
      assert.deepEqual(expiries, [{ source: 'scim:many', expiresAt: 7 * day }])
    })
  })
}

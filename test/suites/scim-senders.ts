/** Who sends a SCIM request, on any database. A database's own test calls describeScimSenders with a way to open one. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { findSender } from '../../src/scim/sender.ts'
import { createToken, listTokens, revokeTokens } from '../../src/scim/tokens.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'

const minute = 60_000

export function describeScimSenders(kind: string, open: () => Promise<Database>): void {
  describe(`senders of SCIM in ${kind}`, () => {
    let database: Database
    let at = 0
    before(async () => {
      database = await open()
      await migrate(database)
    })
    after(() => database.destroy())

    const make = async (tenantId: string, expiresAt: number | null = null) => {
      const { token, created } = await createToken(
        database,
        { tenantId, name: 'entra', expiresAt },
        0,
      )
      return { token, id: created.id }
    }
    const find = (authorization: string | undefined, isReadOnly = false) =>
      findSender(
        {
          database,
          now: () => at,
          servesTenant: tenantId => tenantId !== 'not served',
          isReadOnly,
        },
        authorization,
      )
    const lastUse = async (tenantId: string) =>
      (await listTokens(database, tenantId))[0]?.lastUsedAt

    test('are known by their token, each of several of one name', async () => {
      for (const { token, id } of [await make('one'), await make('one')]) {
        for (const scheme of ['Bearer ', 'bearer ', 'BEARER  ']) {
          assert.deepEqual(await find(scheme + token), {
            tenantId: 'one',
            source: 'scim:entra',
            tokenId: id,
          })
        }
      }
    })

    test('are nobody without a token, or with one that is wrong or of a tenant that is not served', async () => {
      const { token } = await make('two')
      const foreign = await make('not served')
      for (const authorization of [
        undefined,
        '',
        token,
        'Bearer',
        'Bearer ',
        `Basic ${token}`,
        `Bearer ${token} `,
        `Bearer ${token}A`,
        `Bearer ${token.slice(0, -1)}`,
        `Bearer ${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`,
        `Bearer ${token.toUpperCase()}`,
        `Bearer visage_scim_${'A'.repeat(43)}`,
        `Bearer visage_scim_${'A'.repeat(100_000)}`,
        `Bearer ${foreign.token}`,
      ]) {
        assert.equal(await find(authorization), undefined, authorization?.slice(0, 80))
      }
      assert.equal(await lastUse('not served'), null)
    })

    test('are nobody once their token has expired or was revoked', async () => {
      at = 5 * minute
      const { token, id } = await make('three', at + 1)
      assert.equal((await find(`Bearer ${token}`))?.tokenId, id)
      at += 1
      assert.equal(await find(`Bearer ${token}`), undefined)
      const lasting = await make('three')
      assert.equal((await find(`Bearer ${lasting.token}`))?.tokenId, lasting.id)
      await revokeTokens(database, { tenantId: 'three', name: 'entra', id: lasting.id })
      assert.equal(await find(`Bearer ${lasting.token}`), undefined)
    })

    test('cause one write a minute, not one per request', async () => {
      at = 200 * minute
      const { token } = await make('five')
      let updates = 0
      const counting = new Proxy(database, {
        get(target, name) {
          if (name === 'updateTable') updates += 1
          const value = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const parts = { database: counting, now: () => at, servesTenant: () => true }
      for (let request = 0; request < 5; request += 1) {
        assert.ok(await findSender(parts, `Bearer ${token}`))
        at += minute / 5
      }
      assert.equal(updates, 1)
    })

    test('have their last use noted at most once a minute, and not while the store is read-only', async () => {
      at = 100 * minute
      const { token } = await make('four')
      const use = async (time: number, isReadOnly = false) => {
        at = time
        assert.ok(await find(`Bearer ${token}`, isReadOnly))
        return await lastUse('four')
      }
      assert.equal(await use(100 * minute, true), null)
      assert.equal(await use(100 * minute), 100 * minute)
      assert.equal(await use(101 * minute - 1), 100 * minute)
      assert.equal(await use(101 * minute), 101 * minute)
      assert.equal(await use(103 * minute, true), 101 * minute)
    })
  })
}

/** `visage scim-token` on a store, with the settings of `visage serve`, and on a running `visage dev`. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { tenantId as demoTenant } from '../../src/dev/demo/tenant.ts'
import { openStores } from '../../src/serving/stores.ts'
import { runHere } from '../support/command.ts'
import { type Finished, inFolder, type Running, startVisage } from '../support/visage.ts'

const token = /^visage_scim_[\w-]{43}\n$/
const one = '11111111-1111-4111-8111-111111111111'
const other = '22222222-2222-4222-8222-222222222222'

type Run = (args: string, env?: Record<string, string>) => Promise<Finished>

/** An empty store in the folder `data`. */
const withStore = (work: (run: Run) => Promise<void>) =>
  inFolder(async cwd => {
    await (await openStores({ data: join(cwd, 'data') }, Date.now)).database.destroy()
    await work((args, env) => runHere(['scim-token', ...args.split(' ')], { cwd, env: { ...env } }))
  })

const rowsOf = ({ stdout }: Finished) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

describe('visage scim-token', () => {
  test('prints a new token and nothing else, lists it without it, and revokes it', () =>
    withStore(async run => {
      const created = await run('create entra --tenant T')
      assert.equal(created.code, 0)
      assert.match(created.stdout, token)
      assert.match(
        created.stderr,
        /^\{.*"event":"scim-token","did":"created","tenantId":"t".*\}\n$/,
      )
      assert.doesNotMatch(created.stderr, /visage_scim_/)
      assert.match((await run('create entra --tenant t --expires 30')).stdout, token)
      const list = await run('list')
      assert.match(list.stdout, /^Tenant t:\nentra +[0-9a-f]{8} +\d{4}-\d\d-\d\d +never +never$/m)
      assert.equal(list.stderr, '2 tokens.\n')
      const [first, second] = rowsOf(await run('list --json'))
      assert.deepEqual(Object.keys(first), [
        'tenantId',
        'name',
        'id',
        'createdAt',
        'expiresAt',
        'lastUsedAt',
      ])
      assert.equal(
        Date.parse(second.expiresAt) - Date.parse(second.createdAt) > 29 * 86_400_000,
        true,
      )
      const csv = await run('list --csv')
      assert.match(
        csv.stdout,
        /^\u{feff}tenantId,name,id,createdAt,expiresAt,lastUsedAt\r\nt,entra,/u,
      )
      assert.doesNotMatch(list.stdout + csv.stdout, /visage_scim_/)

      assert.match(
        (await run(`revoke entra --tenant t --id ${first.id}`)).stdout,
        /^Revoked: 1 token of entra/,
      )
      assert.deepEqual(
        rowsOf(await run('list --json')).map(({ id }) => id),
        [second.id],
      )
      assert.match((await run('revoke entra --tenant t')).stdout, /^Revoked: 1 token/)
      const nothing = await run('revoke entra --tenant t')
      assert.deepEqual([nothing.code, nothing.stdout], [1, ''])
      assert.match(nothing.stderr, /There is no token 'entra'/)
    }))

  test('prints the token with its properties where --json or --csv asks for them', () =>
    withStore(async run => {
      const [row] = rowsOf(await run('create okta --tenant t --json'))
      assert.match(`${row.token}\n`, token)
      assert.deepEqual([row.name, row.tenantId, row.expiresAt], ['okta', 't', null])
      assert.match(
        (await run('create okta --tenant t --csv')).stdout,
        /,token\r\n.*visage_scim_[\w-]{43}\r\n$/,
      )
    }))

  test('is for the tenant of the settings, and asks where there are several or none', () =>
    withStore(async run => {
      const cloud = (tenants: string) => ({ VISAGE_CLOUD: 'global', VISAGE_TENANTS: tenants })
      const issuer = { VISAGE_ISSUER: 'https://issuer.example' }
      const refused = async (args: string, env: Record<string, string>, pattern: RegExp) => {
        const { code, stdout, stderr } = await run(args, env)
        assert.deepEqual([code, stdout], [2, ''])
        assert.match(stderr, pattern)
      }
      await refused('create a', {}, /The directory is empty.*--tenant/)
      await refused('create a', cloud('any'), /The directory is empty.*--tenant/)
      await refused('create a', cloud(`${one},${other}`), new RegExp(`--tenant: ${one}, ${other}`))
      await refused(`create a --tenant ${other}`, cloud(one), /not among those of VISAGE_TENANTS/)
      for (const [args, env] of [
        ['create a', cloud(one.toUpperCase())],
        [`create b --tenant ${other}`, cloud(`${one},${other}`)],
        ['create c', issuer],
        ['create d', { ...issuer, VISAGE_ISSUER_TENANT: 'Contoso' }],
        ['create e --tenant any-other', issuer],
      ] as const) {
        assert.equal((await run(args, env)).code, 0, args)
      }
      assert.deepEqual(
        rowsOf(await run('list --json')).map(({ name, tenantId }) => [name, tenantId]),
        [
          ['a', one],
          ['b', other],
          ['e', 'any-other'],
          ['d', 'contoso'],
          ['c', 'default'],
        ],
      )
      assert.match((await run('revoke c', issuer)).stdout, /^Revoked: 1 token/)
    }))
})

const refusals = [
  ['create', /Missing required argument 'name'/],
  ['create a:b --tenant t', /"a:b" cannot be the name of a token/],
  ['create a --tenant t --expires 0', /Days are a number from 1 to 3650/],
  ['create a --tenant t --expires soon', /Days are a number from 1 to 3650/],
  ['create a --tenant t --json --csv', /choose one of them/],
  ['create a --url http://localhost:1 --data data', /--url and --port are for a running/],
  ['create a --url http://localhost:1', /No `visage dev` answers at http:\/\/localhost:1/],
] as const

test('visage scim-token refuses what it cannot carry out, names what is wrong, and makes no token', () =>
  withStore(async run => {
    for (const [args, pattern] of refusals) {
      const { code, stdout, stderr } = await run(args)
      assert.deepEqual([code, stdout], [2, ''], args)
      assert.match(stderr, pattern)
    }
    assert.deepEqual(rowsOf(await run('list --json')), [])
  }))

describe('visage scim-token against visage dev', () => {
  const withDev = (work: (visage: Running, run: Run) => Promise<void>) =>
    inFolder(async cwd => {
      const visage = await startVisage(['dev', '--port', '0', '--memory', '--quiet'], { cwd })
      try {
        await work(visage, args => {
          return runHere(['scim-token', ...args.split(' '), '--url', visage.origin], { cwd })
        })
      } finally {
        await visage.stop()
      }
    })
  const post = (origin: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${origin}/_visage/scim-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('makes, lists and revokes tokens of the demo tenant, which a reset keeps', () =>
    withDev(async (visage, run) => {
      const created = await run('create entra --expires 2')
      assert.equal(created.code, 0)
      assert.match(created.stdout, token)
      await run('create okta')
      const listed = rowsOf(await run('list --json'))
      assert.deepEqual(
        listed.map(({ tenantId, name }) => [tenantId, name]),
        [
          [demoTenant, 'entra'],
          [demoTenant, 'okta'],
        ],
      )
      await runHere(['reset', '--url', visage.origin], { cwd: process.cwd() })
      assert.match((await run(`revoke entra --id ${listed[0].id}`)).stdout, /^Revoked: 1 token/)
      assert.match((await run('revoke okta')).stdout, /^Revoked: 1 token/)
      const again = await run('revoke okta')
      assert.deepEqual([again.code, again.stdout], [1, ''])
      const wrong = await run('create a:b')
      assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
      assert.match(wrong.stderr, /"a:b" cannot be the name of a token/)
    }))

  test('takes no orders from web pages, nor orders that it cannot read', () =>
    withDev(async ({ origin }, run) => {
      const order = { do: 'create', name: 'entra' }
      const foreign = { origin: 'https://evil.example' }
      assert.equal((await post(origin, order, foreign)).status, 403)
      assert.equal((await post(origin, order, { 'content-type': 'text/plain' })).status, 415)
      assert.equal((await fetch(`${origin}/_visage/scim-token`)).status, 405)
      for (const wrong of [
        '[',
        '[]',
        'null',
        {},
        { do: 'show' },
        { do: 'create' },
        { do: 'create', name: 7 },
        { do: 'create', name: 'a', expiresAt: 'soon' },
        { do: 'create', name: 'a', expiresAt: 1e300 },
        { do: 'create', name: 'a', tenant: {} },
        { do: 'revoke', name: 'a', id: 1 },
      ]) {
        assert.equal((await post(origin, wrong)).status, 400, JSON.stringify(wrong))
      }
      assert.equal((await post(origin, ' '.repeat(70_000))).status, 413)
      assert.deepEqual(rowsOf(await run('list --json')), [])
    }))
})

/** `visage dev --as`: which names lead to what, with it and without, and what is told under each. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { certificateFor } from '../../src/dev/certificate.ts'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { startDevelopment } from '../../src/dev/development.ts'
import { createStandIn } from '../../src/dev/stand-in.ts'
import type { CloudName } from '../../src/tokens/clouds.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { json, send } from './issuer/stand.ts'

type Init = Readonly<{ method?: string; headers?: Record<string, string>; body?: string }>

const certificate = await certificateFor(['localhost'])

const asGlobal = { https: true, photos: 'none', as: 'global' } as const

/** A server that a test listens to. */
async function startHeard(
  { as, data }: Readonly<{ as?: CloudName; data?: string }>,
  hear: (line: string) => void = () => {},
) {
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    as,
    data,
    strictContentType: false,
    photos: 'none',
    write: (_severity, fields) => hear(JSON.stringify(fields)),
    watch: entry => hear(JSON.stringify(entry)),
  })
  const { origin, issuer, requests, close } = development
  return {
    url: origin,
    certificate: certificate.authority,
    issuer,
    requests,
    [Symbol.asyncDispose]: close,
  }
}

type Place = Pick<Visage, 'url' | 'certificate'>

/** A request to the server with this Host; its certificate is that of localhost. */
function ask({ url, certificate: ca = '' }: Place, host: string, path: string, init: Init = {}) {
  return send(new URL(path, url), ca, { ...init, headers: { host, ...init.headers } })
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

function postForm(visage: Place, host: string, path: string, fields: Record<string, string>) {
  const body = new URLSearchParams(fields).toString()
  return ask(visage, host, path, { method: 'POST', headers: form, body })
}

async function tokenUnder(visage: Place, host: string, version: 1 | 2): Promise<string> {
  const path = version === 1 ? '/oauth2/token' : '/oauth2/v2.0/token'
  const asked =
    version === 1
      ? { resource: 'https://graph.microsoft.com' }
      : { scope: 'https://graph.microsoft.com/.default' }
  const answer = await postForm(visage, host, `/${tenantId}${path}`, {
    grant_type: 'client_credentials',
    client_id: '22222222-bbbb-4bbb-8bbb-000000000001',
    client_secret: 'any',
    ...asked,
  })
  assert.equal(answer.status, 200, answer.text)
  return String(json(answer).access_token)
}

const signInPath = `/${tenantId}/v2.0/.well-known/openid-configuration`
const graphPath = '/v1.0/users/alice@visage.example?$select=id'
const sign = 'login.microsoftonline.com'
const graph = 'graph.microsoft.com'

/** What is served under a Host: 'issuer', 'graph', both as on localhost ('all'), or neither. */
const names: readonly (readonly [host: string, plain: Served, as: Served])[] = [
  ['localhost', 'all', 'all'],
  ['LOCALHOST', 'all', 'all'],
  ['localhost:1', 'all', 'all'],
  ['127.0.0.1', 'all', 'all'],
  ['[::1]:443', 'all', 'all'],
  ['app.localhost', 'all', 'all'],
  [sign, 'refused', 'issuer'],
  [`${sign}:443`, 'refused', 'issuer'],
  [sign.toUpperCase(), 'refused', 'issuer'],
  [`${sign}:8443`, 'refused', 'refused'],
  [`${sign}:0443`, 'refused', 'refused'],
  [`${sign}.`, 'refused', 'refused'],
  [`${sign}.evil.example`, 'refused', 'refused'],
  [`a.${sign}`, 'refused', 'refused'],
  [`evil.example/${sign}`, 'refused', 'refused'],
  [`${sign}@evil.example`, 'refused', 'refused'],
  [graph, 'refused', 'graph'],
  [`${graph}:443`, 'refused', 'graph'],
  ['Graph.Microsoft.com', 'refused', 'graph'],
  [`${graph}:8443`, 'refused', 'refused'],
  [`${graph}.`, 'refused', 'refused'],
  [`${graph}.evil.example`, 'refused', 'refused'],
  [`a.${graph}`, 'refused', 'refused'],
  ['sts.windows.net', 'refused', 'refused'],
  ['login.microsoftonline.us', 'refused', 'refused'],
  ['graph.microsoft.us', 'refused', 'refused'],
  ['login.partner.microsoftonline.cn', 'refused', 'refused'],
  ['evil.example', 'refused', 'refused'],
  ['127.0.0.1.evil.example', 'refused', 'refused'],
  ['localhost.evil.example', 'refused', 'refused'],
  ['192.0.2.1', 'refused', 'refused'],
  ['evil.example@localhost', 'refused', 'refused'],
  ['localhost/evil.example', 'refused', 'refused'],
  ['localhost?evil.example', 'refused', 'refused'],
  ['localhost\\evil.example', 'refused', 'refused'],
]

type Served = 'all' | 'issuer' | 'graph' | 'refused'

/** The page, the issuer and the orders of developers: what gives a token to whoever asks. */
async function servedUnder(visage: Visage, host: string): Promise<Served> {
  const isServed = async (path: string, init?: Init) => {
    const { status } = await ask(visage, host, path, init)
    assert.ok([200, 403, 404].includes(status), `${path} under ${host}: ${status}`)
    return status === 200
  }
  const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const issuer = await isServed(signInPath)
  const own = [
    await isServed('/_visage/token', order),
    await isServed('/_visage/requests'),
    await isServed('/.well-known/visage.json'),
  ]
  assert.equal(new Set(own).size, 1, `${host}: ${own}`)
  if (own[0]) return issuer ? 'all' : 'refused'
  if (issuer) return 'issuer'
  // Under a name of Graph the issuer's addresses do not exist; under a foreign one they are refused.
  return (await ask(visage, host, signInPath)).status === 404 ? 'graph' : 'refused'
}

const forwarded = (host: string) => ({
  forwarded: `host="${host}";proto=https`,
  'x-forwarded-host': host,
  'x-forwarded-server': host,
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '81',
  'x-forwarded-prefix': '/other',
  'x-host': host,
  'x-original-host': host,
})

describe('the names of a server', () => {
  for (const as of [undefined, 'global'] as const) {
    test(`are those of the table, ${as ? 'with' : 'without'} --as`, async () => {
      await using visage = await startVisage({ https: true, photos: 'none', ...(as && { as }) })
      for (const [host, plain, standIn] of names) {
        const expected = as ? standIn : plain
        assert.equal(await servedUnder(visage, host), expected, host)
      }
    })

    test(`are not changed by headers of proxies, ${as ? 'with' : 'without'} --as`, async () => {
      await using visage = await startVisage({ https: true, photos: 'none', ...(as && { as }) })
      const authorization = `Bearer ${await visage.token()}`
      const told = async (host: string, headers: Record<string, string>) => [
        (await ask(visage, host, signInPath, { headers })).text,
        (await ask(visage, host, graphPath, { headers: { ...headers, authorization } })).text,
      ]
      for (const host of ['localhost', graph, sign, 'evil.example']) {
        const plain = await told(host, {})
        for (const other of [graph, sign, 'evil.example', 'localhost']) {
          assert.deepEqual(await told(host, forwarded(other)), plain, `${host} for ${other}`)
        }
      }
    })
  }
})

describe('under the hosts of a cloud', () => {
  const clouds: readonly (readonly [CloudName, graph: string, sign: string, v1: string])[] = [
    ['global', graph, sign, 'sts.windows.net'],
    ['usgov', 'graph.microsoft.us', 'login.microsoftonline.us', 'sts.windows.net'],
    ['usgov-dod', 'dod-graph.microsoft.us', 'login.microsoftonline.us', 'sts.windows.net'],
    [
      'china',
      'microsoftgraph.chinacloudapi.cn',
      'login.partner.microsoftonline.cn',
      'sts.chinacloudapi.cn',
    ],
  ]
  for (const [as, graph, sign, v1] of clouds) {
    test(`${as}: discovery, tokens and contexts name them`, async () => {
      await using visage = await startVisage({ https: true, photos: 'none', as })
      const document = json(await ask(visage, sign, signInPath))
      const base = `https://${sign}/${tenantId}`
      assert.equal(document.issuer, `${base}/v2.0`)
      assert.equal(document.token_endpoint, `${base}/oauth2/v2.0/token`)
      assert.equal(document.authorization_endpoint, `${base}/oauth2/v2.0/authorize`)
      assert.equal(document.device_authorization_endpoint, `${base}/oauth2/v2.0/devicecode`)
      assert.equal(document.end_session_endpoint, `${base}/oauth2/v2.0/logout`)
      assert.equal(document.jwks_uri, `${base}/discovery/v2.0/keys`)
      assert.doesNotMatch(JSON.stringify(document), /localhost/)

      const scope = `https://${graph}/.default`
      const fields = { client_id: tenantId, client_secret: 'any', scope }
      const grant = { grant_type: 'client_credentials', ...fields }
      const answer = await postForm(visage, sign, `/${tenantId}/oauth2/v2.0/token`, grant)
      const token = String(json(answer).access_token)
      assert.equal(decodeJwt(token).iss, `${base}/v2.0`)
      assert.equal(decodeJwt(token).aud, `https://${graph}`)

      const old = json(await ask(visage, sign, `/${tenantId}/.well-known/openid-configuration`))
      assert.equal(old.issuer, `https://${v1}/${tenantId}/`)

      const headers = { authorization: `Bearer ${token}` }
      const me = await ask(visage, graph, graphPath, { headers })
      assert.equal(json(me)['@odata.context'], `https://${graph}/v1.0/$metadata#users/$entity`)

      const code = await postForm(visage, sign, `/${tenantId}/oauth2/v2.0/devicecode`, fields)
      assert.match(String(json(code).verification_uri), new RegExp(`^https://${sign}/`))
    })
  }

  test('lists continue there', async () => {
    await using visage = await startVisage(asGlobal)
    const headers = { authorization: `Bearer ${await visage.token({ app: true })}` }
    const list = await ask(visage, graph, '/v1.0/users?$top=1', { headers })
    assert.match(String(json(list)['@odata.nextLink']), /^https:\/\/graph\.microsoft\.com\/v1\.0\//)
  })

  test('nothing but Graph is served under its host, and nothing but sign-in under the others', async () => {
    await using visage = await startVisage(asGlobal)
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    const rows: readonly (readonly [host: string, path: string, status: number, init?: Init])[] = [
      [graph, '/v1.0', 200],
      [graph, '/beta/?x=1', 200],
      [graph, '/v1.0/$metadata', 200],
      [graph, '/v1.0/me', 401],
      [graph, '/v1.0/$batch', 401, post],
      [graph, '/', 404],
      [graph, '/v1.0x/me', 404],
      [graph, '/_visage/token', 404, post],
      [graph, '/_visage/reset', 404, post],
      [graph, '/_visage/requests', 404],
      [graph, '/_visage/choices', 404],
      [graph, '/scim/v2/Users', 404],
      [graph, '/healthz', 404],
      [graph, '/.well-known/visage.json', 404],
      [graph, '/common/discovery/instance', 404],
      [graph, `/${tenantId}/discovery/v2.0/keys`, 404],
      [sign, `/${tenantId}/discovery/v2.0/keys`, 200],
      [sign, '/common/discovery/instance', 200],
      [sign, '/', 404],
      [sign, '/v1.0', 404],
      [sign, '/v1.0/me', 404],
      [sign, '/_visage/token', 404, post],
      [sign, '/_visage/reset', 404, post],
      [sign, '/_visage/scim-token', 404, post],
      [sign, '/_visage/faults', 404],
      [sign, '/.well-known/visage.json', 404],
      [sign, '/scim/v2/Users', 404],
    ]
    for (const [host, path, status, init] of rows) {
      assert.equal((await ask(visage, host, path, init)).status, status, `${host}${path}`)
    }
  })

  test('both sign-in hosts of China name the same issuer, as there', async () => {
    await using visage = await startVisage({ https: true, photos: 'none', as: 'china' })
    const document = json(await ask(visage, 'login.chinacloudapi.cn', signInPath))
    assert.equal(document.issuer, `https://login.partner.microsoftonline.cn/${tenantId}/v2.0`)
    assert.match(String(document.token_endpoint), /^https:\/\/login\.chinacloudapi\.cn\//)
  })

  test('instance discovery tells the hosts of the cloud, and refuses others', async () => {
    await using visage = await startVisage(asGlobal)
    const path = (endpoint: string) =>
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`
    const authorize = `https://${sign}/${tenantId}/oauth2/v2.0/authorize`
    const known = await ask(visage, sign, path(authorize))
    assert.equal(known.headers['access-control-allow-origin'], '*')
    assert.deepEqual(json(known), {
      tenant_discovery_endpoint: `https://${sign}${signInPath}`,
      'api-version': '1.1',
      metadata: [{ preferred_network: sign, preferred_cache: sign, aliases: [sign] }],
    })
    for (const other of ['https://evil.example/common', `http://${sign}/common`, 'x', '']) {
      const refused = await ask(visage, sign, path(other))
      assert.equal(refused.status, 400, other)
      assert.equal(json(refused).error, 'invalid_instance')
    }
  })

  test('tokens of both versions are accepted with --as, and not without, by the same key', async () => {
    const data = await mkdtemp(join(tmpdir(), 'visage-stand-in-'))
    try {
      const tokens: string[] = []
      const statuses = async (visage: Place, hosts: readonly string[]) => {
        const asked = tokens.flatMap(token => {
          const headers = { authorization: `Bearer ${token}` }
          return hosts.map(async host => (await ask(visage, host, graphPath, { headers })).status)
        })
        return await Promise.all(asked)
      }
      {
        await using visage = await startHeard({ as: 'global', data })
        for (const version of [1, 2] as const) tokens.push(await tokenUnder(visage, sign, version))
        assert.deepEqual(
          tokens.map(token => decodeJwt(token).iss),
          [`https://sts.windows.net/${tenantId}/`, `https://${sign}/${tenantId}/v2.0`],
        )
        assert.deepEqual(await statuses(visage, [graph, 'localhost']), [200, 200, 200, 200])
      }
      {
        await using visage = await startHeard({ data })
        assert.deepEqual(await statuses(visage, [graph, 'localhost']), [401, 401, 401, 401])
      }
      await using visage = await startHeard({ as: 'china', data })
      assert.deepEqual(await statuses(visage, ['localhost']), [401, 401])
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  })

  test('passwords are refused', async () => {
    await using visage = await startVisage(asGlobal)
    const answer = await postForm(visage, sign, `/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'password',
      client_id: tenantId,
      username: 'alice@visage.example',
      password: 'correct horse',
      scope: 'User.Read',
    })
    assert.equal(answer.status, 400)
    assert.equal(json(answer).error, 'unsupported_grant_type')
    assert.doesNotMatch(answer.text, /correct horse/)
    const realm = await ask(visage, sign, '/common/userrealm/alice@visage.example?api-version=1.0')
    assert.equal(json(realm).error, 'unsupported_grant_type')
  })
})

describe('what is kept and told of a browser', () => {
  const cookie = 'ESTSAUTH=of-another-site; visage-session=mine; buid=of-another-site-too'

  test('holds no cookie of another site', async () => {
    const lines: string[] = []
    await using visage = await startHeard({ as: 'global' }, line => lines.push(line))
    const authorization = `Bearer ${await visage.issuer.mint({})}`
    for (const host of [graph, sign]) {
      for (const path of [graphPath, signInPath, `/${tenantId}/oauth2/v2.0/authorize?x=1`, '/']) {
        await ask(visage, host, path, { headers: { cookie, authorization } })
      }
    }
    const shown = await ask(visage, 'localhost', '/_visage/requests')
    assert.equal(Array.isArray(json(shown).requests), true)
    const all = [...lines, shown.text, JSON.stringify(visage.requests())].join()
    assert.match(all, /alice@visage\.example/)
    assert.doesNotMatch(all, /ESTSAUTH|of-another-site|buid/)
  })

  test('reaches the issuer as its own cookies only', () => {
    const seen: unknown[] = []
    const standIn = createStandIn('global', () => ({
      handle: ({ headers }) => {
        seen.push(headers.cookie)
        return true
      },
    }))
    const given = [
      cookie,
      'ESTSAUTH=a',
      'visage-session=mine',
      undefined,
      'a; visage-sign-in.sig=b',
    ]
    for (const one of given) {
      const request = new IncomingMessage(new Socket())
      request.headers = { host: sign, ...(one !== undefined && { cookie: one }) }
      request.url = signInPath
      standIn(request, new ServerResponse(request))
      assert.equal('cookie' in request.headers, seen.at(-1) !== undefined)
    }
    const mine = 'visage-session=mine'
    assert.deepEqual(seen, [mine, undefined, mine, undefined, 'visage-sign-in.sig=b'])
  })
})

describe('sign-ins return', () => {
  const listed = 'https://app.example.test/signed-in'
  const addresses: readonly (readonly [address: string, allowed: boolean])[] = [
    ['http://localhost:3000/any', true],
    ['https://127.0.0.1/any', true],
    [listed, true],
    [`${listed}/`, false],
    [`${listed}?x=1`, false],
    ['https://app.example.test/', false],
    ['https://app.example.test.evil.example/signed-in', false],
    ['http://app.example.test/signed-in', false],
    [`https://${graph}/`, false],
    [`https://${sign}/common/oauth2/nativeclient`, false],
    ['https://evil.example/', false],
  ]
  const authorize = (address: string) =>
    `/${tenantId}/oauth2/v2.0/authorize?${new URLSearchParams({
      client_id: tenantId,
      response_type: 'code',
      redirect_uri: address,
      scope: 'User.Read',
    })}`

  test('to loopback and to listed addresses only', async () => {
    await using visage = await startVisage({ ...asGlobal, redirectUris: [listed] })
    for (const host of [sign, 'localhost']) {
      for (const [address, allowed] of addresses) {
        const { status, headers } = await ask(visage, host, authorize(address))
        if (allowed) assert.match(String(headers.location), /\/oauth2\/sign-in\//, address)
        else assert.equal(status, 400, `${address} at ${host}`)
      }
    }
  })

  test('to loopback only, when none is listed', async () => {
    await using visage = await startVisage(asGlobal)
    assert.equal((await ask(visage, sign, authorize(listed))).status, 400)
  })

  test('with a token that the page of a listed address may read, and no other', async () => {
    const redirectUris = [listed, 'example-app://signed-in']
    await using visage = await startVisage({ ...asGlobal, redirectUris })
    const fields = {
      grant_type: 'client_credentials',
      client_id: tenantId,
      client_secret: 'any',
      scope: 'https://graph.microsoft.com/.default',
    }
    const body = new URLSearchParams(fields).toString()
    const path = `/${tenantId}/oauth2/v2.0/token`
    for (const [origin, expected] of [
      ['https://app.example.test', 200],
      ['http://localhost:3000', 200],
      [`https://${graph}`, 403],
      ['https://app.example.test:8443', 403],
      ['https://evil.example', 403],
      ['null', 403],
    ] as const) {
      const headers = { ...form, origin }
      const { status, headers: told } = await ask(visage, sign, path, {
        method: 'POST',
        headers,
        body,
      })
      assert.equal(status, expected, origin)
      const allowed = told['access-control-allow-origin']
      assert.equal(allowed, expected === 200 ? origin : undefined, origin)
    }
  })
})

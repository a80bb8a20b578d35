/**
 * Signing in from the page at a real issuer: what is sent, what is kept, and what is said when it fails. The browser is
 * the simple one of the issuer's own tests.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Configuration, readConfiguration } from '../../web/src/sign-in/configuration.ts'
import type { Memory } from '../../web/src/sign-in/errand.ts'
import { createSession, type Session } from '../../web/src/sign-in/session.ts'
import { SignInTrouble } from '../../web/src/sign-in/trouble.ts'
import { en } from '../../web/src/words/en.ts'
import { explainTrouble } from '../../web/src/words/explain-trouble.ts'
import { zh } from '../../web/src/words/zh.ts'
import { openBrowser, type Stand, startIssuer, tenantId } from '../dev/issuer/stand.ts'

const base = 'http://localhost:4321/visage/'
const memory: Memory = { view: '/groups', language: 'zh', theme: 'dark' }
const graph = 'https://graph.microsoft.com'
const lifetimeMs = 3_600_000

describe('a sign-in', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer({}, 'http')
  })
  after(() => stand[Symbol.asyncDispose]())

  const configure = (change: Partial<Configuration> = {}): Configuration => ({
    issuer: `${stand.origin}/${tenantId}/v2.0`,
    clientId: '33333333-cccc-4ccc-8ccc-000000000001',
    scopes: {
      'User.ReadWrite': `${graph}/User.ReadWrite`,
      'Contacts.ReadWrite': `${graph}/Contacts.ReadWrite`,
    },
    parameters: {},
    mode: 'dev',
    version: '1.2.3',
    ...change,
  })

  type Fetch = (address: string, init?: RequestInit) => Promise<Response>

  /** A page with its storage. `left` are the addresses for which it was left. */
  function openPage(change: Partial<Configuration> = {}, around = (fetch: Fetch): Fetch => fetch) {
    const kept = new Map<string, string>()
    const left: URL[] = []
    const clock = { now: Date.now() }
    const session = createSession(configure(change), {
      base,
      store: {
        getItem: name => kept.get(name) ?? null,
        setItem: (name, value) => void kept.set(name, value),
        removeItem: name => void kept.delete(name),
      },
      fetch: around((address, init) => fetch(address, init)),
      now: () => clock.now,
      leave: address => void left.push(new URL(address)),
    })
    const leftFor = () => left.at(-1) ?? assert.fail('the page was not left')
    return { session, kept, left, leftFor, clock }
  }

  type Page = ReturnType<typeof openPage>

  async function signIn(page: Page, browser = openBrowser(stand), person = 'alice') {
    const choice = await browser.visit(page.leftFor().href)
    const chosen = choice.url.startsWith(base) ? choice : await browser.submit(choice, { person })
    // In place of another person, the issuer first ends their session, with a form that submits itself.
    const landed = chosen.url.startsWith(base) ? chosen : await browser.submit(chosen, {})
    assert.ok(landed.url.startsWith(base), landed.text)
    return new URL(landed.url).searchParams
  }

  const begin = (session: Session, manner: 'silent' | 'open' | 'choose' = 'open') =>
    session.begin({ manner, memory, permissions: [] })

  async function signedIn(change?: Partial<Configuration>, around?: (fetch: Fetch) => Fetch) {
    const page = openPage(change, around)
    const browser = openBrowser(stand)
    await begin(page.session)
    const finished = await page.session.finish(await signIn(page, browser))
    return { ...page, browser, finished }
  }

  const scopesOf = (address: URL) => address.searchParams.get('scope')?.split(' ') ?? []
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const troubleOf = async (work: Promise<unknown>) =>
    await work.then(
      () => assert.fail('there was no trouble'),
      (error: unknown) => {
        assert.ok(error instanceof SignInTrouble, String(error))
        return error
      },
    )

  test('asks for little, with PKCE, state and nonce, and comes back to the base address', async () => {
    const { session, leftFor } = openPage({ parameters: { audience: 'api' } })
    await begin(session)
    const { searchParams } = leftFor()
    assert.deepEqual(scopesOf(leftFor()), [
      'openid',
      'profile',
      'offline_access',
      `${graph}/User.ReadWrite`,
    ])
    assert.equal(searchParams.get('redirect_uri'), base)
    assert.equal(searchParams.get('response_type'), 'code')
    assert.equal(searchParams.get('code_challenge_method'), 'S256')
    assert.equal(searchParams.get('code_challenge')?.length, 43)
    assert.equal(searchParams.get('audience'), 'api')
    assert.equal(searchParams.get('prompt'), null)
    assert.ok((searchParams.get('nonce')?.length ?? 0) > 20)
  })

  test('gives a token of the person, and the page as it was', async () => {
    const { session, finished } = await signedIn()
    assert.deepEqual(finished, { memory, trouble: undefined })
    const claims = claimsOf(await session.tokenFor(['User.ReadWrite'], memory))
    assert.equal(claims.upn ?? claims.preferred_username, 'alice@contoso.example')
    assert.deepEqual(session.person(), {
      name: 'Alice <Adams>',
      signInName: 'alice@contoso.example',
    })
  })

  test('keeps nothing but one entry while the page is away, and nothing after', async () => {
    const page = openPage()
    await begin(page.session)
    assert.equal(page.kept.size, 1)
    const query = await signIn(page)
    await page.session.finish(query)
    assert.equal(page.kept.size, 0)
  })

  test('removes what it kept before it can fail', async () => {
    const page = openPage()
    await begin(page.session)
    await troubleOf(page.session.finish(new URLSearchParams({ code: 'x', state: 'y' })))
    assert.equal(page.kept.size, 0)
  })

  const foreign = [
    ['another state', () => new URLSearchParams({ code: 'x', state: 'forged' })],
    ['no state', () => new URLSearchParams({ code: 'x' })],
    ['an error of another state', () => new URLSearchParams({ error: 'x', state: 'forged' })],
  ] as const
  for (const [name, query] of foreign) {
    test(`that comes back with ${name} is refused`, async () => {
      const page = openPage()
      await begin(page.session)
      assert.equal((await troubleOf(page.session.finish(query()))).kind, 'stale')
      assert.equal(page.session.person(), undefined)
    })
  }

  test('that was not begun here is refused, even with a real code', async () => {
    const page = openPage()
    await begin(page.session)
    const query = await signIn(page)
    assert.equal((await troubleOf(openPage().session.finish(query))).kind, 'stale')
  })

  test('ends once: the same answer does not work again', async () => {
    const page = openPage()
    await begin(page.session)
    const query = await signIn(page)
    await page.session.finish(query)
    assert.equal((await troubleOf(page.session.finish(query))).kind, 'stale')
  })

  test('that was cancelled says so, and keeps the page as it was', async () => {
    const page = openPage()
    await begin(page.session)
    const state = page.leftFor().searchParams.get('state') ?? ''
    const query = new URLSearchParams({ error: 'access_denied', state })
    const { memory: found, trouble } = await page.session.finish(query)
    assert.deepEqual(found, memory)
    assert.ok(trouble instanceof SignInTrouble && trouble.kind === 'denied')
  })

  test('that is refused says it in the words of the issuer', async () => {
    const page = openPage()
    await begin(page.session)
    const state = page.leftFor().searchParams.get('state') ?? ''
    const facts = { error: 'invalid_scope', error_description: 'No such scope.', state }
    const { trouble } = await page.session.finish(new URLSearchParams(facts))
    assert.equal(explainTrouble(en, trouble), 'The sign-in service refused: No such scope.')
  })

  test('without a page of the issuer finds the person whom the issuer knows', async () => {
    const { browser } = await signedIn()
    const page = openPage()
    await begin(page.session, 'silent')
    assert.equal(page.leftFor().searchParams.get('prompt'), 'none')
    await page.session.finish(await signIn(page, browser))
    assert.equal(page.session.person()?.name, 'Alice <Adams>')
  })

  test('without a page of the issuer is no trouble where the issuer knows nobody', async () => {
    const page = openPage()
    await begin(page.session, 'silent')
    const finished = await page.session.finish(await signIn(page))
    assert.deepEqual(finished, { memory, trouble: undefined })
    assert.equal(page.session.person(), undefined)
  })

  test('as someone else shows the people again, though the issuer knows one', async () => {
    const page = await signedIn()
    await begin(page.session, 'choose')
    await page.session.finish(await signIn(page, page.browser, 'bob'))
    assert.equal(page.session.person()?.name, 'Bob Brown')
  })

  test('asks for more when more is needed, without another page of the issuer', async () => {
    const page = await signedIn()
    assert.equal(page.session.hasAsked(['Contacts.ReadWrite']), false)
    void page.session.tokenFor(['Contacts.ReadWrite'], memory)
    while (page.left.length < 2) await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(scopesOf(page.leftFor()).slice(3), [
      `${graph}/User.ReadWrite`,
      `${graph}/Contacts.ReadWrite`,
    ])
    await page.session.finish(await signIn(page, page.browser))
    const { scp } = claimsOf(await page.session.tokenFor(['Contacts.ReadWrite'], memory))
    assert.match(scp, /Contacts\.ReadWrite/)
    assert.equal(page.left.length, 2)
  })

  test('is renewed before it ends, once for all who ask', async () => {
    const renewals: string[] = []
    const page = await signedIn({}, fetch => async (address, init) => {
      if (String(init?.body).includes('refresh_token')) renewals.push(address)
      return await fetch(address, init)
    })
    const before = await page.session.tokenFor([], memory)
    page.clock.now += lifetimeMs - 60_000
    const after = await Promise.all([1, 2, 3].map(() => page.session.tokenFor([], memory)))
    assert.equal(renewals.length, 1)
    assert.equal(new Set(after).size, 1)
    assert.notEqual(after[0], before)
    assert.equal(page.left.length, 1)
  })

  test('has ended when the issuer renews it no more', async () => {
    const page = await signedIn(
      {},
      fetch => async (address, init) =>
        String(init?.body).includes('grant_type=refresh_token')
          ? Response.json({ error: 'invalid_grant' }, { status: 400 })
          : await fetch(address, init),
    )
    page.clock.now += lifetimeMs
    assert.equal((await troubleOf(page.session.tokenFor([], memory))).kind, 'ended')
  })

  test('that cannot be renewed for want of a network has not ended', async () => {
    let isAway = false
    const page = await signedIn({}, fetch => async (address, init) => {
      if (isAway) throw new TypeError('Failed to fetch')
      return await fetch(address, init)
    })
    page.clock.now += lifetimeMs
    isAway = true
    assert.equal((await troubleOf(page.session.tokenFor([], memory))).kind, 'unreachable')
    isAway = false
    assert.ok(await page.session.tokenFor([], memory))
  })

  test('is forgotten at once on signing out, and the issuer is asked to end its session', async () => {
    const page = await signedIn()
    await page.session.end()
    assert.equal(page.session.person(), undefined)
    assert.equal((await troubleOf(page.session.tokenFor([], memory))).kind, 'ended')
    const { pathname, searchParams } = page.leftFor()
    assert.equal(pathname, `/${tenantId}/oauth2/v2.0/logout`)
    assert.equal(searchParams.get('post_logout_redirect_uri'), base)
  })

  /** What stands in the way -> the trouble, and a word of the sentence. */
  const troubles: readonly (readonly [string, (fetch: Fetch) => Fetch, string, RegExp])[] = [
    [
      'an issuer that is away or does not allow the page',
      () => () => Promise.reject(new TypeError('Failed to fetch')),
      'unreachable',
      /openid-configuration cannot be reached/,
    ],
    [
      'an issuer without discovery',
      () => async () => new Response('no', { status: 404 }),
      'refusedAt',
      /answered with 404/,
    ],
    [
      'something else at the address of the issuer',
      () => async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'notTrusted',
      /could not be verified/,
    ],
    [
      'a document of another issuer',
      () => async () => Response.json({ issuer: 'https://evil.example/' }),
      'notTrusted',
      /could not be verified/,
    ],
  ]
  for (const [name, around, kind, sentence] of troubles) {
    test(`finds ${name}, and says so`, async () => {
      const trouble = await troubleOf(begin(openPage({}, around).session))
      assert.equal(trouble.kind, kind)
      assert.match(explainTrouble(en, trouble), sentence)
      assert.match(explainTrouble(zh, trouble), /登录服务/)
    })
  }

  /** An issuer that writes other claims into its id tokens. */
  const claiming =
    (change: object) =>
    (fetch: Fetch): Fetch =>
    async (address, init) => {
      const response = await fetch(address, init)
      if (!address.endsWith('/token')) return response
      const body = (await response.json()) as { id_token: string }
      const [head = '', , tail = ''] = body.id_token.split('.')
      const claims = { ...claimsOf(body.id_token), ...change }
      const middle = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return Response.json({ ...body, id_token: [head, middle, tail].join('.') })
    }

  const elsewhere = [
    'javascript:alert(1)//',
    'http://issuer.example/authorize',
    'data:text/html,<p>',
    '/authorize',
    '',
    7,
  ]
  for (const address of elsewhere) {
    test(`leaves the page only for a safe address, and not for ${JSON.stringify(address)}`, async () => {
      const { session, left, kept } = openPage({}, fetch => async (target, init) => {
        const answer = await fetch(target, init)
        return Response.json(
          Object.assign((await answer.json()) as object, { authorization_endpoint: address }),
        )
      })
      const { kind } = await troubleOf(begin(session))
      assert.deepEqual([kind, left, kept.size], ['notTrusted', [], 0])
    })
  }

  test('ends in the page where the issuer names no safe address for it', async () => {
    const { session, left } = await signedIn({}, fetch => async (target, init) => {
      const answer = await fetch(target, init)
      if (!target.endsWith('/openid-configuration')) return answer
      return Response.json(
        Object.assign((await answer.json()) as object, { end_session_endpoint: 'javascript:1' }),
      )
    })
    const before = left.length
    const { kind } = await troubleOf(session.end())
    assert.deepEqual([kind, left.length, session.person()], ['notTrusted', before, undefined])
  })

  test('says when the clocks differ', async () => {
    const page = openPage({}, claiming({ exp: 1_000_000, iat: 999_000 }))
    await begin(page.session)
    const { trouble } = await page.session.finish(await signIn(page))
    assert.ok(trouble instanceof SignInTrouble && trouble.kind === 'clockWrong', String(trouble))
  })

  test('with an id token of another sign-in is not trusted', async () => {
    const page = openPage({}, claiming({ nonce: 'another' }))
    await begin(page.session)
    const { trouble } = await page.session.finish(await signIn(page))
    assert.ok(trouble instanceof SignInTrouble && trouble.kind === 'notTrusted')
    assert.equal(page.session.person(), undefined)
  })

  /** As Entra's `organizations`, which takes every tenant; the token names it. */
  const anyTenant =
    (tenant: string) =>
    (fetch: Fetch): Fetch =>
    async (address, init) => {
      const real = address.replace('/organizations/v2.0', `/${tenantId}/v2.0`)
      const response = await fetch(real, init)
      if (!address.endsWith('openid-configuration')) return response
      const document = (await response.json()) as object
      return Response.json({ ...document, issuer: `${stand.origin}/${tenant}/v2.0` })
    }

  test('of any tenant trusts the tenant that the token names', async () => {
    const issuer = `${stand.origin}/organizations/v2.0`
    const { session } = await signedIn({ issuer }, anyTenant('{tenantid}'))
    assert.equal(session.person()?.name, 'Alice <Adams>')
  })

  test('of any tenant still refuses another issuer', async () => {
    const issuer = `${stand.origin}/organizations/v2.0`
    const { finished } = await signedIn({ issuer }, anyTenant('{tenantid}/other'))
    assert.ok(finished.trouble instanceof SignInTrouble && finished.trouble.kind === 'notTrusted')
  })

  test('without a client id says what the operator must set', async () => {
    const trouble = await troubleOf(begin(openPage({ clientId: null }).session))
    assert.match(explainTrouble(en, trouble), /VISAGE_PAGE_CLIENT_ID/)
    assert.match(explainTrouble(zh, trouble), /VISAGE_PAGE_CLIENT_ID/)
  })
})

describe('the configuration of the page', () => {
  const answers = {
    'a refusal': async () => new Response('no', { status: 404 }),
    'something else than JSON': async () => new Response('<html>'),
    'no network': () => Promise.reject(new TypeError('Failed to fetch')),
  }
  for (const [name, answer] of Object.entries(answers)) {
    test(`that is ${name} is told with its address`, async () => {
      const trouble = await readConfiguration(base, answer).catch((error: unknown) => error)
      assert.equal(
        explainTrouble(en, trouble),
        `The settings of this page at ${base}.well-known/visage.json cannot be read.`,
      )
    })
  }
})

describe('any other error', () => {
  for (const error of [undefined, null, 'text', new Error('x'), { kind: 'toString' }]) {
    test(`such as ${String(error)} is a fault of the page`, () => {
      assert.equal(explainTrouble(en, error), en.problems.unexpected)
    })
  }
})

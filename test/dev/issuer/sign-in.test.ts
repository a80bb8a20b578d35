/**
 * The pages of a sign-in, from the app to the token.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import {
  type Answer,
  alice,
  bob,
  guestApp,
  json,
  openBrowser,
  postForm,
  type Stand,
  startIssuer,
  tenantId,
} from './stand.ts'

const redirectUri = 'http://localhost:4321/signed-in'

describe('the sign-in page', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer()
  })
  after(() => stand[Symbol.asyncDispose]())

  const address = (change: Record<string, string> = {}) => {
    const fields = {
      client_id: guestApp,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile User.ReadWrite',
      state: 'the state',
      ...change,
    }
    return `/${tenantId}/oauth2/v2.0/authorize?${new URLSearchParams(fields)}`
  }
  const exchange = async (landed: Answer) =>
    json(
      await postForm(stand.send, '/common/oauth2/v2.0/token', {
        grant_type: 'authorization_code',
        client_id: guestApp,
        code: new URL(landed.url).searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
      }),
    )
  const who = async (landed: Answer) => decodeJwt(String((await exchange(landed)).id_token))
  const asked = (landed: Answer, name: string) => new URL(landed.url).searchParams.get(name)

  it('lists accounts and the app, with every text escaped', async () => {
    const page = await openBrowser(stand).visit(address())
    assert.equal(page.status, 200)
    assert.match(page.text, /Who do you want to be\?/)
    assert.match(page.text, /alice@contoso\.example/)
    assert.match(page.text, /Alice &lt;Adams&gt;/)
    assert.doesNotMatch(page.text, /<Adams>/)
    assert.match(page.text, /It asks for User\.ReadWrite\./)
    assert.match(page.text, /<span class="tag">admin<\/span>/)
  })

  it('shows the name of an app that has one', async () => {
    await using named = await startIssuer({ clientNames: { [guestApp]: 'The <page>' } })
    const page = await openBrowser(named).visit(address())
    assert.match(page.text, /signing in to <strong>The &lt;page&gt;<\/strong>/)
    const other = await openBrowser(named).visit(address({ client_id: 'constructor' }))
    assert.match(other.text, /signing in to <strong>constructor<\/strong>/)
  })

  it('may not be framed, nor load anything but its own style and script', async () => {
    const { headers, text } = await openBrowser(stand).visit(address())
    const policy = String(headers['content-security-policy'])
    for (const tag of ['style', 'script']) {
      const inline = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ''
      const hash = createHash('sha256').update(inline).digest('base64')
      assert.ok(policy.includes(`${tag}-src 'sha256-${hash}'`), tag)
    }
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
  })

  it('forbids framing, and loading or running foreign content, in every answer of the issuer', async () => {
    const browser = openBrowser(stand)
    const policies = new Map<string, string>()
    const look = async (name: string, answer: Answer | Promise<Answer>) => {
      const { headers, url } = await answer
      assert.ok(url.startsWith(stand.origin), name)
      policies.set(name, String(headers['content-security-policy']))
    }
    const query = address({ response_mode: 'form_post' })
    const posting = await browser.submit(await browser.visit(query), { person: 'alice' })
    assert.match(posting.text, /document\.forms\[0\]\.submit/)
    await look('a page that posts to the app', posting)
    await look('a page that signs out', browser.visit('/common/oauth2/v2.0/logout'))
    await look('a page that asks for a code', browser.visit('/common/oauth2/deviceauth'))
    await look('a refusal', stand.send(address({ redirect_uri: 'https://evil.example/' })))
    await look('a redirect', stand.send(address()))
    await look('a redirect to the tenant', stand.send('/common/oauth2/v2.0/authorize?a=b'))
    await look('nothing', stand.send(`/${tenantId}/oauth2/nothing`))
    await look('a refused method', stand.send(`/${tenantId}/oauth2/deviceauth`, { method: 'PUT' }))
    await look('keys', stand.send('/common/discovery/keys'))
    await look('another host', stand.send('/common/discovery/keys', { headers: { host: 'a.b' } }))
    for (const [name, policy] of policies) {
      assert.match(policy, /default-src 'none'/, name)
      assert.match(policy, /frame-ancestors 'none'/, name)
      assert.doesNotMatch(policy, /unsafe|\*/, name)
    }
    const script = /<script>([\s\S]*?)<\/script>/.exec(posting.text)?.[1] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    assert.ok(policies.get('a page that posts to the app')?.includes(`script-src 'sha256-${hash}'`))
  })

  it('signs in by id, by userPrincipalName and by typed name', async () => {
    for (const choice of [
      { person: bob.id },
      { person: bob.userPrincipalName },
      { name: ' bob ' },
    ]) {
      const browser = openBrowser(stand)
      const landed = await browser.submit(await browser.visit(address()), choice)
      assert.equal(asked(landed, 'state'), 'the state')
      const claims = await who(landed)
      assert.equal(claims.oid, bob.id)
      assert.equal(claims.tid, tenantId)
      assert.equal(claims.preferred_username, bob.userPrincipalName)
    }
  })

  it('shows the page again for an unknown person, with suggestions', async () => {
    const browser = openBrowser(stand)
    const again = await browser.submit(await browser.visit(address()), { name: 'al<ce' })
    assert.equal(again.status, 400)
    assert.match(again.text, /nobody called &#39;al&lt;ce&#39;.*Did you mean alice\?/)
    const landed = await browser.submit(again, { name: 'alice' })
    assert.equal((await who(landed)).oid, alice.id)
  })

  it('puts the hinted person first', async () => {
    const page = await openBrowser(stand).visit(address({ login_hint: bob.userPrincipalName }))
    assert.ok(page.text.indexOf(bob.id) < page.text.indexOf(alice.id))
  })

  it('keeps the signed-in person, unless login_hint names another or the page is requested', async () => {
    const browser = openBrowser(stand)
    await browser.submit(await browser.visit(address()), { person: 'alice' })
    assert.equal((await who(await browser.visit(address()))).oid, alice.id)
    const aliased = await browser.visit(address().replace(tenantId, 'common'))
    assert.equal((await who(aliased)).oid, alice.id)
    for (const change of [{ login_hint: 'bob' }, { prompt: 'select_account' }]) {
      assert.match((await browser.visit(address(change))).text, /Who do you want to be\?/)
    }
  })

  it('lets another person sign in after the first', async () => {
    const browser = openBrowser(stand)
    const first = await browser.submit(await browser.visit(address()), { person: 'alice' })
    const { refresh_token } = await exchange(first)
    const page = await browser.visit(address({ prompt: 'select_account' }))
    const between = await browser.submit(page, { person: 'bob' })
    // the library ends the first person's session by a form that a browser sends by itself
    const landed = between.text.includes('<form') ? await browser.submit(between, {}) : between
    assert.equal((await who(landed)).oid, bob.id)
    assert.equal((await who(await browser.visit(address()))).oid, bob.id)

    const renewed = await postForm(stand.send, '/common/oauth2/v2.0/token', {
      grant_type: 'refresh_token',
      client_id: guestApp,
      refresh_token: String(refresh_token),
    })
    assert.equal(decodeJwt(String(json(renewed).access_token)).oid, alice.id)
  })

  it('works over plain http, with cookies that browsers send there', async () => {
    await using plain = await startIssuer({}, 'http')
    const browser = openBrowser(plain)
    const page = await browser.visit(address())
    assert.match(page.text, /Who do you want to be\?/)
    const landed = await browser.submit(page, { person: 'bob' })
    assert.ok(asked(landed, 'code'))
    assert.deepEqual(
      browser.cookies().filter(line => /; *secure/i.test(line)),
      [],
    )
    assert.deepEqual(plain.errors, [])
  })

  it('answers prompt=none without a page', async () => {
    const browser = openBrowser(stand)
    const nobody = await browser.visit(address({ prompt: 'none' }))
    assert.equal(asked(nobody, 'error'), 'login_required')
    await browser.submit(await browser.visit(address()), { person: 'bob' })
    assert.equal((await who(await browser.visit(address({ prompt: 'none' })))).oid, bob.id)
  })

  it('signs out and returns to the app', async () => {
    const browser = openBrowser(stand)
    await browser.submit(await browser.visit(address()), { person: 'alice' })
    const query = new URLSearchParams({
      client_id: guestApp,
      post_logout_redirect_uri: 'http://localhost:4321/bye',
    })
    const page = await browser.visit(`/common/oauth2/v2.0/logout?${query}`)
    const landed = await browser.submit(page, { logout: 'yes' })
    assert.equal(landed.url, 'http://localhost:4321/bye')
    assert.match((await browser.visit(address())).text, /Who do you want to be\?/)
  })

  for (const path of ['v2.0/logout', 'logout']) {
    it(`returns after /oauth2/${path} to an app that names only its address`, async () => {
      const browser = openBrowser(stand)
      await browser.submit(await browser.visit(address()), { person: 'alice' })
      const ask = (after: string) => {
        const query = new URLSearchParams({ post_logout_redirect_uri: after, state: 'of-app' })
        return browser.visit(`/common/oauth2/${path}?${query}`)
      }
      const refused = await ask('https://evil.example/bye')
      assert.match(refused.text, /did not work/)
      const landed = await browser.submit(await ask('http://localhost:4321/bye'), { logout: 'yes' })
      assert.equal(landed.url, 'http://localhost:4321/bye?state=of-app')
    })
  }

  it('answers a posted authorization request', async () => {
    const url = new URL(address(), stand.origin)
    const landed = await openBrowser(stand).visit(
      url.pathname,
      Object.fromEntries(url.searchParams),
    )
    assert.match(landed.text, /Who do you want to be\?/)
  })

  for (const address_ of [
    'https://evil.example/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'javascript:alert(1)',
    'http://evil.example#http://localhost',
  ]) {
    it(`sends no code to ${address_}`, async () => {
      const page = await openBrowser(stand).visit(address({ redirect_uri: address_ }))
      assert.equal(page.status, 400)
      assert.match(page.text, /did not work/)
    })
  }

  it('refuses a scope of another API before sign-in', async () => {
    const page = await openBrowser(stand).visit(address({ scope: 'https://vault.example/x' }))
    assert.equal(page.status, 400)
    assert.match(page.text, /There is no resource/)
  })

  it('explains a sign-in that has ended', async () => {
    const page = await stand.send(`/${tenantId}/oauth2/sign-in/of-yesterday`)
    assert.equal(page.status, 400)
    assert.match(page.text, /This sign-in has ended/)
  })

  it('refuses a choice that a page of another site posts', async () => {
    const browser = openBrowser(stand)
    const page = await browser.visit(address())
    const { pathname } = new URL(page.url)
    const headers = { origin: 'https://evil.example' }
    assert.equal((await postForm(stand.send, pathname, { person: alice.id }, headers)).status, 403)
  })

  it('explains what is wrong with a device code', async () => {
    const browser = openBrowser(stand)
    const page = await browser.visit('/common/oauth2/deviceauth')
    assert.match(page.text, /Enter the code/)
    assert.match((await browser.submit(page, { user_code: 'WRNG-CODE' })).text, /no such code/)
  })

  it('logs no error', () => {
    assert.deepEqual(stand.errors, [])
  })
})

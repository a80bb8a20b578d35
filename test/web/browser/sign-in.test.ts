/** Signing in: the fewest permissions first, more when a view needs them, and nothing that stays behind. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { onPage } from '../../support/on-page.ts'
import { account, choosePerson, signIn } from '../../support/sign-in-steps.ts'

const graphScope = (name: string) => `https://graph.microsoft.com/${name}`

/** The scopes of each redirect to the issuer from now on, without those of OpenID Connect. */
function watchScopes(page: Page): string[][] {
  const asked: string[][] = []
  page.on('request', request => {
    const { pathname, searchParams } = new URL(request.url())
    if (!pathname.endsWith('/oauth2/v2.0/authorize')) return
    const scopes = (searchParams.get('scope') ?? '').split(' ')
    asked.push(scopes.filter(scope => scope.includes('/')))
  })
  return asked
}

onPage('a person signs in with one permission', {}, async ({ page, origin, expectClean }) => {
  const asked = watchScopes(page)
  await page.goto(origin)
  await signIn(page, 'alice')
  assert.deepEqual(asked, [[graphScope('User.ReadWrite')]])
  assert.equal(page.url(), `${origin}/`)
  await expectClean()
})

onPage('the token is nowhere a script could find it', {}, async ({ page, origin, expectClean }) => {
  await page.goto(origin)
  const [answer] = await Promise.all([
    page.waitForResponse(response => response.url().endsWith('/token')),
    signIn(page, 'alice'),
  ])
  const token = String((await answer.json()).access_token)
  assert.match(token, /^ey/)
  const found = await page.evaluate<string>(`JSON.stringify([location.href, history.state, name,
    document.documentElement.outerHTML, Object.values(window).filter(value => typeof value === 'string')])`)
  assert.ok(!found.includes(token.slice(-40)))
  await expectClean()
})

onPage(
  'a sign-in comes back to the view that was opened',
  {},
  async ({ page, origin, expectClean }) => {
    await page.goto(`${origin}/settings`)
    await signIn(page, 'alice')
    assert.equal(page.url(), `${origin}/settings`)
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await expectClean()
  },
)

onPage('after a reload the sign-in goes on without a question', {}, async visit => {
  const { page, origin, expectClean, tell } = visit
  await page.goto(`${origin}/settings`)
  await signIn(page, 'alice')
  const before = performance.now()
  await page.reload()
  await account(page).waitFor()
  tell(`usable ${Math.round(performance.now() - before)} ms after the reload`)
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await expectClean()
})

onPage('signing out ends it, for a reload, too', {}, async ({ page, origin, expectClean }) => {
  await page.goto(origin)
  await signIn(page, 'alice')
  await account(page).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await expectClean()
})

onPage('in development somebody else is chosen from the menu', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await signIn(page, 'alice')
  await account(page).click()
  await page.getByRole('button', { name: 'Be someone else' }).click()
  await choosePerson(page, 'bob')
  await page.getByRole('button', { name: 'Account of Bob Adeyemi' }).waitFor()
  await expectClean()
})

onPage(
  'an answer that was not asked for signs nobody in',
  {},
  async ({ page, origin, expectClean }) => {
    await page.goto(`${origin}/?code=stolen&state=other`)
    await page.getByText('That sign-in did not begin in this window').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal(page.url(), `${origin}/`)
    await expectClean()
  },
)

onPage(
  'a sign-in that the person cancels is said in words',
  {},
  async ({ page, origin, expectClean }) => {
    await page.goto(origin)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'alice@visage.example' }).waitFor()
    const asked = new URL(page.url())
    const state = await page.evaluate<string>(
      `JSON.parse(Object.values(sessionStorage)[0] ?? '{}').state ?? ''`,
    )
    assert.notEqual(state, '', asked.href)
    await page.goto(`${origin}/?${new URLSearchParams({ error: 'access_denied', state })}`)
    await page.getByText('The sign-in was cancelled or refused.').waitFor()
    await expectClean()
  },
)
onPage(
  'a view asks for what it needs when it is opened',
  {},
  async ({ page, origin, expectClean }) => {
    await page.goto(origin)
    await signIn(page, 'alice')
    const asked = watchScopes(page)
    await page.getByRole('link', { name: 'Contacts' }).click()
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor()
    assert.equal(page.url(), `${origin}/contacts`)
    assert.deepEqual(asked, [[graphScope('User.ReadWrite'), graphScope('Contacts.ReadWrite')]])
    await expectClean()
  },
)

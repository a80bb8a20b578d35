/** The developer's views: a request is seen with what decided it, tokens made there work, faults are switched. */
import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { en } from '../../../web/src/words/en.ts'
import { type OnPage, onPage } from '../../support/on-page.ts'
import { signIn } from '../../support/sign-in-steps.ts'

async function open({ page, origin }: OnPage, view: 'requests' | 'tokens'): Promise<void> {
  await page.goto(`${origin}/${view}`)
  await signIn(page, 'alice')
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** A call of a program, not of the page. */
async function call({ origin }: OnPage, token: string, path: string, method = 'GET') {
  const answer = await fetch(`${origin}/v1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  })
  await answer.arrayBuffer()
  return answer.status
}

const rowOf = (page: Page, text: RegExp) => page.getByRole('button', { name: text })

onPage(
  'a request is seen as it comes, with the permission and the role that decided',
  {},
  async there => {
    const { page, visage, expectClean } = there
    await open(there, 'requests')
    await page.getByText('No request yet').waitFor()
    const token = await visage.issuer.mint({
      person: 'bob',
      scopes: ['ProfilePhoto.ReadWrite.All'],
      adminRoles: ['User Administrator'],
    })
    const place = '/users/alice@visage.example/photo'
    // Nobody has a photo here; whether the caller may is decided before.
    assert.equal(await call(there, token, place, 'DELETE'), 404)
    await rowOf(page, /404 DELETE \/users\/alice@visage\.example\/photo bob/).click()
    await page.getByText(/^Allowed by ProfilePhoto\.ReadWrite\.All .* role User Admin/).waitFor()
    await page.getByText('The server accepted this token.').waitFor()
    await page.getByText('User Administrator: fe930be7').waitFor()
    const shown = await page.locator('main').innerText()
    assert.doesNotMatch(shown, /authorization:|Bearer /i)
    assert.ok(!shown.includes(token.split('.')[2] ?? ''))
    assert.equal(await call(there, token, place), 404)
    await rowOf(page, /404 GET \/users\/alice@visage\.example\/photo/).waitFor()
    await expectClean()
  },
)

onPage('a refused request says which permission it lacks', {}, async there => {
  const { page, visage, expectClean } = there
  await open(there, 'requests')
  const token = await visage.issuer.mint({ app: {}, roles: ['User.Read.All'] })
  assert.equal(await call(there, token, '/groups'), 403)
  await rowOf(page, /403 GET \/groups app .* lacks GroupMember\.Read\.All \+4/).click()
  await page.getByText(/^Refused: .* permissions would do: GroupMember/).waitFor()
  await page.getByText('Authorization_RequestDenied').waitFor()
  await expectClean()
})

onPage('requests are filtered by words and outcome, and held back by a pause', {}, async there => {
  const { page, visage, expectClean } = there
  await open(there, 'requests')
  const token = await visage.issuer.mint({ person: 'alice', scopes: ['User.Read'] })
  await call(there, token, '/me')
  await call(there, token, '/groups')
  await rowOf(page, /GET \/groups/).waitFor()
  await page.getByText('Refused', { exact: true }).click()
  await rowOf(page, /GET \/me /).waitFor({ state: 'detached' })
  await page.getByText('All', { exact: true }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox', { name: 'Search' }).fill('groups 403')
  await rowOf(page, /GET \/me /).waitFor({ state: 'detached' })
  await page.getByRole('searchbox', { name: 'Search' }).fill('moon')
  await page.getByText('No request looks like that').waitFor()
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await call(there, token, '/me/photo')
  await page.getByText('1 more since the pause').waitFor()
  assert.equal(await rowOf(page, /GET \/me\/photo alice 404|404 GET \/me\/photo /).count(), 0)
  await page.getByRole('button', { name: 'Resume' }).click()
  await rowOf(page, /GET \/me\/photo /)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await page.getByText('No request yet').waitFor()
  await expectClean()
})

onPage('the requests are read with the keyboard alone', {}, async there => {
  const { page, visage, expectClean } = there
  await open(there, 'requests')
  const token = await visage.issuer.mint({ person: 'alice', scopes: ['User.Read'] })
  await call(there, token, '/me')
  const row = rowOf(page, /200 GET \/me /)
  await row.waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('users')
  await row.waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await row.waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('radio', { name: 'Answered', checked: true }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.locator('[aria-expanded=false]:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('What decided').waitFor()
  await page.locator('[aria-expanded=true]:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('What decided').waitFor({ state: 'detached' })
  await expectClean()
})

const access = { permissions: ['clipboard-read', 'clipboard-write'] }

onPage('a token made there works, and so does the program', access, async there => {
  const { page, origin, expectClean } = there
  await open(there, 'tokens')
  await page.getByRole('combobox', { name: 'Person' }).selectOption('bob')
  await page.getByRole('searchbox', { name: 'Search permissions' }).fill('user read')
  await page.getByRole('checkbox', { name: 'User.Read', exact: true }).check()
  await page.getByText('1 chosen, and no others.').waitFor()
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = await page.getByRole('region', { name: 'access_token' }).innerText()
  const answer = await fetch(`${origin}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /"userPrincipalName":"bob@visage\.example"/)
  assert.equal(await call(there, token, '/users'), 403)
  await page.getByText('Python', { exact: true }).click()
  const program = page.getByRole('region', { name: 'Python' })
  assert.match(await program.innerText(), /urlopen/)
  await page.getByRole('button', { name: 'Copy' }).last().click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  assert.ok(copied.includes(`${origin}/v1.0/me/photo/$value`) && copied.includes(token))
  await expectClean()
})

onPage('a token of an application is for a person that the program names', {}, async there => {
  const { page, expectClean } = there
  await open(there, 'tokens')
  await page.getByText('An application', { exact: true }).click()
  await page.getByText('Expired', { exact: true }).click()
  await page.getByRole('button', { name: 'Make the token' }).click()
  await page.getByText('/v1.0/users/alice@visage.example/photo/$value').waitFor()
  await page.getByText('It had expired when the request came.').waitFor()
  const token = await page.getByRole('region', { name: 'access_token' }).innerText()
  assert.equal(await call(there, token, '/users'), 401)
  await expectClean()
})

onPage(
  'faults are switched on and off, and a sentence of one’s own is explained',
  {},
  async there => {
    const { page, visage, expectClean } = there
    await open(there, 'tokens')
    const token = await visage.issuer.mint({ person: 'alice' })
    const fault = page.getByRole('switch', { name: '500 on GET users' })
    await fault.click()
    await page.getByText('The fault is on.').waitFor()
    assert.equal(await call(there, token, '/users'), 500)
    await fault.click()
    await page.getByText('The fault is off.').waitFor()
    assert.equal(await call(there, token, '/users'), 200)
    const own = page.getByRole('textbox', { name: 'A sentence of your own' })
    await own.fill('503 on GET moon')
    await own.press('Enter')
    await page.getByRole('alert').getByText('The fault cannot be read').waitFor()
    await own.fill('418 on GET me')
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByRole('switch', { name: '418 on GET me', checked: true }).waitFor()
    assert.equal(await call(there, token, '/me'), 418)
    await expectClean([/400 PUT \/_visage\/faults/])
  },
)

const looks = [
  { name: 'light, English', options: {} },
  { name: 'dark, English', options: { colorScheme: 'dark' } },
  {
    name: 'dark, Chinese, 320 px',
    options: { colorScheme: 'dark', locale: 'zh-CN', viewport: { width: 320, height: 640 } },
  },
] as const

onPage(
  'on 320 pixels no lifetime of a token is broken into two lines',
  { viewport: { width: 320, height: 640 } },
  async there => {
    await open(there, 'tokens')
    const pills = there.page.getByRole('group', { name: en.tokens.lifetime }).locator('label')
    await pills.first().waitFor()
    for (const pill of await pills.all()) {
      const height = (await pill.boundingBox())?.height ?? 0
      assert.ok(height < 40, `${await pill.innerText()}: ${height}`)
    }
    await there.expectClean()
  },
)

for (const { name, options } of looks) {
  onPage(`the developer's views are accessible: ${name}`, options, async there => {
    const { page, visage, expectClean } = there
    await open(there, 'requests')
    const token = await visage.issuer.mint({ person: 'alice', scopes: ['User.Read'] })
    await call(there, token, '/me')
    await call(there, token, '/groups')
    await rowOf(page, /403 GET \/groups/).click()
    await page.getByText('Authorization_RequestDenied').waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: /^(?:Tokens|令牌)$/ }).click()
    await page.getByRole('button', { name: /^(?:Make the token|生成令牌)$/ }).click()
    await page.getByRole('region', { name: 'access_token' }).waitFor()
    await expectAccessible(page)
    await expectClean()
  })
}

/** What turns for ever is left out. A text, because the tests are compiled without the DOM. */
const endOfAnimations = `Promise.all(document.getAnimations()
  .filter(one => one.effect.getTiming().iterations !== Infinity)
  .map(one => one.finished.catch(() => {}))).then(() => {})`

/** Nothing grave that axe finds, and nothing that scrolls sideways. */
async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(endOfAnimations)
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  assert.deepEqual(found, [])
  const sideways = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  assert.equal(sideways, 0)
}

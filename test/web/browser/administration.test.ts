/** People for administrators: added, changed, disabled, enabled and deleted, and what others and managed people are told. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { en, type Words } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'
import { expectAccessible } from '../../support/accessible.ts'
import { type OnPage, onPage } from '../../support/on-page.ts'
import { callGraph } from '../../support/photo-steps.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const addressOfBob = '/people/bob@visage.example'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const field = (page: Page, name: string) => page.getByRole('textbox', { name })

async function readUser(visit: OnPage, id: string): Promise<Record<string, unknown> | undefined> {
  const select = 'id,displayName,mail,jobTitle,surname,accountEnabled'
  const response = await callGraph(visit, 'GET', `/users/${id}?$select=${select}`, { who: 'umut' })
  if (response.status === 404) return undefined
  assert.equal(response.status, 200)
  return (await response.json()) as Record<string, unknown>
}

async function openBob({ page, origin }: OnPage, words: Words = en): Promise<void> {
  await page.goto(`${origin}${addressOfBob}`)
  await signIn(page, 'umut')
  await button(page, words.account.manage).click()
  await button(page, words.account.change).waitFor()
}

onPage('an administrator adds a person with the keyboard alone', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people`)
  await signIn(page, 'umut')
  await page.getByRole('link', { name: 'Add a person' }).click()
  await field(page, 'Display name').waitFor()
  await field(page, 'Display name').focus()
  await page.keyboard.press('Enter')
  await page.getByText('Please fill this in.').first().waitFor()
  assert.equal(await field(page, 'Display name').getAttribute('aria-invalid'), 'true')
  await page.keyboard.type('Ada Lovelace')
  await page.keyboard.press('Tab')
  await page.keyboard.type('ada')
  await page.keyboard.press('Enter')
  await page.getByText('Please write it as name@domain, without spaces.').waitFor()
  await page.keyboard.type('@visage.example')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Ada')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Photo of Ada Lovelace' }).waitFor()
  await page.getByText('Ada Lovelace was added.').waitFor()
  const ada = await readUser(visit, 'ada@visage.example')
  assert.equal(ada?.accountEnabled, true)
  await expectClean()
})

onPage('a sign-in name that somebody has is refused beside its field', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people/new`)
  await signIn(page, 'umut')
  await field(page, 'Display name').fill('Another Bob')
  await field(page, 'Sign-in name').fill('bob@visage.example')
  await button(page, 'Add').click()
  await page.getByText('Somebody else has this already.').waitFor()
  await button(page, 'Copy').waitFor()
  assert.equal(await field(page, 'Sign-in name').inputValue(), 'bob@visage.example')
  await field(page, 'Sign-in name').fill('bob.2@visage.example')
  await button(page, 'Add').click()
  await page.getByText('Another Bob was added.').waitFor()
  await expectClean([/^400 POST \/v1\.0\/users$/])
})

onPage('an administrator changes a person, and only what was changed is sent', {}, async visit => {
  const { page, expectClean } = visit
  const before = await readUser(visit, 'bob@visage.example')
  await openBob(visit)
  await button(page, 'Change').click()
  const sent = page.waitForRequest(request => request.method() === 'PATCH')
  await field(page, 'Job title').fill('  Head of Tea ')
  await button(page, 'Save').click()
  assert.deepEqual((await sent).postDataJSON(), { jobTitle: 'Head of Tea' })
  await page.getByText('Bob Adeyemi was changed.').waitFor()
  await page.getByText('Head of Tea').first().waitFor()
  const after = await readUser(visit, 'bob@visage.example')
  assert.deepEqual(after, { ...before, jobTitle: 'Head of Tea' })
  await expectClean()
})

onPage('an administrator disables, enables and deletes a person', {}, async visit => {
  const { page, expectClean } = visit
  await openBob(visit)
  const dialog = page.getByRole('dialog')
  await button(page, 'Disable').click()
  await page.keyboard.press('Escape')
  assert.equal((await readUser(visit, 'bob@visage.example'))?.accountEnabled, true)
  await button(page, 'Disable').click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await button(page, 'Enable').waitFor()
  assert.equal((await readUser(visit, 'bob@visage.example'))?.accountEnabled, false)
  await button(page, 'Enable').click()
  await dialog.getByRole('button', { name: 'Enable' }).click()
  await button(page, 'Disable').waitFor()
  assert.equal((await readUser(visit, 'bob@visage.example'))?.accountEnabled, true)
  await button(page, 'Delete').click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Bob Adeyemi was deleted.').waitFor()
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
  assert.equal(await readUser(visit, 'bob@visage.example'), undefined)
  await expectClean()
})

onPage('nobody disables or deletes themselves', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people/umut@visage.example`)
  await signIn(page, 'umut')
  await button(page, 'Manage this account').click()
  await page.getByText('This is your own account.').waitFor()
  assert.equal(await button(page, 'Change').count(), 1)
  assert.equal(await button(page, 'Disable').count(), 0)
  assert.equal(await button(page, 'Delete').count(), 0)
  await expectClean()
})

onPage('somebody without a role is told which one is needed, and led nowhere', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people/new`)
  await signIn(page, 'alice')
  await page.getByText('One of these roles is needed').waitFor()
  assert.equal(await field(page, 'Display name').count(), 0)
  await page.getByRole('link', { name: 'All people' }).click()
  await page.getByRole('gridcell').first().waitFor()
  await page.getByRole('link', { name: 'Set many photos' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Add a person' }).count(), 0)
  await expectClean()
})

onPage('a person whom another source manages is not changed, and it is named', {}, async visit => {
  const { page, origin, expectClean } = visit
  const token = await readToken(origin)
  const response = await fetch(`${origin}/scim/v2/Users`, {
    method: 'POST',
    headers: { 'content-type': 'application/scim+json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'mei@visage.example',
      displayName: 'Mei Lin',
    }),
  })
  assert.equal(response.status, 201)
  await page.goto(`${origin}/people/mei@visage.example`)
  await signIn(page, 'umut')
  await button(page, 'Manage this account').click()
  await button(page, 'Change').click()
  await field(page, 'Job title').fill('Nothing')
  await button(page, 'Save').click()
  await page.getByText('This cannot be changed here: scim:okta manages it.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).waitFor()
  await button(page, 'Cancel').click()
  await button(page, 'Delete').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('This cannot be changed here: scim:okta manages it.').waitFor()
  assert.equal((await readUser(visit, 'mei@visage.example'))?.jobTitle, null)
  await expectClean([/^400 PATCH /, /^400 DELETE /])
})

async function readToken(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/_visage/scim-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'create', name: 'okta' }),
  })
  assert.equal(answer.status, 200)
  const { token } = (await answer.json()) as { token: string }
  return token
}

for (const [locale, words, colorScheme, width] of [
  ['en-US', en, 'light', 1280],
  ['zh-CN', zh, 'dark', 320],
] as const) {
  const context = {
    locale,
    colorScheme,
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
  } as const
  onPage(`everyone can administer people: ${locale}, ${width} pixels`, context, async visit => {
    const { page, expectClean } = visit
    const expectUsable = async (state: string) => {
      await expectAccessible(page, state)
      const widest = `Math.max(...[document.documentElement, ...document.querySelectorAll('main, dialog')].map(element => element.scrollWidth))`
      assert.ok((await page.evaluate<number>(widest)) <= width, state)
    }
    await openBob(visit, words)
    await expectUsable('the account')
    await button(page, words.account.change).click()
    await field(page, words.account.fields.displayName).fill('')
    await field(page, words.account.fields.mail).fill('bob')
    await button(page, words.common.save).click()
    await page.getByText(words.account.wrongs.missing).waitFor()
    await expectUsable('the form')
    await field(page, words.account.fields.displayName).fill('Bob')
    await field(page, words.account.fields.mail).fill('')
    await field(page, words.account.fields.userPrincipalName).fill('alice@visage.example')
    await button(page, words.common.save).click()
    await page.getByText(words.account.wrongs.taken).waitFor()
    await expectUsable('taken')
    await button(page, words.common.cancel).click()
    await button(page, words.account.delete).click()
    await expectUsable('the question')
    await button(page, words.common.cancel).click()
    await button(page, words.account.disable).click()
    await page.getByRole('dialog').getByRole('button', { name: words.account.disable }).click()
    await page.getByText(words.account.isDisabledHint).waitFor()
    await expectUsable('disabled')
    await page.getByRole('link', { name: words.person.all }).click()
    await page.getByRole('link', { name: words.account.addTitle }).waitFor()
    await expectUsable('people')
    await page.getByRole('link', { name: words.account.addTitle }).click()
    await field(page, words.account.fields.displayName).waitFor()
    await expectUsable('a new person')
    await expectClean([/^400 PATCH /])
  })
}

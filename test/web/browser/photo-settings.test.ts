/** An administrator says who may change photos, an ordinary person reads it, and the administrator sets it back. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { en } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'
import { expectAccessible } from '../../support/accessible.ts'
import { type OnPage, onPage } from '../../support/on-page.ts'
import { callGraph } from '../../support/photo-steps.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const path = '/admin/people/photoUpdateSettings'
const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const still = { reducedMotion: 'reduce' } as const

async function readRule(visit: OnPage): Promise<object> {
  const response = await callGraph(visit, 'GET', path, { who: 'grace' })
  const { source, allowedRoles } = (await response.json()) as Record<string, unknown>
  return { source, allowedRoles }
}

async function setRule(visit: OnPage, rule: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(rule)
  const response = await callGraph(visit, 'PATCH', path, { who: 'grace', headers, body })
  assert.equal(response.status, 200)
}

async function openRule({ page, origin }: OnPage, who = 'grace', words = en): Promise<void> {
  await page.goto(`${origin}/settings`)
  await signIn(page, who)
  await button(page, words.whoMayChange.show).click()
  // By way of the issuer.
  await page.waitForURL(/[?&]code=|\/settings$/)
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const words = en.whoMayChange

onPage('an administrator lets only a role change photos, and sets it back', still, async visit => {
  const { page, context, origin, expectClean } = visit
  await openRule(visit)
  await page.getByText(words.everyone).waitFor()
  await page.getByRole('searchbox', { name: words.searchRoles }).fill('user admin')
  await page.getByRole('checkbox', { name: 'User Administrator', exact: true }).press('Space')
  await page.getByText(words.onlyRoles({ roles: 'User Administrator' })).waitFor()
  await page.getByText(words.notSaved).waitFor()
  assert.deepEqual(await readRule(visit), { source: null, allowedRoles: [] })
  await expectAccessible(page, 'edited')
  await button(page, en.common.save).press('Enter')
  await page.getByText(words.saved).waitFor()
  assert.deepEqual(await readRule(visit), { source: null, allowedRoles: [userAdministrator] })

  const alice = await context.browser()?.newContext({ locale: 'en-US' })
  assert.ok(alice)
  const own = await alice.newPage()
  await own.goto(origin)
  await signIn(own, 'alice')
  await own.getByText(en.problems.onlyRoles({ roles: 'User Administrator' })).waitFor()
  assert.equal(await own.getByLabel('Choose a photo').count(), 0)

  await button(page, words.resetButton).click()
  await page.getByText(words.reset).waitFor()
  assert.deepEqual(await readRule(visit), { source: null, allowedRoles: [] })
  await own.reload()
  await own.getByLabel('Choose a photo', { exact: true }).waitFor({ state: 'attached' })
  await alice.close()
  await expectClean()
})

onPage(
  'photos from another directory are nobody’s to change, until that is undone',
  still,
  async visit => {
    const { page, expectClean } = visit
    await openRule(visit)
    await page.getByRole('radio', { name: words.sources.onPremises }).check({ force: true })
    await page.getByText(words.nobody).waitFor()
    assert.equal(await page.getByRole('checkbox').count(), 0)
    await button(page, en.common.save).click()
    await page.getByText(words.saved).waitFor()
    assert.deepEqual(await readRule(visit), { source: 'onPremises', allowedRoles: [] })
    await button(page, en.common.undo).click()
    await page.getByText(words.undone).waitFor()
    assert.deepEqual(await readRule(visit), { source: null, allowedRoles: [] })
    await expectClean()
  },
)

onPage('another administrator’s change meanwhile is shown, not overwritten', still, async visit => {
  const { page, expectClean } = visit
  await openRule(visit)
  await page.getByRole('checkbox', { name: 'User Administrator', exact: true }).check()
  await setRule(visit, { source: 'onPremises' })
  await button(page, en.common.save).click()
  await page.getByText(words.changed).waitFor()
  await expectAccessible(page, 'changed meanwhile')
  assert.deepEqual(await readRule(visit), { source: 'onPremises', allowedRoles: [] })
  await button(page, en.photo.useMine).click()
  await page.getByText(words.saved).waitFor()
  assert.deepEqual(await readRule(visit), { source: null, allowedRoles: [userAdministrator] })
  await expectClean()
})

onPage('an ordinary person is sent nowhere, and learns who may change this', still, async visit => {
  const { page, origin, expectClean } = visit
  const asked: string[] = []
  page.on('request', request => {
    if (/PeopleSettings/.test(decodeURIComponent(request.url()))) asked.push(request.url())
  })
  await page.goto(`${origin}/settings`)
  await signIn(page, 'alice')
  await button(page, words.show).waitFor()
  assert.deepEqual(asked, [])
  await button(page, words.show).click()
  const roles = 'Global Administrator, People Administrator'
  await page.getByText(en.problems.needsRole({ roles })).waitFor()
  await page.getByText(/^Quote /).waitFor()
  await page.getByText(words.everyone).waitFor()
  assert.equal(await page.getByRole('checkbox').count(), 0)
  assert.ok(asked.length > 0)
  await expectAccessible(page, 'refused')
  await expectClean()
})

const phone = { ...still, viewport: { width: 320, height: 640 }, colorScheme: 'dark' } as const

for (const [locale, own] of [
  ['en-US', en],
  ['zh-CN', zh],
] as const) {
  onPage(
    `the rule has room on a narrow, dark phone in ${locale}`,
    { ...phone, locale },
    async visit => {
      const { page, expectClean } = visit
      await openRule(visit, 'grace', own)
      await page.getByText(own.whoMayChange.everyone).waitFor()
      await page.getByRole('checkbox', { name: 'User Administrator', exact: true }).check()
      await page.getByText(own.whoMayChange.notSaved).waitFor()
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      await expectAccessible(page, 'on a phone')
      await expectClean()
    },
  )
}

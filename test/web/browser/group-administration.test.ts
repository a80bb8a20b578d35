/** Groups for their owners and for administrators: added, changed and deleted, with their owners and members. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { en } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'
import { expectAccessible } from '../../support/accessible.ts'
import { type OnPage, onPage } from '../../support/on-page.ts'
import { callGraph } from '../../support/photo-steps.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const field = (page: Page, name: string) => page.getByRole('textbox', { name })

type Values = Readonly<{ value: readonly Readonly<Record<string, unknown>>[] }>

async function readList(visit: OnPage, path: string): Promise<Values['value']> {
  const response = await callGraph(visit, 'GET', path)
  assert.equal(response.status, 200)
  return ((await response.json()) as Values).value
}

const ownGroups = (visit: OnPage) =>
  readList(visit, '/me/ownedObjects/microsoft.graph.group?$select=id,displayName,visibility')

async function namesOf(visit: OnPage, id: unknown, relation: string): Promise<unknown[]> {
  const people = await readList(visit, `/groups/${id}/${relation}/microsoft.graph.user`)
  return people.map(person => person.displayName)
}

onPage('a group is added, gets people, is changed and deleted', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/groups`)
  await signIn(page, 'alice')
  await button(page, 'Add a group').click()
  await button(page, 'Add').click()
  await page.getByText('Please fill this in.').first().waitFor()
  await field(page, 'Name').fill('Tea lovers')
  await field(page, 'Alias').fill('tea lovers')
  await button(page, 'Add').click()
  await page.getByText('Please use at most 64 plain letters').waitFor()
  await field(page, 'Alias').fill('tea-lovers')
  await page.getByLabel('Visibility').selectOption('Private')
  await page.keyboard.press('Tab')
  await button(page, 'Add').click()
  await page.getByText('Tea lovers was added. You own it.').waitFor()
  await page.getByRole('region', { name: 'Tea lovers' }).waitFor()
  const group = (await ownGroups(visit)).find(({ displayName }) => displayName === 'Tea lovers')
  assert.equal(group?.visibility, 'Private')

  await button(page, 'Owners and members').click()
  const owners = page.getByRole('region', { name: 'Owners' })
  const members = page.getByRole('region', { name: 'Members' })
  await owners.getByText('Alice Öberg').waitFor()
  await members.getByText('Nobody is in this group.').waitFor()
  await page.getByRole('searchbox', { name: 'Search people' }).fill('bob')
  await button(page, 'Add as member: Bob Adeyemi').click()
  await members.getByText('Bob Adeyemi').waitFor()
  await button(page, 'Add as owner: Bob Adeyemi').click()
  await owners.getByText('Bob Adeyemi').waitFor()
  assert.deepEqual(await namesOf(visit, group?.id, 'members'), ['Bob Adeyemi'])
  await button(page, 'Add as owner: Bob Adeyemi').click()
  await page.getByRole('alert').waitFor()
  await button(page, 'Remove from the owners: Bob Adeyemi').click()
  await owners.getByText('Bob Adeyemi').waitFor({ state: 'detached' })
  // In the body the focus would be lost.
  await page.locator('body :focus').filter({ hasText: 'Owners' }).waitFor()
  await button(page, 'Remove from the owners: Alice Öberg').click()
  await page.getByRole('alert').getByText('must have at least one owner').waitFor()
  assert.deepEqual(await namesOf(visit, group?.id, 'owners'), ['Alice Öberg'])
  await button(page, 'Close').click()

  await button(page, 'Change').click()
  await field(page, 'Name').fill('Coffee lovers')
  const sent = page.waitForRequest(request => request.method() === 'PATCH')
  await button(page, 'Save').click()
  assert.deepEqual((await sent).postDataJSON(), { displayName: 'Coffee lovers' })
  await page.getByRole('region', { name: 'Coffee lovers' }).waitFor()

  await button(page, 'Delete').click()
  await page.keyboard.press('Escape')
  await button(page, 'Delete').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Coffee lovers was deleted.').waitFor()
  await page.getByText('Choose a group to see its photo').waitFor()
  const left = (await ownGroups(visit)).map(({ displayName }) => displayName)
  assert.ok(!left.includes('Coffee lovers'))
  await expectClean([/^400 POST .*owners/, /^400 DELETE .*owners/])
})

const radio = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })

onPage('an administrator changes a group that they do not own, by keyboard', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/groups`)
  await signIn(page, 'umut')
  await page.getByText('You own no groups yet').waitFor()
  await radio(page, 'Mine').focus()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('option', { name: 'Design' }).waitFor()
  assert.equal(await radio(page, 'All').isChecked(), true)
  await page.getByRole('searchbox', { name: 'Search all groups' }).fill('fie')
  await page.getByRole('option', { name: 'Design' }).waitFor({ state: 'detached' })
  await page.getByRole('option', { name: 'Field Service' }).press('Enter')
  await page.getByText('One of these roles is needed: ').waitFor()
  await button(page, 'Change').click()
  await field(page, 'Name').fill('Fields and forests')
  await button(page, 'Save').click()
  await page.getByRole('region', { name: 'Fields and forests' }).waitFor()
  const names = (await readList(visit, '/groups')).map(({ displayName }) => displayName)
  assert.ok(names.includes('Fields and forests') && !names.includes('Field Service'))

  await page.getByRole('link', { name: 'My photo', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'My photo' }).waitFor()
  await page.goBack()
  await page.getByRole('region', { name: 'Fields and forests' }).waitFor()
  await page.goBack()
  await page.getByText('Choose a group to see its photo').waitFor()
  assert.equal(await radio(page, 'All').isChecked(), true)
  await radio(page, 'Mine').click()
  await page.getByText('No group of yours is called “fie”').waitFor()
  await expectClean()
})

onPage('who may not change a group is told which roles may', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/groups`)
  await signIn(page, 'alice')
  await radio(page, 'All').click()
  await page.getByRole('option', { name: 'Everyone' }).click()
  const section = page.getByRole('region', { name: 'Group', exact: true })
  await section.getByText(/One of these roles is needed: .*Groups Administrator/).waitFor()
  assert.equal(await button(page, 'Change').count(), 0)
  assert.equal(await page.getByLabel('Choose a photo', { exact: true }).count(), 0)
  await page.getByRole('option', { name: 'Design' }).click()
  await button(page, 'Change').waitFor()
  await radio(page, 'Mine').click()
  await page.getByRole('option', { name: 'Everyone' }).waitFor({ state: 'detached' })
  await page.getByText('Choose a group to see its photo').waitFor()
  await expectClean()
})

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
  onPage(`everyone can administer groups: ${locale}, ${width} pixels`, context, async visit => {
    const { page, origin, expectClean } = visit
    const expectUsable = async (state: string) => {
      await expectAccessible(page, state)
      const widest = `Math.max(...[document.documentElement, ...document.querySelectorAll('main, dialog')].map(element => element.scrollWidth))`
      assert.ok((await page.evaluate<number>(widest)) <= width, state)
    }
    await page.goto(`${origin}/groups`)
    await signIn(page, 'alice')
    await page.getByRole('option').first().waitFor()
    await expectUsable('groups')
    await button(page, words.group.addTitle).click()
    await button(page, words.group.add).click()
    await page.getByText(words.account.wrongs.missing).first().waitFor()
    await expectUsable('a new group')
    await button(page, words.common.cancel).click()
    await page.getByRole('option').first().click()
    await button(page, words.group.people).waitFor()
    await expectUsable('a group')
    await button(page, words.group.people).click()
    await page.getByRole('searchbox', { name: words.people.search }).fill('bob')
    await button(page, words.group.addOne.members({ name: 'Bob Adeyemi' })).waitFor()
    await expectUsable('people of a group')
    await button(page, words.common.close).click()
    await page.goBack()
    await radio(page, words.groups.choices.all).click()
    await page.getByRole('option', { name: 'VPN access' }).waitFor()
    await expectUsable('all groups')
    await page.getByRole('option', { name: 'VPN access' }).click()
    await page.getByText(words.groups.security).waitFor()
    await page.getByRole('region', { name: words.group.title, exact: true }).waitFor()
    await expectUsable('a group of somebody else')
    await expectClean()
  })
}

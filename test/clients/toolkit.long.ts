/**
 * Microsoft Graph Toolkit, unchanged, in a browser that finds Visage under Microsoft's names: every component that shows people
 * shows their photos.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { groups, people } from '../../src/dev/demo/tenant.ts'
import type { Visit } from '../support/visit.ts'
import { type BrowserStand, startBrowserStand } from './browser-stand.ts'
import { readImage } from './displayed-image.ts'
import { setManager, show, signIn } from './toolkit-steps.ts'

/** What the toolkit asks that is refused, in a $batch too. */
const refused = [
  // Graph answers the same for a person without a profile.
  '404 /beta/users/{id}/profile',
  // Graph answers the same for a person without a photo.
  '404 /users/{id}/photo/$value',
  // The card's mail and files, which Visage does not keep. They are parts of a $batch.
  '400 /me/messages',
  '400 /me/insights/shared',
  // Whether the managers on a card are there. Graph refuses it too, because the page has no Presence.Read.All.
  '400 /users/{id}/presence',
]
/** Of these, what the browser tells as errors in its console. */
const inConsole = [
  /^404 GET \/beta\/users\/[0-9a-f-]{36}\/profile$/,
  /^404 GET \/v1\.0\/users\/ingrid%40visage\.example\/photo\/\$value$/,
  /^400 GET \/v1\.0\/users\/[0-9a-f-]{36}\/presence$/,
]

describe('Microsoft Graph Toolkit', () => {
  let stand: Awaited<ReturnType<typeof startBrowserStand>>
  let visit: Visit
  before(async () => {
    stand = await startBrowserStand({ page: 'toolkit', as: 'global' })
    if ('missing' in stand) return
    visit = await stand.open('toolkit')
    await setManager(stand, 'bob', 'grace')
    await setManager(stand, 'grace', 'umut')
    await signIn(visit.page)
  })
  after(async () => {
    if ('missing' in stand) return
    await visit.context.close()
    await stand.stop()
  })

  const inPage = (name: string, work: (page: Page, there: BrowserStand) => Promise<void>) =>
    it(name, async t => {
      if ('missing' in stand) return t.skip(stand.missing)
      await work(visit.page, stand)
    })

  inPage('shows who has signed in', async (page, there) => {
    await show(page, '<mgt-login></mgt-login>')
    await page.locator('mgt-login').getByText('Alice Öberg').first().waitFor()
    await assertPhotos(page.locator('mgt-login'), ['alice'], there)
  })

  inPage('shows a person: me, by id and by query', async (page, there) => {
    await show(
      page,
      `<mgt-person person-query="me" view="twolines"></mgt-person>
       <mgt-person user-id="bob@visage.example" view="twolines"></mgt-person>
       <mgt-person person-query="umut" view="twolines"></mgt-person>`,
    )
    await assertPhotos(page.locator('main'), ['alice', 'bob', 'umut'], there)
    for (const title of ['Product Designer', 'Backend Developer', 'Help Desk Lead']) {
      await page.getByText(title).waitFor()
    }
  })

  inPage('shows people by ids, and the members of a group', async (page, there) => {
    const design = groups.find(({ displayName }) => displayName === 'Design')
    const members = people.filter(({ id }) => design?.memberIds.includes(id))
    await show(page, '<mgt-people user-ids="hana@visage.example,bob@visage.example"></mgt-people>')
    await assertPhotos(page.locator('mgt-people'), ['hana', 'bob'], there)
    await show(page, `<mgt-people group-id="${design?.id}" show-max="20"></mgt-people>`)
    const names = members.map(({ userPrincipalName }) => userPrincipalName.split('@')[0] ?? '')
    assert.ok(names.length > 2)
    await assertPhotos(page.locator('mgt-people'), names, there)
  })

  inPage('picks people and groups, with their photos', async (page, there) => {
    await show(page, '<mgt-people-picker type="any" group-type="any"></mgt-people-picker>')
    const picker = page.locator('mgt-people-picker')
    const withoutPhoto = page.waitForResponse(/\/users\/ingrid%40visage\.example\/photo/)
    await picker.locator('input').click()
    await assertPhotos(picker, ['alice', 'bob', 'grace'], there)
    await picker.getByText('Ingrid-Marie Ødegård').waitFor()
    await withoutPhoto
    await picker.locator('input').fill('bo')
    const books = groups.find(({ displayName }) => displayName === 'Clube de leitura')
    await picker.getByText('Clube de leitura').waitFor()
    await assertPhoto(
      picker.getByAltText('Photo for Clube de leitura'),
      `groups/${books?.id}`,
      there,
    )
    await assertPhotos(picker, ['bob'], there)
    await picker.getByAltText('Photo for Bob Adeyemi').click()
    await picker.locator('.selected-list').getByText('Bob Adeyemi').waitFor()
  })

  inPage(
    'opens the card of a person, with photos of managers up to the last',
    async (page, there) => {
      await show(
        page,
        '<mgt-person user-id="bob@visage.example" view="twolines" person-card="click"></mgt-person>',
      )
      await page.getByText('Backend Developer').click()
      const card = page.locator('mgt-person-card')
      await assertPhotos(card.locator('.person-details-container'), ['bob'], there)
      const presence = page.waitForResponse(/\/presence$/)
      await card.getByRole('button', { name: 'Expand details' }).click()
      await assertPhotos(card.locator('mgt-organization'), ['grace'], there)
      await presence
      await card.getByRole('button', { name: 'Show more' }).last().click()
      await assertPhotos(card.locator('mgt-organization'), ['umut', 'grace', 'bob'], there)
    },
  )

  inPage('signs out', async page => {
    await show(page, '<mgt-login></mgt-login>')
    await page.locator('mgt-login').getByRole('button', { name: 'Alice Öberg' }).click()
    const popup = page.waitForEvent('popup')
    await page.locator('mgt-login').getByRole('button', { name: 'Sign Out' }).click()
    await (await popup).getByRole('button', { name: 'Continue' }).click()
    await page.locator('mgt-login').getByRole('button', { name: 'Sign In' }).waitFor()
  })

  inPage('has asked nothing else that failed', async (_page, there) => {
    const failed = there.visage.requests().filter(({ status }) => status >= 400)
    const told = failed.map(({ status, path }) => `${status} ${generic(path)}`)
    assert.deepEqual([...new Set(told)].sort(), [...refused].sort())
    visit.expectOnly(inConsole)
  })
})

/** Without its query, and with a placeholder for a user. */
function generic(path: string): string {
  const [address = ''] = path.split('?')
  return address.replace(/\/users\/[^/]+/, '/users/{id}')
}

/** The photo of each of these demo people is displayed in `place`. */
async function assertPhotos(
  place: Locator,
  names: readonly string[],
  there: BrowserStand,
): Promise<void> {
  for (const name of names) {
    const person = people.find(({ userPrincipalName }) => userPrincipalName.startsWith(`${name}@`))
    const image = place.getByAltText(`Photo for ${person?.displayName}`).first()
    await assertPhoto(image, `users/${person?.id}`, there)
  }
}

/** The image is displayed and is the photo of its owner. */
async function assertPhoto(image: Locator, owner: string, there: BrowserStand): Promise<void> {
  await image.waitFor()
  const { width, src } = await image.evaluate(readImage)
  assert.ok(width >= 48)
  const [, data = ''] = src.split(';base64,')
  const photo = await there.ask('GET', `${owner}/photo/$value`)
  assert.ok(photo.equals(Buffer.from(data, 'base64')), `not the photo of ${owner}`)
}

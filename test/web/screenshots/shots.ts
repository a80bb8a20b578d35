/** Table: the views of the page and their states, each with the steps that lead there. Words come from the page's own tables. */
import { callGraph, photoInput, setStored } from '../../support/photo-steps.ts'
import { account, choosePerson } from '../../support/sign-in-steps.ts'
import { shotsForAdministrators } from './administration.ts'
import { shotsForDevelopers } from './developer.ts'
import { button, type Shot, type Stand } from './shot.ts'

async function choose(stand: Stand, buffer = stand.picture, mimeType = 'image/jpeg') {
  const input = photoInput(stand.page, stand.words.common.choosePhoto)
  await input.setInputFiles({ name: 'photo.jpg', mimeType, buffer })
  await button(stand, stand.words.common.cancel).waitFor()
}

async function openCrop(stand: Stand) {
  await choose(stand)
  await button(stand, stand.words.common.save).waitFor()
}

async function save(stand: Stand) {
  await openCrop(stand)
  await button(stand, stand.words.common.save).click()
}

async function restrict(stand: Stand, settings: object) {
  await callGraph(stand, 'PATCH', '/admin/people/photoUpdateSettings', {
    who: 'grace',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  })
}

const openAccount = ({ page }: Stand) => account(page).click()

const firstOption = ({ page }: Stand) => page.getByRole('option').first().click()

export const shots: readonly Shot[] = [
  { name: 'welcome', who: null },
  {
    name: 'welcome-cancelled',
    who: null,
    path: '/?error=access_denied&state=other',
  },
  { name: 'my-photo' },
  { name: 'my-photo-none', who: 'zofia' },
  {
    name: 'my-photo-larger',
    steps: stand => button(stand, stand.words.photo.largerSizes).click(),
  },
  { name: 'account-menu', steps: openAccount },
  { name: 'crop', steps: openCrop },
  {
    name: 'crop-turned',
    steps: async stand => {
      await openCrop(stand)
      await button(stand, stand.words.crop.turnRight).click()
      await stand.page.getByRole('slider').press('PageUp')
    },
  },
  { name: 'crop-refused', steps: stand => choose(stand, Buffer.from('not a picture')) },
  {
    name: 'crop-offline',
    steps: async stand => {
      await openCrop(stand)
      await stand.page.context().setOffline(true)
      await button(stand, stand.words.common.save).click()
      await stand.page.getByText(stand.words.problems.offline).waitFor()
    },
  },
  {
    name: 'saved',
    steps: async stand => {
      await save(stand)
      await stand.page.getByText(stand.words.photo.saved).waitFor()
    },
  },
  {
    name: 'removed',
    steps: async stand => {
      await button(stand, stand.words.common.remove).click()
      await button(stand, stand.words.common.undo).hover()
    },
  },
  {
    name: 'changed-meanwhile',
    steps: async stand => {
      await openCrop(stand)
      await setStored(stand, stand.other)
      await button(stand, stand.words.common.save).click()
      await button(stand, stand.words.photo.useMine).waitFor()
    },
  },
  {
    name: 'forbidden-roles',
    given: stand =>
      restrict(stand, {
        source: 'cloud',
        allowedRoles: ['fe930be7-5e62-47db-91af-98c3a49a38b1'],
      }),
  },
  {
    name: 'forbidden-on-premises',
    given: stand => restrict(stand, { source: 'onPremises', allowedRoles: [] }),
  },
  {
    name: 'offline',
    steps: async ({ page, words }) => {
      await page.context().setOffline(true)
      await page.getByText(words.frame.offline).waitFor()
    },
  },
  { name: 'groups', path: '/groups', who: 'grace' },
  { name: 'group', path: '/groups', steps: firstOption },
  { name: 'groups-none', path: '/groups', who: 'zofia' },
  { name: 'contacts', path: '/contacts' },
  { name: 'contact', path: '/contacts', steps: firstOption },
  { name: 'contacts-none', path: '/contacts', who: 'zofia' },
  { name: 'people', path: '/people' },
  { name: 'people-administrator', path: '/people', who: 'grace' },
  {
    name: 'people-nobody',
    path: '/people',
    steps: async ({ page }) => {
      await page.getByRole('searchbox').fill('qqq')
      await page.getByText('qqq').last().waitFor()
    },
  },
  { name: 'settings', path: '/settings' },
  {
    name: 'who-may-change',
    path: '/settings',
    who: 'grace',
    steps: async stand => {
      const { page, words } = stand
      await restrict(stand, { source: 'cloud', allowedRoles: [] })
      await button(stand, words.whoMayChange.show).click()
      await page.getByRole('checkbox', { name: 'User Administrator', exact: true }).check()
      await page.getByText(words.whoMayChange.notSaved).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'who-may-change-refused',
    path: '/settings',
    steps: async stand => {
      await button(stand, stand.words.whoMayChange.show).click()
      await stand.page.getByText(/^(?:Quote|请提供编号)/).scrollIntoViewIfNeeded()
    },
  },
  ...shotsForAdministrators,
  ...shotsForDevelopers,
]

/** From the first page to the view. */
export async function signInTo({ page, words }: Stand, who: string): Promise<void> {
  await page.getByRole('button', { name: words.signIn.signIn, exact: true }).click()
  await choosePerson(page, who)
  await account(page).waitFor()
}

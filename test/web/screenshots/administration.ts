/** Table: what administrators of people and owners of groups see, each with the steps that lead there. */
import { drawFace } from '../../../src/dev/demo/faces.ts'
import type { Face } from '../../../src/dev/demo/portrait.ts'
import { people, tenantDomain } from '../../../src/dev/demo/tenant.ts'
import { callGraph } from '../../support/photo-steps.ts'
import { button, type Shot, type Stand } from './shot.ts'

const bob = `/people/bob@${tenantDomain}`

const field = ({ page }: Stand, name: string) => page.getByRole('textbox', { name })

async function manage(stand: Stand) {
  await button(stand, stand.words.account.manage).click()
  await button(stand, stand.words.account.change).scrollIntoViewIfNeeded()
}

/** One more person with the display name of grace. */
async function addNamesake(stand: Stand) {
  await callGraph(stand, 'POST', '/users', {
    who: 'grace',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      accountEnabled: true,
      displayName: 'Grace Wanjirũ',
      mailNickname: 'grace.w',
      userPrincipalName: `grace.w@${tenantDomain}`,
      passwordProfile: { password: 'is not kept' },
    }),
  })
}

/** Files for people with and without a photo, one of two people with one name, one of nobody. */
const files: readonly (readonly [name: string, face: Partial<Face>])[] = [
  ['zofia@visage.example', { hair: 'bun', skin: 0, tint: 4 }],
  ['Grace Wanjirũ', { hair: 'afro', skin: 6, tint: 0 }],
  ['Inès Lefèvre', { hair: 'wavy', skin: 0, tint: 2 }],
  ['林雅婷', { hair: 'long', skin: 1, tint: 0 }],
  ['omar@visage.example', { hair: 'short', skin: 3, tint: 0, beard: 'full' }],
  [idOf('thabo'), { hair: 'shaved', skin: 7, tint: 0 }],
  ['summer party', { hair: 'curly', skin: 2, tint: 2 }],
]

function idOf(name: string): string {
  const found = people.find(person => person.userPrincipalName === `${name}@${tenantDomain}`)
  if (!found) throw new Error(`there is no ${name}`)
  return found.id
}

async function chooseMany({ page, words }: Stand) {
  const pictures = files.map(async ([name, face]) => ({
    name: `${name}.jpg`,
    mimeType: 'image/jpeg',
    buffer: Buffer.from(await drawFace(name, 480, face)),
  }))
  await page.getByLabel(words.many.choose).setInputFiles(await Promise.all(pictures))
  await page.getByText(words.many.matched({ count: 5, all: files.length })).waitFor()
}

async function openGroup({ page }: Stand) {
  await page.getByRole('option').first().click()
}

export const shotsForAdministrators: readonly Shot[] = [
  { name: 'person', path: bob },
  { name: 'person-administrator', path: bob, who: 'umut', steps: manage },
  {
    name: 'person-change',
    path: bob,
    who: 'umut',
    steps: async stand => {
      await manage(stand)
      await button(stand, stand.words.account.change).click()
    },
  },
  {
    name: 'person-disable',
    path: bob,
    who: 'umut',
    steps: async stand => {
      await manage(stand)
      await button(stand, stand.words.account.disable).click()
    },
  },
  { name: 'person-nobody', path: `/people/nobody@${tenantDomain}` },
  { name: 'person-new', path: '/people/new', who: 'umut' },
  {
    name: 'person-new-refused',
    path: '/people/new',
    who: 'umut',
    steps: async stand => {
      const { fields, add, wrongs } = stand.words.account
      await field(stand, fields.userPrincipalName).fill('ada lovelace')
      await button(stand, add).click()
      await stand.page.getByText(wrongs.missing).waitFor()
    },
  },
  { name: 'many-photos-empty', path: '/people/many', who: 'umut' },
  {
    name: 'many-photos',
    path: '/people/many',
    who: 'umut',
    given: addNamesake,
    steps: chooseMany,
  },
  {
    name: 'many-photos-set',
    path: '/people/many',
    who: 'umut',
    given: addNamesake,
    steps: async stand => {
      const { setAll, summary } = stand.words.many
      await chooseMany(stand)
      await button(stand, setAll({ count: 5 })).click()
      await stand.page.getByText(summary({ set: 5, failed: 0, left: 2 })).waitFor()
    },
  },
  {
    name: 'group-new',
    path: '/groups',
    steps: async stand => await button(stand, stand.words.group.addTitle).click(),
  },
  {
    name: 'group-change',
    path: '/groups',
    steps: async stand => {
      await openGroup(stand)
      await button(stand, stand.words.account.change).click()
    },
  },
  {
    name: 'group-people',
    path: '/groups',
    steps: async stand => {
      const { page, words } = stand
      await openGroup(stand)
      await button(stand, words.group.people).click()
      await page.getByRole('searchbox', { name: words.people.search }).fill('bob')
      await button(stand, words.group.addOne.owners({ name: 'Bob Adeyemi' })).waitFor()
    },
  },
  {
    name: 'group-delete',
    path: '/groups',
    steps: async stand => {
      await openGroup(stand)
      await button(stand, stand.words.account.delete).click()
    },
  },
]

/** Table: what developers see, each with the calls of a program and the steps that lead there. */
import { tenantDomain } from '../../../src/dev/demo/tenant.ts'
import { callGraph } from '../../support/photo-steps.ts'
import { button, type Shot, type Stand } from './shot.ts'

type Claims = Parameters<Stand['visage']['issuer']['mint']>[0]

const alice = `/users/alice@${tenantDomain}/photo`

/** One after the other: method, path, whose token. */
const calls: readonly (readonly [string, string, Claims])[] = [
  ['GET', '/me/photo', { person: 'alice', scopes: ['User.Read'] }],
  ['GET', '/me/photos/96x96/$value', { person: 'alice', scopes: ['User.Read'] }],
  ['GET', '/users?$top=5', { person: 'bob', scopes: ['User.ReadBasic.All'] }],
  ['GET', '/users/zofia@visage.example/photo/$value', { app: {}, roles: ['User.Read.All'] }],
  ['PUT', `${alice}/$value`, { person: 'bob', scopes: ['User.ReadWrite'] }],
  [
    'PUT',
    `${alice}/$value`,
    { person: 'umut', scopes: ['ProfilePhoto.ReadWrite.All'], adminRoles: ['User Administrator'] },
  ],
  ['GET', '/groups', { app: {}, roles: ['User.Read.All'] }],
  ['GET', `${alice}s/48x48/$value`, { person: 'hana', scopes: ['User.ReadBasic.All'] }],
]

async function callAll({ visage, origin, page, other }: Stand) {
  for (const [method, path, claims] of calls) {
    const authorization = `Bearer ${await visage.issuer.mint(claims)}`
    const answer = await fetch(`${origin}/v1.0${path}`, {
      method,
      headers: { authorization, 'content-type': 'image/jpeg' },
      ...(method === 'PUT' && { body: new Uint8Array(other) }),
    })
    await answer.arrayBuffer()
  }
  await page.getByRole('button', { name: /48x48/ }).waitFor()
}

async function makeToken({ page, words }: Stand) {
  await page.getByRole('checkbox', { name: 'ProfilePhoto.Read.All', exact: true }).check()
  await page.getByRole('button', { name: words.tokens.make, exact: true }).click()
  await button({ page }, words.common.copy).last().scrollIntoViewIfNeeded()
}

export const shotsForDevelopers: readonly Shot[] = [
  { name: 'requests-none', path: '/requests', network: 'listening' },
  {
    name: 'requests',
    path: '/requests',
    network: 'listening',
    // The first photo takes longer than any other: not the one that is shown.
    given: stand =>
      callGraph(stand, 'PUT', '/me/photo/$value', {
        who: 'grace',
        headers: { 'content-type': 'image/jpeg' },
        body: stand.picture,
      }),
    steps: async stand => {
      await callAll(stand)
      await stand.page.getByRole('button', { name: /403 PUT/ }).click()
      await stand.page.getByText(stand.words.requests.whatDecided).scrollIntoViewIfNeeded()
    },
  },
  { name: 'tokens', path: '/tokens' },
  { name: 'tokens-made', path: '/tokens', steps: makeToken },
  {
    name: 'tokens-faults',
    path: '/tokens',
    steps: async stand => {
      await stand.page.getByRole('switch').first().click()
      await button(stand, stand.words.tokens.switchOn).scrollIntoViewIfNeeded()
    },
  },
]

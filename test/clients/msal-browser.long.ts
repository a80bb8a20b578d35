/**
 * msal-browser in a browser: sign-in in a popup, a token from its cache, one by refresh token, a photo with it, and sign-out: at
 * Visage's own address, as `knownAuthorities` is documented, and at that of Microsoft, without a change.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { people, tenantId } from '../../src/dev/demo/tenant.ts'
import type { Visit } from '../support/visit.ts'
import { type BrowserStand, startBrowserStand } from './browser-stand.ts'
import { readImage } from './displayed-image.ts'

const cases = [
  ['with its address in knownAuthorities', undefined],
  ["under Microsoft's names", 'global'],
] as const

describe('msal-browser', () => {
  for (const [how, as] of cases) {
    it(`signs in, refreshes, reads a photo and signs out ${how}`, async t => {
      const stand = await startBrowserStand({ page: 'msal', ...(as && { as }) })
      if ('missing' in stand) return t.skip(stand.missing)
      try {
        await useAll(await stand.open('msal'), stand)
      } finally {
        await stand.stop()
      }
    })
  }
})

async function useAll(visit: Visit, stand: BrowserStand): Promise<void> {
  const { page } = visit
  const grants: (string | null)[] = []
  page.on('request', request => {
    if (!new URL(request.url()).pathname.endsWith('/token')) return
    grants.push(new URLSearchParams(request.postData() ?? '').get('grant_type'))
  })

  const popup = page.waitForEvent('popup')
  const signingIn = click(page, 'Sign in')
  await (await popup).getByRole('button', { name: 'alice@visage.example' }).click()
  const signedIn = await signingIn
  const [alice] = people
  assert.deepEqual(
    [signedIn.tenantId, signedIn.uniqueId, signedIn.account?.username],
    [tenantId, alice?.id, 'alice@visage.example'],
  )
  assert.deepEqual(grants, ['authorization_code'])

  const cached = await click(page, 'Token')
  assert.deepEqual([cached.fromCache, cached.accessToken], [true, signedIn.accessToken])
  assert.deepEqual(grants, ['authorization_code'])

  const refreshed = await click(page, 'Refresh')
  assert.equal(refreshed.fromCache, false)
  assert.notEqual(refreshed.accessToken, signedIn.accessToken)
  assert.deepEqual(grants, ['authorization_code', 'refresh_token'])

  assert.deepEqual(await click(page, 'Photo'), { status: 200 })
  const { src } = await page.locator('img').evaluate(readImage)
  const [, data = ''] = src.split(';base64,')
  const photo = await stand.ask('GET', `users/${alice?.id}/photo/$value`)
  assert.ok(photo.equals(Buffer.from(data, 'base64')))

  const secondPopup = page.waitForEvent('popup')
  const signingOut = click(page, 'Sign out')
  await (await secondPopup).getByRole('button', { name: 'Continue' }).click()
  assert.deepEqual(await signingOut, { accounts: 0 })

  visit.expectOnly([])
}

type Shown = Readonly<{
  error?: string
  tenantId?: string
  uniqueId?: string
  account?: Readonly<{ username: string }>
  accessToken?: string
  fromCache?: boolean
}>

/** What the page shows after a click. */
async function click(page: Page, name: string): Promise<Shown> {
  await page.getByRole('button', { name, exact: true }).click()
  const text = await page.locator('output:not(:empty)').textContent()
  const shown: Shown = JSON.parse(text ?? '')
  assert.equal(shown.error, undefined)
  return shown
}

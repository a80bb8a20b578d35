/** On a window of 320 pixels nothing has to be scrolled sideways, in any view and state, in both languages. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { en } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'
import { onPage } from '../../support/on-page.ts'
import { giveAlicePhoto, photoInput } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { account, signIn } from '../../support/sign-in-steps.ts'

async function expectNarrow(page: Page, state: string): Promise<void> {
  const wide = `[document.documentElement, ...document.querySelectorAll('main, dialog')]
    .filter(element => element.scrollWidth > Math.max(element.clientWidth, 1) || element.scrollWidth > 320)
    .map(element => element.tagName + ' ' + element.scrollWidth)`
  assert.deepEqual(await page.evaluate<string[]>(wide), [], state)
}

for (const [locale, words] of [
  ['en-US', en],
  ['zh-CN', zh],
] as const) {
  const viewport = { width: 320, height: 640 }
  onPage(`320 pixels are enough for ${locale}`, { locale, viewport }, async visit => {
    const { page, origin, expectClean } = visit
    await giveAlicePhoto(visit)
    await page.goto(origin)
    await page.getByRole('button', { name: words.signIn.signIn }).waitFor()
    await expectNarrow(page, 'before the sign-in')
    await signIn(page, 'alice')
    const input = photoInput(page, words.common.choosePhoto)
    await page.getByRole('button', { name: words.common.remove }).waitFor()
    await expectNarrow(page, 'my photo')
    await account(page).click()
    await expectNarrow(page, 'the account menu')
    await page.keyboard.press('Escape')
    const buffer = await portraitJpeg({ width: 900, height: 1200 })
    await input.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer })
    await page.getByRole('button', { name: words.common.save }).waitFor()
    await expectNarrow(page, 'the crop')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: words.groups.title, exact: true }).click()
    await page.getByRole('option').first().waitFor()
    await expectNarrow(page, 'groups')
    await page.getByRole('option').first().click()
    await input.waitFor()
    await expectNarrow(page, 'a group')
    await page.getByRole('link', { name: words.contacts.title, exact: true }).click()
    await page.getByRole('option').first().waitFor()
    await expectNarrow(page, 'contacts')
    await page.getByRole('link', { name: words.people.title, exact: true }).click()
    await page.getByRole('gridcell').first().waitFor()
    await expectNarrow(page, 'people')
    await account(page).click()
    await page.getByRole('link', { name: words.settings.title, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: words.settings.title }).waitFor()
    await expectNarrow(page, 'settings')
    await expectClean()
  })
}

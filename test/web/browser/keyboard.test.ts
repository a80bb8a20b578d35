/** The whole way with keys alone: sign in, choose, crop, save, remove, undo. The focus is never lost. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { onPage } from '../../support/on-page.ts'
import { assertAlike, cropDialog, photoInput, readStored } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { readUntil } from '../../support/read-until.ts'
import { account } from '../../support/sign-in-steps.ts'

const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const { tagName, ariaLabel, labels, innerText, type } = document.activeElement ?? {}
    return [tagName, type, ariaLabel ?? labels?.[0]?.innerText ?? innerText].filter(Boolean).join(' ').trim()
  })()`)

async function expectFocus(page: Page, name: RegExp): Promise<void> {
  assert.match(
    await readUntil(
      () => focused(page),
      now => name.test(now),
    ),
    name,
  )
}

/** In the order of the page; fails when it is not among the next 30 places. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = []
  for (let steps = 0; steps < 30; steps++) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    if (name.test(now)) return
    passed.push(now)
  }
  assert.fail(`Tab does not lead to ${name}, but to ${passed.join(' | ')}`)
}

onPage('a photo is set, removed and brought back with keys alone', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitJpeg({ width: 900, height: 900, seed: 41 })
  // From the beginning: the browser asks Playwright for files only some time after it is told to.
  page.on('filechooser', chooser =>
    chooser.setFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: picture }),
  )
  await page.goto(origin)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await tabTo(page, /BUTTON button Sign in/)
  await page.keyboard.press('Enter')
  await page.getByRole('searchbox', { name: 'Name' }).waitFor()
  await page.keyboard.type('alice')
  await page.keyboard.press('Enter')
  await account(page).waitFor()

  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  await tabTo(page, /INPUT file Choose a photo/)
  await page.keyboard.press('Space')

  await cropDialog(page).getByRole('button', { name: 'Save' }).waitFor()
  const circle = cropDialog(page).locator(':focus')
  await circle.waitFor()
  await page.keyboard.press('+')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('r')
  await cropDialog(page)
    .getByRole('status')
    .filter({ hasText: /Zoom \d+ %, turned 90 degrees/ })
    .waitFor()
  for (const _ of 'rrr') await page.keyboard.press('r')
  await page.keyboard.press('-')
  await page.keyboard.press('Enter')
  await page.getByText('Your new photo is live.').waitFor()
  await assertAlike(await readStored(visit), picture)

  await expectFocus(page, /Choose a photo/)
  await tabTo(page, /BUTTON button Remove/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await expectFocus(page, /BUTTON button Undo/)
  await page.keyboard.press('Enter')
  await page.getByText('The photo is back.').waitFor()
  await assertAlike(await readStored(visit), picture)
  await expectClean()
})

onPage('the crop keeps the focus inside, and Escape gives it back', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'alice@visage.example' }).click()
  const input = photoInput(page)
  await input.focus()
  const buffer = await portraitJpeg()
  await input.setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer })
  await cropDialog(page).getByRole('button', { name: 'Save' }).waitFor()
  for (let steps = 0; steps < 20; steps++) {
    await page.keyboard.press('Tab')
    const isOutside = await page.evaluate<boolean>(
      `document.activeElement !== document.body && !document.activeElement.closest('dialog')`,
    )
    assert.equal(isOutside, false, await focused(page))
  }
  await cropDialog(page).getByRole('button', { name: 'Save' }).focus()
  await page.keyboard.press('Escape')
  await cropDialog(page).waitFor({ state: 'detached' })
  await expectFocus(page, /Choose a photo/)
  await expectClean()
})

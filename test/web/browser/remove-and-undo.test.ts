/** Removing a photo, and bringing it back within eight seconds. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { onPage } from '../../support/on-page.ts'
import { assertAlike, giveAlicePhoto, readStored } from '../../support/photo-steps.ts'
import { signIn } from '../../support/sign-in-steps.ts'

async function removeAlice(page: Page): Promise<void> {
  await signIn(page, 'alice')
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Removed.').first().waitFor()
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
}

onPage('a removed photo comes back with Undo', {}, async visit => {
  const { page, origin, expectClean } = visit
  const before = await giveAlicePhoto(visit)
  await page.goto(origin)
  await removeAlice(page)
  assert.equal(await readStored(visit), undefined)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('The photo is back.').waitFor()
  await page.getByRole('img', { name: 'Photo of Alice Öberg' }).waitFor()
  await assertAlike(await readStored(visit), before)
  await expectClean()
})

onPage('Undo is offered for eight seconds', {}, async visit => {
  const { page, origin, expectClean } = visit
  await giveAlicePhoto(visit)
  await page.clock.install()
  await page.goto(origin)
  await removeAlice(page)
  const undo = page.getByRole('button', { name: 'Undo' })
  // While the pointer or the focus is on it, the time stands still.
  await undo.hover()
  await page.clock.runFor(20_000)
  assert.equal(await undo.count(), 1)
  await page.mouse.move(1, 1)
  await page.clock.runFor(9000)
  await undo.waitFor({ state: 'detached' })
  assert.equal(await readStored(visit), undefined)
  await expectClean()
})

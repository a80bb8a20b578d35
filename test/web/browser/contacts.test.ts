/** Contacts with their folders: a photo that only the owner of the mailbox sees. */
import assert from 'node:assert/strict'
import sharp from 'sharp'
import { onPage } from '../../support/on-page.ts'
import { chooseAndSave, readStored } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const contact = (number: number) => `/me/contacts/AAMkAGRlbW8tY29udGFjdC0wMDAw${number}AAA=`

onPage('a contact gets a photo, and loses it', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/contacts`)
  await signIn(page, 'alice')
  await page.getByRole('option', { name: 'Ifeoma Eze' }).click()
  await chooseAndSave(page, await portraitJpeg({ width: 700, height: 700, seed: 61 }))
  const stored = await readStored(visit, contact(2))
  assert.equal((await sharp(stored).metadata()).format, 'jpeg')
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('img', { name: 'Ifeoma Eze has no photo' }).waitFor()
  assert.equal(await readStored(visit, contact(2)), undefined)
  await expectClean()
})

onPage('the contacts of a folder are found in it', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/contacts`)
  await signIn(page, 'alice')
  await page.getByRole('option', { name: 'Noé Tremblay' }).waitFor()
  await page.getByRole('treeitem', { name: 'Suppliers' }).click()
  const found = page.getByRole('option', { name: 'Gülşen Aksoy' })
  await found.press(' ')
  await found.and(page.getByRole('option', { selected: true })).waitFor()
  assert.equal(await page.getByRole('option').count(), 1)
  await expectClean()
})

/** Groups and teams that the person owns: a list, and the photo of the chosen one. */
import assert from 'node:assert/strict'
import { onPage } from '../../support/on-page.ts'
import { assertAlike, chooseAndSave, readStored } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const design = '/groups/5d6e7f80-de30-4d0a-8002-000000000001'

onPage('the owner of a group sets its photo', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitJpeg({ width: 700, height: 700, seed: 51 })
  await page.goto(`${origin}/groups`)
  await signIn(page, 'alice')
  await page.getByRole('option', { name: 'Design' }).click()
  await chooseAndSave(page, picture)
  await assertAlike(await readStored(visit, design), picture)
  await page.getByRole('img', { name: 'Photo of Design' }).waitFor()
  await expectClean()
})

onPage('the choice of a group is in the address, so Back and a reload work', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/groups`)
  await signIn(page, 'grace')
  await page.getByRole('option', { name: 'Everyone' }).click()
  await page.getByRole('img', { name: 'Everyone has no photo' }).waitFor()
  await page.reload()
  await page.getByRole('img', { name: 'Everyone has no photo' }).waitFor()
  await expectClean()
})

onPage('a security group is told to have no photo', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/groups`)
  await signIn(page, 'grace')
  await page.getByRole('option', { name: 'VPN access' }).click()
  await page.getByText('Security groups have no photo.').waitFor()
  assert.equal(await page.getByLabel('Choose a photo', { exact: true }).count(), 0)
  await expectClean()
})

onPage('who owns no group is told what would bring one here', {}, async visit => {
  await visit.page.goto(`${visit.origin}/groups`)
  await signIn(visit.page, 'zofia')
  await visit.page.getByText('You own no groups yet').waitFor()
  await visit.expectClean()
})

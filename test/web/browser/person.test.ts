/** Someone's photo: everyone sees it, an administrator changes it, others learn what they would need. */
import assert from 'node:assert/strict'
import { onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  callGraph,
  chooseFile,
  giveAlicePhoto,
  readStored,
  saveCrop,
  setStored,
} from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const bob = '/users/bob@visage.example'
const addressOfBob = '/people/bob@visage.example'

onPage('an administrator sets the photo of another', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitJpeg({ width: 700, height: 700, seed: 21 })
  await page.goto(`${origin}${addressOfBob}`)
  await signIn(page, 'umut')
  await page.getByRole('img', { name: 'Bob Adeyemi has no photo' }).waitFor()
  assert.equal(await page.getByLabel('Choose a photo').count(), 0)
  await page.getByRole('button', { name: 'Change this photo' }).click()
  await page.getByLabel('Choose a photo').waitFor({ state: 'attached' })
  await chooseFile(page, { buffer: picture })
  await saveCrop(page)
  await page.getByText('The new photo of Bob Adeyemi is live.').waitFor()
  await assertAlike(await readStored(visit, bob), picture)
  await expectClean()
})

onPage(
  'somebody without a role sees the photo, and which role would be needed',
  {},
  async visit => {
    const { page, origin, expectClean } = visit
    const picture = await portraitJpeg({ width: 648, height: 648, seed: 22 })
    const headers = { 'content-type': 'image/jpeg' }
    await callGraph(visit, 'PUT', `${bob}/photo/$value`, { headers, body: picture, who: 'umut' })
    await page.goto(`${origin}${addressOfBob}`)
    await signIn(page, 'alice')
    await page.getByRole('img', { name: 'Photo of Bob Adeyemi' }).waitFor()
    await page.getByRole('button', { name: 'Change this photo' }).click()
    await page.getByText('One of these roles is needed').waitFor()
    assert.equal(await page.getByLabel('Choose a photo').count(), 0)
    await assertAlike(await readStored(visit, bob), picture)
    await expectClean()
  },
)

onPage('a person who is not there is said not to be there', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people/nobody@visage.example`)
  await signIn(page, 'alice')
  await page.getByText('There is nobody here').waitFor()
  await expectClean()
})

onPage('back at the window, a photo that was changed elsewhere is shown', {}, async visit => {
  const { page, origin, expectClean } = visit
  await giveAlicePhoto(visit)
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByText('648 × 648 pixels').waitFor()
  await setStored(visit, await portraitJpeg({ width: 100, height: 100, seed: 23 }))
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
  await page.getByText('This photo is 100 × 100.').waitFor()
  await expectClean()
})

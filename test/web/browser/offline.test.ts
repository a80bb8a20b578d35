/** Without a network nothing is lost: the crop stays, and is saved when the network is back. */
import { onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  chooseFile,
  cropDialog,
  giveAlicePhoto,
  readStored,
  saveCrop,
} from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

onPage('a photo that cannot be sent stays in the crop, and is saved later', {}, async visit => {
  const { page, context, origin, expectClean } = visit
  const before = await giveAlicePhoto(visit)
  const buffer = await portraitJpeg({ width: 700, height: 700, seed: 21 })
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Photo of Alice Öberg' }).waitFor()
  await chooseFile(page, { buffer })
  await cropDialog(page).getByRole('button', { name: 'Save' }).waitFor()
  await context.setOffline(true)
  await saveCrop(page)
  await cropDialog(page).getByText('You are offline. Nothing was lost').waitFor()
  await assertAlike(await readStored(visit), before)
  await context.setOffline(false)
  await saveCrop(page)
  await page.getByText('Your new photo is live.').waitFor()
  await assertAlike(await readStored(visit), buffer)
  await expectClean([/^failed PUT \/v1\.0\/me\/photo\/\$value$/])
})

onPage('the page says that it is offline, and that it is back', {}, async visit => {
  const { page, context, origin, expectClean } = visit
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  await context.setOffline(true)
  const notice = page.getByText('You are offline. Changes have to wait until you are back.')
  await notice.waitFor()
  await context.setOffline(false)
  await notice.waitFor({ state: 'detached' })
  await expectClean()
})

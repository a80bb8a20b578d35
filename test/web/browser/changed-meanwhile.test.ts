/** Somebody else changed the photo while this person prepared another: nothing is replaced that was not seen. */
import type { OnPage } from '../../support/on-page.ts'
import { onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  chooseFile,
  giveAlicePhoto,
  readStored,
  saveCrop,
  setStored,
} from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const theirs = await portraitJpeg({ width: 648, height: 648, seed: 11 })
const mine = await portraitJpeg({ width: 648, height: 648, seed: 12 })
const refusal = /^412 PUT \/v1\.0\/me\/photo\/\$value$/

async function saveOverTheirs(visit: OnPage): Promise<void> {
  const { page, origin } = visit
  await giveAlicePhoto(visit)
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Photo of Alice Öberg' }).waitFor()
  await setStored(visit, theirs)
  await chooseFile(page, { buffer: mine })
  await saveCrop(page)
  await page.getByRole('button', { name: 'Show theirs' }).waitFor()
  await assertAlike(await readStored(visit), theirs)
}

onPage('“Show theirs” keeps what the other person set', {}, async visit => {
  await saveOverTheirs(visit)
  await visit.page.getByRole('button', { name: 'Show theirs' }).click()
  await visit.page.getByRole('button', { name: 'Show theirs' }).waitFor({ state: 'detached' })
  await assertAlike(await readStored(visit), theirs)
  await visit.expectClean([refusal])
})

onPage('“Use mine” replaces it', {}, async visit => {
  await saveOverTheirs(visit)
  await visit.page.getByRole('button', { name: 'Use mine' }).click()
  await visit.page.getByText('Your new photo is live.').waitFor()
  await assertAlike(await readStored(visit), mine)
  await visit.expectClean([refusal])
})

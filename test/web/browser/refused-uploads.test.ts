/** What cannot become a photo is said before it is sent; what the server refuses is said in words, and nothing is lost. */
import assert from 'node:assert/strict'
import { onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  chooseFile,
  cropDialog,
  readStored,
  saveCrop,
} from '../../support/photo-steps.ts'
import { cutOff, hugePng, notPhotos, portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

type Refused = Readonly<{
  is: string
  buffer: () => Buffer | Promise<Buffer>
  mimeType?: string
  says: RegExp
}>

const of = (name: string) => () => notPhotos[name] ?? Buffer.alloc(0)

const refused: readonly Refused[] = [
  {
    is: 'too small',
    buffer: () => portraitJpeg({ width: 40, height: 300 }),
    says: /This picture is 40 x 300\. At least 48 x 48 is needed/,
  },
  { is: 'of text', buffer: of('text'), says: /not a picture this browser can read/ },
  { is: 'of HEIC', buffer: of('HEIC'), mimeType: 'image/heic', says: /cannot read HEIC/ },
  { is: 'of SVG', buffer: of('SVG'), mimeType: 'image/svg+xml', says: /drawing \(SVG\)/ },
  { is: 'empty', buffer: () => Buffer.alloc(0), says: /This file is empty/ },
  {
    is: 'of 121 megapixels',
    buffer: () => hugePng(11_000, 11_000),
    mimeType: 'image/png',
    says: /121 megapixels/,
  },
  {
    is: 'of 900 megapixels, which the browser itself refuses',
    buffer: () => hugePng(),
    mimeType: 'image/png',
    says: /900 megapixels/,
  },
]

onPage('what cannot become a photo is said before anything is sent', {}, async visit => {
  const { page, origin, expectClean } = visit
  const sent: string[] = []
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  page.on('request', request => sent.push(`${request.method()} ${request.url()}`))
  const dialog = page.getByRole('dialog')
  for (const { is, buffer, says, mimeType = 'image/jpeg' } of refused) {
    await chooseFile(page, { buffer: await buffer(), mimeType })
    await dialog.getByRole('alert').filter({ hasText: says }).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(
      sent.filter(call => call.startsWith('PUT')),
      [],
      is,
    )
  }
  await expectClean()
})

onPage('a damaged picture is refused, and another can be chosen there', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await signIn(page, 'alice')
  await chooseFile(page, { buffer: cutOff(await portraitJpeg({ width: 900, height: 900 }), 0.5) })
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('alert').waitFor()
  const buffer = await portraitJpeg({ width: 700, height: 700, seed: 3 })
  await dialog
    .getByLabel('Choose another photo')
    .setInputFiles({ name: 'b.jpg', mimeType: 'image/jpeg', buffer })
  await saveCrop(page)
  await page.getByText('Your new photo is live.').waitFor()
  await assertAlike(await readStored(visit), buffer)
  await expectClean()
})

/** The first PUT is the question whether the person may change the photo. */
const refusals = [
  { fault: '413', says: /too large|requested fault: 413/ },
  { fault: '415', says: /cannot be read|requested fault: 415/ },
  { fault: '500', says: 'Something went wrong on the server.' },
]

for (const { fault, says } of refusals) {
  const faults = [`${fault} on PUT me/photo/$value every 2nd`]
  onPage(
    `an answer ${fault} is said in words with its request id; the crop stays`,
    { faults },
    async visit => {
      const { page, origin, expectClean } = visit
      await page.goto(origin)
      await signIn(page, 'alice')
      const buffer = await portraitJpeg({ width: 700, height: 700, seed: 4 })
      await chooseFile(page, { buffer })
      await saveCrop(page)
      const dialog = cropDialog(page)
      await dialog.getByText(says).waitFor()
      await dialog.getByText(/[0-9a-f]{8}-[0-9a-f]{4}-/).waitFor()
      await dialog.getByRole('button', { name: 'Copy' }).waitFor()
      await saveCrop(page)
      await page.getByText('Your new photo is live.').waitFor()
      await assertAlike(await readStored(visit), buffer)
      await expectClean([new RegExp(`^${fault} PUT /v1.0/me/photo/\\$value$`)])
    },
  )
}

for (const fault of ['429', '503 retry after 2s']) {
  const faults = [`${fault} on PUT me/photo/$value every 2nd`]
  onPage(`after an answer ${fault} it tries again by itself`, { faults }, async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(origin)
    await signIn(page, 'alice')
    const buffer = await portraitJpeg({ width: 700, height: 700, seed: 5 })
    await chooseFile(page, { buffer })
    await saveCrop(page)
    await page
      .getByText(/Busy\. Trying again in \d s\./)
      .first()
      .waitFor()
    await page.getByText('Your new photo is live.').waitFor()
    await assertAlike(await readStored(visit), buffer)
    await expectClean([new RegExp(`^${fault.slice(0, 3)} PUT /v1.0/me/photo/\\$value$`)])
  })
}

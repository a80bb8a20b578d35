/** The ways a picture comes to the page: chosen, dropped, pasted, taken. Each ends in a saved photo. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  chooseAndSave,
  cropDialog,
  giveAlicePhoto,
  photoInput,
  readStored,
  saveCrop,
} from '../../support/photo-steps.ts'
import { colourAt, portraitJpeg, portraitPng } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

/** The browser does not tell the body of a request when it is a Blob. */
const keepSent = `{
  const send = fetch
  window.fetch = (address, init) => {
    if (init?.method === 'PUT') window.sent = init.body
    return send(address, init)
  }
}`
const sentSize = `createImageBitmap(sent).then(({ width, height }) => width + ' x ' + height + ' ' + sent.type)`

/** This browser has no camera: one that shows a drawing takes its place. */
const bringCamera = `navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: 800, height: 600 })
  const brush = canvas.getContext('2d')
  const draw = () => {
    brush.fillStyle = 'teal'
    brush.fillRect(0, 0, 800, 600)
    brush.fillStyle = 'orange'
    brush.fillRect(300, 100, 200, 300)
  }
  draw()
  setInterval(draw, 50)
  return canvas.captureStream()
}`

/** What the circle has under it at first: the largest square in the middle. */
async function middleOf(picture: Buffer): Promise<Buffer> {
  return await sharp(picture).resize(648, 648, { fit: 'cover' }).jpeg().toBuffer()
}

onPage('a chosen picture is saved as a square of at most 1296', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitJpeg({ width: 1500, height: 2000, seed: 7 })
  await page.addInitScript(keepSent)
  await page.goto(origin)
  await signIn(page, 'bob')
  await page.getByRole('img', { name: 'Bob Adeyemi has no photo' }).waitFor()
  await chooseAndSave(page, picture)
  assert.equal(await page.evaluate(sentSize), '1296 x 1296 image/jpeg')
  await assertAlike(await readStored(visit, '/users/bob@visage.example'), await middleOf(picture))
  await page.getByRole('img', { name: 'Photo of Bob Adeyemi' }).waitFor()
  await expectClean()
})

/** A file of the page’s own, for events that a browser makes of a drag or a key press outside the page. */
const transfer = (picture: Buffer) => `(() => {
  const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), sign => sign.charCodeAt(0))
  const transfer = new DataTransfer()
  transfer.items.add(new File([bytes], 'holiday.png', { type: 'image/png' }))
  return transfer
})()`

async function expectSaved(page: Page): Promise<void> {
  await saveCrop(page)
  await page.getByText('Your new photo is live.').waitFor()
}

onPage('a picture is dropped anywhere on the page', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitPng({ width: 700, height: 700, seed: 8 })
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  const dataTransfer = await page.evaluateHandle(transfer(picture))
  await page.dispatchEvent('body', 'dragover', { dataTransfer })
  await page.getByText('Drop the photo here').waitFor()
  await page.dispatchEvent('body', 'drop', { dataTransfer })
  await expectSaved(page)
  await assertAlike(await readStored(visit), picture)
  await expectClean()
})

onPage('a picture is pasted', {}, async visit => {
  const { page, origin, expectClean } = visit
  const picture = await portraitPng({ width: 700, height: 700, seed: 9 })
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  await page.evaluate(
    `window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: ${transfer(picture)}, cancelable: true }))`,
  )
  await expectSaved(page)
  await assertAlike(await readStored(visit), picture)
  await expectClean()
})

onPage('a picture is taken with the camera', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.addInitScript(bringCamera)
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('button', { name: 'Take a picture' }).click()
  await page.getByRole('button', { name: 'Take it now' }).click()
  await expectSaved(page)
  const [red = 0, green = 0, blue = 255] = await colourAt(
    (await readStored(visit)) ?? Buffer.alloc(0),
    300,
    300,
  )
  assert.ok(red > 200 && green > 120 && blue < 60, `${red} ${green} ${blue}`)
  await expectClean()
})

onPage('a crop that is cancelled changes nothing', {}, async visit => {
  const { page, origin, expectClean } = visit
  const before = await giveAlicePhoto(visit)
  await page.goto(origin)
  await signIn(page, 'alice')
  const input = photoInput(page)
  await input.setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await portraitJpeg() })
  await cropDialog(page).getByRole('button', { name: 'Cancel' }).click()
  await cropDialog(page).waitFor({ state: 'detached' })
  await assertAlike(await readStored(visit), before)
  await expectClean()
})

/**
 * What the circle shows is what is saved: every turn of every direction that a camera writes into a file, by mouse and
 * by keys, with a worker and without.
 */
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { type OnPage, onPage } from '../../support/on-page.ts'
import {
  assertAlike,
  chooseFile,
  cropDialog,
  photoInput,
  readStored,
  saveCrop,
} from '../../support/photo-steps.ts'
import { animation, portraitJpeg, portraitPng } from '../../support/pictures.ts'
import { readUntil } from '../../support/read-until.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const circleOf = (page: Page): Locator =>
  page.getByRole('application', { name: 'Picture under the circle' })

/** The picture has its place, and keys move it. */
async function openCrop(page: Page, buffer: Buffer): Promise<Locator> {
  await chooseFile(page, { buffer })
  const circle = circleOf(page)
  await circle.and(page.locator(':focus')).waitFor()
  return circle
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key)
}

async function saveAndRead(visit: OnPage): Promise<Buffer> {
  await saveCrop(visit.page)
  await cropDialog(visit.page).waitFor({ state: 'detached' })
  const stored = await readStored(visit)
  assert.ok(stored)
  return stored
}

const side = 64

/** Mean difference of the colours inside the circle, 0 to 255. The line around it is left out. */
async function differenceOf(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map(readSmall))
  const differences: number[] = []
  for (let i = 0; i < side * side * 3; i++) {
    const pixel = Math.floor(i / 3)
    const middle = (side - 1) / 2
    const x = (pixel % side) - middle
    const y = Math.floor(pixel / side) - middle
    if (Math.hypot(x, y) > 0.44 * side) continue
    differences.push(Math.abs((a?.[i] ?? 0) - (b?.[i] ?? 255)))
  }
  return differences.reduce((sum, value) => sum + value, 0) / differences.length
}

const readSmall = (picture: Buffer) =>
  sharp(picture).resize(side, side, { fit: 'fill' }).removeAlpha().raw().toBuffer()

const upright = { width: 1200, height: 900, seed: 5 }

for (const orientation of [1, 3, 6, 8] as const) {
  const name = `the circle, the saved photo and the picture are the same, with EXIF ${orientation} and each turn`
  onPage(name, {}, async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(origin)
    await signIn(page, 'alice')
    const chosen = await portraitJpeg({ ...upright, orientation, quality: 95 })
    for (const turns of [0, 1, 2, 3]) {
      const circle = await openCrop(page, chosen)
      await press(page, 'r', turns)
      await press(page, '+', 5)
      const style = await readUntil(() => pictureIn(page).getAttribute('style'), isTurned(turns))
      assert.ok(isTurned(turns)(style), `turn ${turns}: keys were lost: ${style}`)
      await dragToLowerRight(page, circle)
      const seen = await circle.screenshot()
      const stored = await saveAndRead(visit)
      const turned = await sharp(await portraitJpeg(upright))
        .rotate(90 * turns)
        .toBuffer()
      // At 200 % the circle has half of the short side, and what is dragged away leaves the upper left.
      const expected = await sharp(turned)
        .extract({ left: 0, top: 0, width: 450, height: 450 })
        .toBuffer()
      assert.ok((await differenceOf(seen, stored)) < 6, `turn ${turns}: seen and stored differ`)
      assert.ok((await differenceOf(expected, stored)) < 6, `turn ${turns}: another part is stored`)
      const wrong = await sharp(expected).rotate(180).toBuffer()
      assert.ok((await differenceOf(wrong, stored)) > 12, 'the comparison sees no difference')
    }
    await expectClean()
  })
}

const pictureIn = (page: Page): Locator => page.locator('.crop-stage img')

const isTurned = (turns: number) => (style: string | null) =>
  style?.includes(`rotate(${90 * turns}deg) scale(2)`) ?? false

/** Further than the picture goes: it stops at its edge. */
async function dragToLowerRight(page: Page, circle: Locator): Promise<void> {
  const box = await circle.boundingBox()
  assert.ok(box)
  await page.mouse.move(box.x + 20, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 300, box.y + box.height * 1.4, { steps: 3 })
  await page.mouse.up()
  await page.mouse.move(0, 0)
  const readGap = async () => {
    const [under, picture] = [await circle.boundingBox(), await pictureIn(page).boundingBox()]
    assert.ok(under && picture)
    return Math.max(Math.abs(under.x - picture.x), Math.abs(under.y - picture.y))
  }
  const gap = await readUntil(readGap, gap => gap < 2)
  assert.ok(gap < 2, `the picture is ${gap} pixels from where it was dragged`)
}

onPage('keys alone move, zoom, turn and save, and each change is said', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await signIn(page, 'alice')
  await openCrop(page, await portraitJpeg(upright))
  await press(page, '+', 6)
  await press(page, '-', 1)
  await press(page, 'r', 1)
  const said = cropDialog(page).getByRole('status')
  await said.filter({ hasText: 'Zoom 200 %, turned 90 degrees' }).waitFor()
  await press(page, 'ArrowRight', 60)
  await press(page, 'ArrowDown', 60)
  await said.filter({ hasText: 'Circle at 0 % from the left, 0 % from the top' }).waitFor()
  await press(page, 'Enter', 2)
  await cropDialog(page).waitFor({ state: 'detached' })
  const expected = await sharp(await portraitJpeg(upright))
    .rotate(90)
    .extract({ left: 0, top: 0, width: 450, height: 450 })
    .toBuffer()
  assert.ok((await differenceOf(expected, (await readStored(visit)) ?? Buffer.of())) < 6)
  await expectClean()
})

onPage(
  'letters mean nothing outside the circle, and Escape gives the focus back',
  {},
  async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(origin)
    await signIn(page, 'alice')
    const input = photoInput(page)
    await input.focus()
    await openCrop(page, await portraitJpeg(upright))
    const slider = page.getByRole('slider', { name: 'Zoom' })
    await page.getByRole('button', { name: 'Turn left' }).focus()
    for (const key of ['r', '+', 'ArrowLeft']) await page.keyboard.press(key)
    assert.equal(await slider.inputValue(), '1')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    assert.equal(await slider.inputValue(), '1.2')
    await page.getByRole('button', { name: 'Start over' }).click()
    assert.equal(await slider.inputValue(), '1')
    await page.keyboard.press('Escape')
    await cropDialog(page).waitFor({ state: 'detached' })
    await input.and(page.locator(':focus')).waitFor({ state: 'attached' })
    await expectClean()
  },
)

onPage(
  'of an animation the first picture is taken, and what is transparent is white',
  {},
  async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(origin)
    await signIn(page, 'alice')
    await openCrop(page, await animation('gif', { width: 300, height: 300, seed: 3 }))
    await assertAlike(
      await saveAndRead(visit),
      await portraitPng({ width: 300, height: 300, seed: 3 }),
    )
    const clear = { width: 300, height: 300, channels: 4, background: '#00000000' } as const
    await openCrop(page, await sharp({ create: clear }).png().toBuffer())
    const { dominant } = await sharp(await saveAndRead(visit)).stats()
    assert.ok(dominant.r > 240 && dominant.g > 240 && dominant.b > 240, JSON.stringify(dominant))
    await expectClean()
  },
)

const withoutWorker = {
  'has no canvas in workers': (page: Page) => page.addInitScript('delete window.OffscreenCanvas'),
  'cannot load the worker': (page: Page) =>
    page.context().route('**/cut-worker*', route => route.fulfill({ status: 404 })),
}

for (const [what, prepare] of Object.entries(withoutWorker)) {
  onPage(`a browser that ${what} cuts on the page itself`, {}, async visit => {
    const { page, origin } = visit
    await prepare(page)
    await page.goto(origin)
    await signIn(page, 'alice')
    const picture = await portraitJpeg({ width: 700, height: 700, seed: 6 })
    await openCrop(page, picture)
    await assertAlike(await saveAndRead(visit), picture)
  })
}

const refuseCamera = `navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException('no', window.why)
}`

onPage('a camera that is refused, missing or in use is said in words', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.addInitScript(refuseCamera)
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('button', { name: 'Take a picture' }).click()
  const said = page.getByRole('dialog').getByRole('alert')
  const reasons = {
    NotAllowedError: /may not use the camera/,
    NotFoundError: /No camera was found/,
    NotReadableError: /Another program may be using it/,
  }
  for (const [why, words] of Object.entries(reasons)) {
    await page.evaluate(`window.why = '${why}'`)
    await page.getByRole('button', { name: 'Try again' }).click()
    await said.filter({ hasText: words }).waitFor()
  }
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await expectClean()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { createCanvas } from '../../../src/dev/demo/canvas.ts'
import { drawFace, paintFace } from '../../../src/dev/demo/faces.ts'
import { ellipse, hole, polygon } from '../../../src/dev/demo/outlines.ts'
import { drawPicture, pictureSide } from '../../../src/dev/demo/pictures.ts'
import { groups, people } from '../../../src/dev/demo/tenant.ts'

const inkShare = (pixels: Uint8Array) =>
  pixels.reduce((sum, value) => sum + value, 0) / 255 / pixels.length

test('a face is a square JPEG of the requested side', async () => {
  const { format, width, height, channels } = await sharp(await drawFace('alice', 240)).metadata()
  assert.deepEqual(
    { format, width, height, channels },
    {
      format: 'jpeg',
      width: 240,
      height: 240,
      channels: 3,
    },
  )
})

test('the same seed draws the same picture, another seed another one', async () => {
  assert.deepEqual(await drawFace('alice', 96), await drawFace('alice', 96))
  assert.notDeepEqual(await drawFace('alice', 96), await drawFace('bob', 96))
})

test('a wish changes the face that the seed would draw', () => {
  const { pixels } = paintFace('alice', 96, { hair: 'bald', skin: 1 })
  assert.notDeepEqual(pixels, paintFace('alice', 96, { hair: 'afro', skin: 1 }).pixels)
})

test('every picture of the demo tenant can be drawn and none equals another', async () => {
  const pictures = [...people, ...groups].flatMap(owner => owner.picture ?? [])
  const drawn = await Promise.all(pictures.map(picture => drawPicture(picture, 48)))
  const different = new Set(drawn.map(bytes => Buffer.from(bytes).toString('base64')))
  assert.equal(different.size, pictures.length)
})

test('pictures are large enough for every size of a photo', () => {
  assert.ok(pictureSide >= 648)
})

test('a filled outline covers its exact area, edges included', () => {
  const canvas = createCanvas(50, [0, 0, 0])
  canvas.fill([polygon([10.3, 20.7], [60.9, 20.7], [60.9, 70.1], [10.3, 70.1])], [255, 255, 255])
  const expected = ((60.9 - 10.3) * (70.1 - 20.7)) / 10000
  assert.ok(Math.abs(inkShare(canvas.pixels) - expected) < 0.001)
})

test('a hole stays empty and the next shape starts from nothing', () => {
  const canvas = createCanvas(200, [0, 0, 0])
  canvas.fill([ellipse(50, 50, 40), hole(50, 50, 20)], [255, 255, 255])
  const ring = (Math.PI * (40 ** 2 - 20 ** 2)) / 10000
  assert.ok(Math.abs(inkShare(canvas.pixels) - ring) < 0.005)
  canvas.fill([ellipse(50, 50, 5)], [0, 0, 0])
  assert.ok(Math.abs(inkShare(canvas.pixels) - ring) < 0.005)
})

test('parts outside the picture are cut off, on every side', () => {
  const canvas = createCanvas(64, [0, 0, 0])
  canvas.fill([polygon([-30, -30], [50, -30], [50, 130], [-30, 130])], [255, 255, 255])
  assert.ok(Math.abs(inkShare(canvas.pixels) - 0.5) < 0.001)
  canvas.fill([polygon([50, -30], [130, -30], [130, 130], [50, 130])], [255, 255, 255])
  assert.ok(inkShare(canvas.pixels) > 0.999)
})

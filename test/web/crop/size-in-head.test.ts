/** The size in a file's head, against files that sharp writes, and against files that end early. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { sizeInHead } from '../../../web/src/crop/size-in-head.ts'
import { hugePng } from '../../support/pictures.ts'

const drawn = () => sharp({ create: { width: 301, height: 74, channels: 3, background: '#a63' } })

const files = {
  'a PNG': () => drawn().png().toBuffer(),
  'a GIF': () => drawn().gif().toBuffer(),
  'a JPEG': () => drawn().jpeg().toBuffer(),
  'a progressive JPEG with EXIF': () =>
    drawn().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
  'a lossy WebP': () => drawn().webp().toBuffer(),
  'a lossless WebP': () => drawn().webp({ lossless: true }).toBuffer(),
  'a WebP with EXIF': () => drawn().webp().withMetadata({ orientation: 6 }).toBuffer(),
}

for (const [name, make] of Object.entries(files)) {
  test(`the head of ${name} states its size, and a shorter one does no harm`, async () => {
    const file = await make()
    assert.deepEqual(sizeInHead(file), { width: 301, height: 74 })
    for (let length = 0; length < Math.min(file.length, 1024); length++) {
      const size = sizeInHead(file.subarray(0, length))
      assert.ok(size === undefined || size.width === 301)
    }
  })
}

test('a picture of 900 megapixels says so in its head', () => {
  assert.deepEqual(sizeInHead(hugePng()), { width: 30_000, height: 30_000 })
})

test('what is no picture has no size', () => {
  assert.equal(sizeInHead(new TextEncoder().encode('<svg xmlns="x"/>')), undefined)
  assert.equal(sizeInHead(Uint8Array.of(0xff, 0xd8, 0xff, 0xff, 0xff)), undefined)
})

/** JPEGs without end marker: accepted if all pixels are present, refused otherwise. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import {
  cutOff,
  dHash,
  distance,
  type PortraitJpeg,
  portraitJpeg,
  portraitPng,
} from '../support/pictures.ts'

before(closeOtherDecoders)

async function photoOf(upload: Uint8Array): Promise<Uint8Array> {
  const { bytes, renditions } = await renderPack(upload, 'whole')
  return bytes.subarray(0, renditions[0]?.length)
}

async function refused(upload: Uint8Array): Promise<void> {
  await assert.rejects(renderPack(upload, 'square'), { code: 'image-broken' })
}

/** As phones write it: other bytes, their length and a name, in place of the end marker. */
const trailer = Buffer.concat([
  Buffer.from('0000010a0e0000004d435f44617461313233', 'hex'),
  Buffer.alloc(300, 0x41),
  Buffer.from('SEFH\x6b\0\0\0\x01\0\0\0SEFT', 'latin1'),
])

const kinds: Readonly<Record<string, PortraitJpeg>> = {
  'a JPEG': { grain: 4 },
  'a large JPEG': { width: 2400, height: 3200, grain: 4 },
  'a progressive JPEG': { grain: 4, progressive: true },
  'a JPEG that lies on its side': { grain: 4, orientation: 6 },
  'a JPEG with EXIF': { grain: 4, exif: true },
}

for (const [kind, options] of Object.entries(kinds)) {
  describe(`${kind} without its end marker`, () => {
    let body: Buffer
    before(async () => {
      body = (await portraitJpeg(options)).subarray(0, -2)
    })

    test('is taken: without both bytes, without the last, with a trailer in their place', async () => {
      const expected = await dHash(await portraitPng(options))
      for (const end of [Buffer.of(), Buffer.of(0xff), trailer]) {
        const photo = await photoOf(Buffer.concat([body, end]))
        assert.ok(distance(await dHash(photo), expected) <= 4)
      }
    })

    test('is refused when pixels are missing, however few', async () => {
      for (const bytes of [2, 10, 1000]) await refused(body.subarray(0, -bytes))
      for (const share of [0.95, 0.5, 0.3]) await refused(cutOff(body, share))
      await refused(Buffer.concat([cutOff(body, 0.5), trailer]))
    })
  })
}

test('a JPEG with a complete EXIF preview is judged by its own pixels', async () => {
  const preview = await portraitJpeg({ width: 60, height: 80 })
  const segment = Buffer.concat([Buffer.from('ffe10000', 'hex'), preview])
  segment.writeUInt16BE(preview.length + 2, 2)
  const jpeg = await portraitJpeg({ width: 90, height: 120, grain: 4 })
  const whole = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)])
  assert.equal((await renderPack(whole.subarray(0, -2), 'square')).renditions[0]?.width, 90)
  await refused(whole.subarray(0, -100))
})

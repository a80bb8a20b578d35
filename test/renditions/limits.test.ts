/** The maximum pixels of a picture, by the memory of its decoder. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { Failure } from '../../src/failure.ts'
import { wireErrors, writeWords } from '../../src/graph/errors.ts'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { defaultLimits, pixelLimit } from '../../src/renditions/limits.ts'
import { settings } from '../../src/settings/table.ts'
import { inspectUpload } from '../support/inspect.ts'
import { portraitJpeg } from '../support/pictures.ts'

before(closeOtherDecoders)

function flatAvif(side: number, bitdepth: 8 | 10 = 8): Promise<Buffer> {
  const create = { width: side, height: side, channels: 3, background: '#7f9fbf' } as const
  return sharp({ create }).avif({ effort: 0, bitdepth }).toBuffer()
}

describe('a picture that is decoded as a whole', () => {
  const limits = { ...defaultLimits, maxDecodedBytes: 20 * 200 * 200 }

  test('may have as many pixels as the memory for decoding allows its kind', async () => {
    assert.equal((await inspectUpload(await flatAvif(200), limits)).width, 200)
    await assert.rejects(inspectUpload(await flatAvif(220), limits), Failure)
    await assert.rejects(inspectUpload(await flatAvif(200, 10), limits), Failure)
    const more = { ...limits, maxDecodedBytes: 27 * 220 * 220 }
    for (const bits of [8, 10] as const) {
      assert.equal((await inspectUpload(await flatAvif(220, bits), more)).width, 220)
    }
  })

  test('is refused with the kind and its limit in the message', async () => {
    const progressive = await portraitJpeg({ width: 600, height: 600, progressive: true })
    for (const [upload, kind] of [
      [await flatAvif(400), 'AVIF'],
      [await flatAvif(400, 10), 'AVIF of more than 8 bits'],
      [progressive, 'progressive JPEG'],
    ] as const) {
      const failure = await inspectUpload(upload, limits).catch(error => error)
      assert.ok(failure instanceof Failure)
      const words = writeWords(wireErrors[failure.code].words, failure.facts)
      assert.match(
        words,
        /^The picture has \d+ x \d+ pixels; at most \d+ in all are accepted in this/,
      )
      assert.ok(words.includes(`(${kind})`), words)
    }
  })

  test('has the limits that the text of VISAGE_MAX_PIXELS states', () => {
    const header = { height: 4000, bytesPerPixel: 3, isInterlaced: false } as const
    const millions = (pixels: number) => (Math.floor(pixels / 100_000) / 10).toString()
    const limitOf = (format: 'avif' | 'jpeg' | 'gif', more = {}) =>
      millions(pixelLimit({ ...header, format, ...more }, defaultLimits))
    const text = settings.maxPixels.meaning
    const stated = [
      `AVIF ${limitOf('avif')} million (${limitOf('avif', { bytesPerPixel: 6 })} with`,
      `progressive JPEG ${limitOf('jpeg', { isInterlaced: true })}`,
      `GIF and WebP ${limitOf('gif')}`,
    ]
    for (const words of stated) assert.ok(text.includes(words), words)
  })
})

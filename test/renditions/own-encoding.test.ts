/** A photo that Visage has written is kept byte for byte; a file that only resembles one is not. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import type { Framing } from '../../src/renditions/rendition.ts'
import { rewriteJpeg } from '../support/jpeg-writer.ts'
import { colourPatches, portraitJpeg } from '../support/pictures.ts'

before(closeOtherDecoders)

async function renditionsOf(upload: Uint8Array, framing: Framing = 'square'): Promise<Buffer[]> {
  const { bytes, renditions } = await renderPack(upload, framing)
  return renditions.map(({ offset, length }) =>
    Buffer.from(bytes.subarray(offset, offset + length)),
  )
}

async function photoOf(upload: Uint8Array, framing: Framing = 'square'): Promise<Buffer> {
  const [photo] = await renditionsOf(upload, framing)
  assert.ok(photo)
  return photo
}

/** Rings and bars in pure colours, which JPEG encodes worst. */
function sign(side: number): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 3)
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)]
    const ring = Math.floor(Math.hypot(x - side / 2, y - side / 2) / 30) % 2
    const colour = (x + y) % 90 < 12 ? [255, 255, 0] : ring === 1 ? [255, 0, 0] : [0, 0, 255]
    pixels.set(colour, at * 3)
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

describe('a photo that Visage has written is kept byte for byte', () => {
  const portraits = [1, 2, 3].map(seed => ({ width: 700, height: 900, seed, grain: seed * 4 }))
  for (const portrait of portraits) {
    test(`the portrait of person ${portrait.seed} in each of its sizes, five times`, async () => {
      for (const written of await renditionsOf(await portraitJpeg(portrait))) {
        let upload = written
        for (let time = 0; time < 5; time++) upload = await photoOf(upload)
        assert.ok(upload.equals(written))
      }
    })
  }

  test('signs in pure colours, and a picture of one colour', async () => {
    const create = { width: 300, height: 300, channels: 3, background: '#102030' } as const
    const pictures = [await colourPatches('png', 648), await sharp({ create }).png().toBuffer()]
    for (const side of [648, 504, 120]) {
      const written = await photoOf(await sign(side))
      assert.ok((await photoOf(written)).equals(written), `sign of ${side}`)
    }
    for (const picture of pictures) {
      for (const written of (await renditionsOf(picture)).slice(-4)) {
        assert.ok((await photoOf(written)).equals(written))
      }
    }
  })

  test('a contact’s, whose longer side is of a named size', async () => {
    for (const [width, height] of [
      [700, 900],
      [1000, 500],
      [360, 231],
    ] as const) {
      const written = await photoOf(await portraitJpeg({ width, height, seed: 4 }), 'whole')
      assert.ok((await photoOf(written, 'whole')).equals(written))
    }
  })

  test('and its smaller sizes are made from its pixels', async () => {
    const [first, ...others] = await renditionsOf(await portraitJpeg({ width: 700, height: 900 }))
    assert.ok(first)
    const again = await renditionsOf(first)
    assert.equal(again.length, others.length + 1)
    for (const rendition of again) assert.equal((await sharp(rendition).metadata()).format, 'jpeg')
  })
})

const end = Buffer.from('ffd9', 'hex')

describe('a file that resembles it is encoded again', () => {
  let own: Buffer
  let scan: number
  before(async () => {
    own = await photoOf(await portraitJpeg({ width: 240, height: 240, grain: 4 }))
    scan = own.indexOf(Buffer.from('ffda', 'hex'))
  })

  async function isKept(upload: Uint8Array): Promise<boolean> {
    return (await photoOf(upload)).equals(upload)
  }

  test('bytes after the end marker, a comment, EXIF, a profile, padding before a marker', async () => {
    assert.ok(await isKept(own))
    const put = (at: number, ...bytes: readonly Buffer[]) =>
      Buffer.concat([own.subarray(0, at), ...bytes, own.subarray(at)])
    const segment = (marker: string, body: string) =>
      Buffer.concat([
        Buffer.from(`ff${marker}`, 'hex'),
        Buffer.of(0, body.length + 2),
        Buffer.from(body),
      ])
    for (const upload of [
      put(own.length, Buffer.from('hidden')),
      put(own.length, end),
      put(own.length, own),
      put(2, segment('fe', 'hidden')),
      put(scan, segment('fe', 'hidden')),
      put(2, segment('e1', 'Exif\0\0hidden')),
      put(2, segment('e0', 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0')),
      put(2, Buffer.from('ff', 'hex')),
      put(scan, Buffer.from('ffff', 'hex')),
      put(2, own.subarray(2, 71)),
    ]) {
      assert.equal(await isKept(upload), false)
    }
  })

  test('bytes between the last block and the end marker, restart markers, bits that fill', async () => {
    const body = own.subarray(0, -2)
    const filled = Buffer.from(body)
    const last = filled[filled.length - 1] ?? 0
    for (const upload of [
      Buffer.concat([body, Buffer.from('hidden'), end]),
      Buffer.concat([body, Buffer.of(0), end]),
      Buffer.concat([body, Buffer.from('ffd0', 'hex'), end]),
      Buffer.concat([body, Buffer.from('ff', 'hex'), end]),
      Buffer.concat([body, Buffer.from('ff00', 'hex'), end]),
      Buffer.concat([body.subarray(0, -1), Buffer.of(last ^ 1), end]),
    ]) {
      assert.equal(await isKept(upload).catch(() => false), false)
    }
  })

  test('any other byte of the headers, up to the codes, and of the numbers of codes', async () => {
    const codes = own.indexOf(Buffer.from('ffc4', 'hex'))
    for (let at = 2; at < codes + 21; at += at < codes ? 3 : 1) {
      const upload = Buffer.from(own)
      upload[at] = (upload[at] ?? 0) ^ 0x10
      const photo = await photoOf(upload).catch(() => undefined)
      assert.ok(!photo?.equals(upload), `byte ${at}`)
    }
  })

  test('a longer encoding of the same, and unused codes', async () => {
    assert.ok(rewriteJpeg(own).equals(own))
    const longer = rewriteJpeg(own, { emptyRuns: true })
    const unused = rewriteJpeg(own, { unusedSymbols: [0x9a] })
    for (const upload of [longer, unused]) {
      const [shown, expected] = await Promise.all(
        [upload, own].map(of => sharp(of).raw().toBuffer()),
      )
      assert.ok(shown?.equals(expected ?? Buffer.of()), 'it does not show the same')
      assert.equal(await isKept(upload), false)
    }
  })

  test('anything in the blocks that lie outside the picture', async () => {
    const side = 648
    const photo = await photoOf(await portraitJpeg({ width: side, height: side, grain: 4 }))
    const unitsAcross = Math.ceil(side / 16)
    const right = (unitsAcross - 1) * 6 + 1
    const below = (unitsAcross - 1) * unitsAcross * 6 + 2
    for (const block of [right, below]) {
      for (const index of [1, 63]) {
        const upload = rewriteJpeg(photo, {
          change: coefficients => {
            coefficients[block * 64 + index] = 1
          },
        })
        assert.ok((await photoOf(photo)).equals(photo))
        assert.equal(await isKept(upload), false)
      }
    }
  })

  test('a second picture below black', async () => {
    const black = await sharp({
      create: { width: 240, height: 240, channels: 3, background: '#000' },
    })
      .png()
      .toBuffer()
    const upload = rewriteJpeg(await photoOf(black), {
      change: coefficients => {
        coefficients[0] = -400
        for (let block = 1; block < 225 * 6; block += 6)
          coefficients[block * 64 + 1] = 1 + (block % 2)
      },
    })
    const shown = await sharp(upload).raw().toBuffer()
    assert.ok(
      shown.every(value => value <= 1),
      'it can be seen',
    )
    assert.equal(await isKept(upload), false)
  })

  test('another quality, progressive, full colour, usual codes, another encoder, no named size', async () => {
    const raw = await sharp(own).png().toBuffer()
    for (const options of [
      { quality: 89 },
      { quality: 88, progressive: true },
      { quality: 88, chromaSubsampling: '4:4:4' },
      { quality: 88, optimiseCoding: false },
      { quality: 88, mozjpeg: true },
      { quality: 88, quantisationTable: 3 },
    ]) {
      assert.equal(await isKept(await sharp(raw).jpeg(options).toBuffer()), false)
    }
    const unnamed = await sharp(raw).resize(100, 100).jpeg({ quality: 88 }).toBuffer()
    assert.equal(await isKept(unnamed), false)
    const oblong = await sharp(raw).resize(240, 120).jpeg({ quality: 88 }).toBuffer()
    assert.equal(await isKept(oblong), false)
  })
})

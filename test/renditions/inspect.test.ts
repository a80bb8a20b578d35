/** Whether an upload may be decoded, decided by its bytes. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { type Facts, Failure, type FailureCode } from '../../src/failure.ts'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { defaultLimits } from '../../src/renditions/limits.ts'
import { inspectUpload } from '../support/inspect.ts'
import {
  animation,
  base64Text,
  cutOff,
  dataUrl,
  hugePng,
  jpegOfExactly,
  jpegOfScans,
  notPhotos,
  type Orientation,
  pngWithPackedComments,
  portraitAvif,
  portraitGif,
  portraitJpeg,
  portraitPng,
  portraitTiff,
  portraitWebp,
  progressiveJpeg,
} from '../support/pictures.ts'
import { processorMs, unpackingMs } from '../support/processor-time.ts'

const small = { width: 90, height: 120 }

async function refused(bytes: Uint8Array, code: FailureCode, facts?: Facts): Promise<void> {
  await assert.rejects(inspectUpload(bytes), error => {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, code)
    if (facts) assert.deepEqual(error.facts, facts)
    return true
  })
}

before(closeOtherDecoders)

describe('a photo is recognised by its bytes', () => {
  const makers = {
    jpeg: portraitJpeg,
    png: portraitPng,
    gif: portraitGif,
    webp: portraitWebp,
    avif: portraitAvif,
  }
  for (const [format, make] of Object.entries(makers)) {
    test(`${format}, with its width and height`, async () => {
      assert.deepEqual(await inspectUpload(await make(small)), { format, ...small })
    })
  }

  test('a moving picture has the size of one frame', async () => {
    for (const format of ['gif', 'webp'] as const) {
      assert.deepEqual(await inspectUpload(await animation(format, small)), { format, ...small })
    }
  })

  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] satisfies Orientation[]) {
    test(`width and height are upright in orientation ${orientation}`, async () => {
      const { width, height } = await inspectUpload(await portraitJpeg({ ...small, orientation }))
      assert.deepEqual({ width, height }, small)
    })
  }
})

describe('other formats are refused by name', () => {
  const accepted = ['JPEG', 'PNG', 'GIF', 'WebP', 'AVIF']
  for (const [arrived, bytes] of Object.entries(notPhotos)) {
    test(arrived, () => refused(bytes, 'image-format-unsupported', { arrived, accepted }))
  }

  test('TIFF, which sharp could read', async () => {
    const facts = { arrived: 'TIFF', accepted }
    await refused(Buffer.from('II*\0\x08\0\0\0', 'latin1'), 'image-format-unsupported', facts)
    await refused(Buffer.from('MM\0*\0\0\0\x08', 'latin1'), 'image-format-unsupported', facts)
  })

  const markup = [
    '\ufeff<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<svg/>',
    `<!-- drawn -->${'<!-- by hand -->'.repeat(100)}\n<svg>`,
    '  <SVG onload="alert(1)">',
  ]
  for (const text of markup) {
    test(`SVG that begins with ${text.trim().slice(0, 12)}`, async () => {
      const facts = { arrived: 'SVG', accepted }
      await refused(Buffer.from(text), 'image-format-unsupported', facts)
    })
  }

  test('text in UTF-16', async () => {
    const facts = { arrived: 'text', accepted }
    await refused(Buffer.from('\ufeffmy photo', 'utf16le'), 'image-format-unsupported', facts)
  })

  test('an empty body', () => refused(new Uint8Array(), 'body-empty'))

  test('only the first bytes of a photo are not a photo', async () => {
    for (const make of [portraitJpeg, portraitPng, portraitGif, portraitWebp, portraitAvif]) {
      const bytes = await make(small)
      for (const length of [1, 2, 3, 4, 8, 12, 16, 24, 32, 64]) {
        await assert.rejects(inspectUpload(bytes.subarray(0, length)), Failure)
      }
    }
  })
})

describe('base64 text of a photo is refused as base64', () => {
  test('plain, quoted, in lines, for addresses and as a data URL', async () => {
    const bytes = await portraitJpeg(small)
    const text = bytes.toString('base64')
    const forms = [
      base64Text(bytes),
      dataUrl(bytes),
      Buffer.from(`"${text}"`),
      Buffer.from(text.replace(/(.{76})/g, '$1\r\n')),
      Buffer.from(bytes.toString('base64url')),
      Buffer.from(`\ufeff${text}\n`),
      dataUrl(await portraitPng(small), 'image/png'),
    ]
    for (const form of forms) await refused(form, 'image-is-base64')
  })

  test('base64 text of another format is refused as that format', async () => {
    await refused(base64Text(notPhotos.PDF ?? Buffer.of()), 'image-format-unsupported')
    await refused(base64Text(Buffer.from('only words, and no picture')), 'image-format-unsupported')
  })
})

describe('size limits are read from the header', () => {
  const accepted48 = { width: 48, height: 48 }
  test('48 pixels a side are enough', async () => {
    assert.deepEqual(await inspectUpload(await portraitPng(accepted48)), {
      format: 'png',
      ...accepted48,
    })
  })

  test('a 1x1 is too small in width, which is looked at first', async () => {
    const facts = { width: 1, minWidth: 48 }
    await refused(await portraitPng({ width: 1, height: 1 }), 'image-width-too-small', facts)
  })

  test('47x400 is too small in width, 400x47 in height', async () => {
    const narrow = await portraitJpeg({ width: 47, height: 400 })
    await refused(narrow, 'image-width-too-small', { width: 47, minWidth: 48 })
    const low = await portraitJpeg({ width: 400, height: 47 })
    await refused(low, 'image-height-too-small', { height: 47, minHeight: 48 })
  })

  test('a rotated photo is measured upright', async () => {
    const lying = await portraitJpeg({ width: 47, height: 400, orientation: 6 })
    await refused(lying, 'image-width-too-small', { width: 47, minWidth: 48 })
  })

  test('30,000x30,000 pixels in a small file are refused without decoding them', async () => {
    const bomb = hugePng()
    assert.ok(bomb.length < 200_000, `${bomb.length} bytes`)
    const facts = { width: 30_000, height: 30_000, maxPixels: 100_000_000 }
    const refusing = await processorMs(() => refused(bomb, 'image-has-too-many-pixels', facts))
    assert.ok(refusing < (await unpackingMs(10)), `${refusing} ms`)
  })

  test('a picture at the limit is allowed, one over it is not', async () => {
    const bytes = await portraitPng({ width: 100, height: 60 })
    const limits = { ...defaultLimits, maxPixels: 6000 }
    assert.equal((await inspectUpload(bytes, limits)).width, 100)
    await assert.rejects(inspectUpload(bytes, { ...limits, maxPixels: 5999 }), {
      code: 'image-has-too-many-pixels',
    })
  })

  test('a picture that is decoded whole may have fewer pixels than one read in rows', async () => {
    const limits = { ...defaultLimits, maxDecodedBytes: 600_000 }
    const tall = { width: 100, height: 6400 }
    assert.equal((await inspectUpload(await portraitJpeg(tall), limits)).height, 6400)
    for (const bytes of [
      await portraitJpeg({ ...tall, progressive: true }),
      await portraitWebp(tall),
      await portraitAvif(tall),
      await portraitJpeg({ width: 6400, height: 100 }),
    ]) {
      await assert.rejects(inspectUpload(bytes, limits), { code: 'image-has-too-many-pixels' })
    }
  })

  test('packed comments of a PNG are not unpacked', async () => {
    const bomb = await pngWithPackedComments(500)
    assert.ok(bomb.length < 4 * 1024 * 1024)
    const inspecting = await processorMs(async () => {
      assert.equal((await inspectUpload(bomb)).format, 'png')
    })
    assert.ok(inspecting < (await unpackingMs(100)), `${inspecting} ms`)
  })
})

describe('a truncated photo is refused as broken', () => {
  const makers = { portraitPng, portraitWebp }
  for (const [name, make] of Object.entries(makers)) {
    test(name, async () => {
      const bytes = await make({ width: 300, height: 400, grain: 4 })
      await refused(cutOff(bytes, 0.95), 'image-broken')
      await refused(cutOff(bytes, 0.3), 'image-broken')
    })
  }

  test('a JPEG before its picture', async () => {
    const bytes = await portraitJpeg(small)
    await refused(bytes.subarray(0, bytes.indexOf(Buffer.from('ffda', 'hex'))), 'image-broken')
  })

  test('a signature alone', async () => {
    for (const start of [
      'ffd8ffe0',
      '89504e470d0a1a0a',
      '474946383961',
      '52494646000000005745425056',
    ]) {
      await refused(Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(200)]), 'image-broken')
    }
  })
})

describe('a JPEG that needs too much work is refused before it is decoded', () => {
  test('thousands of scans, also after a comment that contains an end marker', async () => {
    for (const comment of [undefined, Buffer.from('ffd9', 'hex')]) {
      const bomb = await jpegOfScans({ side: 90, scans: 2000, comment })
      await refused(bomb, 'image-too-slow')
    }
  })

  test('few scans of many pixels, in 3.6 MB of which the comment is most', async () => {
    const comment = Buffer.concat([Buffer.from('ffd9', 'hex'), Buffer.alloc(60_000, 'x')])
    const bomb = await jpegOfScans({ side: 6000, scans: 80, comment, comments: 60 })
    assert.ok(bomb.length > 3_600_000 && bomb.length < 4 * 1024 * 1024, `${bomb.length} bytes`)
    await refused(bomb, 'image-too-slow')
  })

  test('as many scans of few pixels are not', async () => {
    const { width } = await inspectUpload(await jpegOfScans({ side: 90, scans: 80 }))
    assert.equal(width, 90)
  })

  test('nor is the largest progressive picture that may be decoded', async () => {
    const limits = { ...defaultLimits, maxPixels: 2_000_000 }
    for (const kind of ['cmyk', 'rgb'] as const) {
      const picture = await progressiveJpeg(1414, kind)
      assert.equal((await inspectUpload(picture, limits)).width, 1414, kind)
    }
  })
})

test('bytes after the end of a JPEG or PNG are allowed', async () => {
  const jpeg = await jpegOfExactly(60_001)
  assert.equal(jpeg.length, 60_001)
  assert.equal((await inspectUpload(jpeg)).width, 400)
  for (const make of [portraitJpeg, portraitPng]) {
    const trailed = Buffer.concat([await make(small), Buffer.alloc(1000, 0x41)])
    assert.equal((await inspectUpload(trailed)).width, 90)
  }
})

test('no other decoder of libvips can be reached', async () => {
  const tiff = await portraitTiff(small)
  for (const bytes of [tiff, notPhotos.SVG ?? Buffer.of()]) {
    await assert.rejects(sharp(bytes).metadata(), /unsupported image format/)
  }
})

/** The result of rendering: pixels, sizes, order, and no metadata. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import type { RenderedPack, Rendition } from '../../src/renditions/rendition.ts'
import {
  animation,
  colourAt,
  colourPatches,
  cutOff,
  dHash,
  distance,
  greyJpeg,
  jpegOfExactly,
  type Orientation,
  patchColours,
  patchKinds,
  pngWithPackedComments,
  portraitAvif,
  portraitGif,
  portraitJpeg,
  portraitPng,
  portraitWebp,
  telltales,
  transparentPng,
} from '../support/pictures.ts'
import { processorMs, unpackingMs } from '../support/processor-time.ts'

before(closeOtherDecoders)

function jpegOf(pack: RenderedPack, rendition: Rendition | undefined): Uint8Array {
  assert.ok(rendition)
  return pack.bytes.subarray(rendition.offset, rendition.offset + rendition.length)
}

function photoOf(pack: RenderedPack): Uint8Array {
  return jpegOf(pack, pack.renditions[0])
}

function sidesOf(pack: RenderedPack): string[] {
  return pack.renditions.map(({ width, height }) => `${width}x${height}`)
}

function assertColour(actual: readonly number[], expected: readonly number[], tolerance: number) {
  const far = expected.some((value, at) => Math.abs(value - (actual[at] ?? -999)) > tolerance)
  assert.ok(!far && actual.length === expected.length, `${actual} is not ${expected}`)
}

describe('a pack', () => {
  test('holds the photo and every size that fits, largest first, none enlarged', async () => {
    const pack = await renderPack(await portraitJpeg({ width: 256, height: 300 }), 'square')
    const expected = ['256x256', '240x240', '120x120', '96x96', '64x64', '48x48']
    assert.deepEqual(sidesOf(pack), expected)
  })

  test('of a large upload holds only the nine sizes', async () => {
    const pack = await renderPack(await portraitJpeg({ width: 1500, height: 1100 }), 'square')
    const sides = [648, 504, 432, 360, 240, 120, 96, 64, 48]
    assert.deepEqual(
      sidesOf(pack),
      sides.map(side => `${side}x${side}`),
    )
  })

  test('is its JPEGs one after another, each at its listed offset', async () => {
    const upload = await portraitJpeg({ width: 700, height: 900 })
    const pack = await renderPack(upload, 'square')
    let end = 0
    for (const rendition of pack.renditions) {
      assert.equal(rendition.offset, end)
      end += rendition.length
      const jpeg = jpegOf(pack, rendition)
      const { format, width, height, space, isProgressive } = await sharp(jpeg).metadata()
      assert.deepEqual(
        { format, width, height, space, isProgressive },
        {
          ...{ format: 'jpeg', space: 'srgb', isProgressive: false },
          width: rendition.width,
          height: rendition.height,
        },
      )
    }
    assert.equal(pack.bytes.length, end)
  })

  test('opens in a viewer as the photo itself: the first end marker ends the largest', async () => {
    const pack = await renderPack(await portraitJpeg({ grain: 8 }), 'square')
    const firstEnd = Buffer.from(pack.bytes).indexOf(Buffer.from('ffd9', 'hex')) + 2
    assert.equal(firstEnd, pack.renditions[0]?.length)
    assert.equal((await sharp(pack.bytes).metadata()).width, 480)
  })

  test('shows the same picture in every size', async () => {
    const pack = await renderPack(await portraitJpeg({ width: 800, height: 800 }), 'square')
    const photo = await dHash(photoOf(pack))
    for (const rendition of pack.renditions) {
      const far = distance(photo, await dHash(jpegOf(pack, rendition)))
      assert.ok(far <= 4, `${rendition.width}: ${far}`)
    }
  })

  test('is the same for the same bytes', async () => {
    const upload = await portraitJpeg({ seed: 7 })
    const [one, other] = await Promise.all([
      renderPack(upload, 'square'),
      renderPack(upload, 'square'),
    ])
    assert.deepEqual(one, other)
  })
})

describe('framing', () => {
  test('a square is cut from the middle', async () => {
    const pixels = Buffer.alloc(300 * 100 * 3)
    for (let at = 0; at < 300 * 100; at++)
      pixels.fill(at % 300 >= 100 && at % 300 < 200 ? 255 : 0, at * 3, at * 3 + 3)
    const raw = { width: 300, height: 100, channels: 3 } as const
    const pack = await renderPack(await sharp(pixels, { raw }).png().toBuffer(), 'square')
    assert.equal(sidesOf(pack)[0], '100x100')
    for (const x of [2, 50, 97])
      assertColour(await colourAt(photoOf(pack), x, 50), [255, 255, 255], 6)
  })

  const whole = [
    { upload: [103, 77], photo: '103x77' },
    { upload: [1296, 648], photo: '648x324' },
    { upload: [600, 1200], photo: '324x648' },
    { upload: [648, 648], photo: '648x648' },
    { upload: [6480, 48], photo: '648x5' },
  ]
  for (const { upload, photo } of whole) {
    test(`whole, ${upload.join('x')} is one rendition of ${photo}`, async () => {
      const [width = 0, height = 0] = upload
      const pack = await renderPack(await portraitPng({ width, height }), 'whole')
      assert.deepEqual(sidesOf(pack), [photo])
      assert.equal(pack.bytes.length, pack.renditions[0]?.length)
    })
  }

  test('whole shows all of it', async () => {
    const upload = await portraitJpeg({ width: 900, height: 500 })
    const pack = await renderPack(upload, 'whole')
    assert.ok(distance(await dHash(upload), await dHash(photoOf(pack))) <= 3)
  })
})

describe('a photo is rendered upright', () => {
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] satisfies Orientation[]) {
    test(`from orientation ${orientation}`, async () => {
      const size = { width: 700, height: 520 }
      const upright = await dHash(await portraitJpeg(size))
      const turned = await portraitJpeg({ ...size, orientation })
      if (orientation > 1) assert.ok(distance(upright, await dHash(turned)) >= 12)
      const pack = await renderPack(turned, 'whole')
      assert.equal(sidesOf(pack)[0], '648x481')
      assert.ok(distance(upright, await dHash(photoOf(pack))) <= 4)
    })
  }
})

describe('metadata of the upload is removed', () => {
  test('location, camera, author, profile and comment', async () => {
    const plain = await portraitJpeg({ width: 700, height: 700, exif: true, orientation: 6 })
    const withAll = await sharp(plain)
      .keepMetadata()
      .withIccProfile('p3')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Telltale Author</x:xmpmeta>')
      .jpeg()
      .toBuffer()
    const comment = Buffer.from('\xff\xfe\0\x11Telltale Author', 'latin1')
    const upload = Buffer.concat([
      withAll.subarray(0, 2),
      comment,
      withAll.subarray(2),
      Buffer.from('Telltale Author behind the end'),
    ])
    const before = await sharp(upload).metadata()
    assert.ok(before.exif && before.icc && before.xmp, 'the upload has what must vanish')
    for (const telltale of telltales) assert.ok(upload.includes(telltale), telltale)

    const pack = await renderPack(upload, 'square')
    const bytes = Buffer.from(pack.bytes)
    for (const telltale of [...telltales, 'ICC_PROFILE', 'GPS', 'Photoshop', 'xmpmeta']) {
      assert.ok(!bytes.includes(telltale), telltale)
    }
    for (const rendition of pack.renditions) {
      const { exif, icc, xmp, iptc, orientation, comments } = await sharp(
        jpegOf(pack, rendition),
      ).metadata()
      const left = [exif, icc, xmp, iptc, orientation, comments]
      assert.deepEqual(
        left,
        left.map(() => undefined),
      )
    }
  })
})

describe('colours are right in sRGB', () => {
  for (const kind of patchKinds) {
    test(kind, async () => {
      const pack = await renderPack(await colourPatches(kind), 'square')
      // Printing inks cannot reproduce all of these colours.
      const tolerance = kind === 'cmyk-jpeg' ? 60 : 8
      const places = [
        [50, 50],
        [150, 50],
        [50, 150],
        [150, 150],
      ]
      for (const [at, [x = 0, y = 0]] of places.entries()) {
        assertColour(await colourAt(photoOf(pack), x, y), patchColours[at] ?? [], tolerance)
      }
    })
  }

  test('grey stays grey', async () => {
    const photo = photoOf(await renderPack(await greyJpeg(), 'square'))
    for (const [x, grey] of [
      [20, 26],
      [100, 128],
      [180, 230],
    ] as const) {
      assertColour(await colourAt(photo, x, 100), [grey, grey, grey], 5)
    }
  })

  test('transparency is laid on white', async () => {
    const photo = photoOf(await renderPack(await transparentPng(), 'square'))
    assertColour(await colourAt(photo, 150, 100), [255, 255, 255], 2)
    assertColour(await colourAt(photo, 50, 100), [255, 127, 127], 6)
  })
})

describe('every format is rendered', () => {
  const size = { width: 300, height: 300, seed: 3 }
  const makers = { portraitJpeg, portraitPng, portraitGif, portraitWebp, portraitAvif }
  for (const [name, make] of Object.entries(makers)) {
    test(name, async () => {
      const expected = await dHash(await portraitPng(size))
      const pack = await renderPack(await make(size), 'square')
      assert.ok(distance(expected, await dHash(photoOf(pack))) <= 4)
    })
  }

  for (const format of ['gif', 'webp'] as const) {
    test(`only the first frame of a moving ${format}`, async () => {
      const first = await dHash(await portraitPng(size))
      const second = await dHash(await portraitPng({ ...size, seed: 4 }))
      const photo = await dHash(photoOf(await renderPack(await animation(format, size), 'square')))
      assert.ok(distance(first, photo) <= 4)
      assert.ok(distance(second, photo) > 6)
    })
  }

  test('a JPEG of exactly 4 MiB', async () => {
    const upload = await jpegOfExactly(4 * 1024 * 1024)
    assert.equal(upload.length, 4 * 1024 * 1024)
    assert.equal((await renderPack(upload, 'square')).renditions[0]?.width, 400)
  })

  test('a PNG with packed comments, which are not unpacked', async () => {
    const picture = await pngWithPackedComments(500)
    const rendering = await processorMs(() => renderPack(picture, 'square'))
    assert.ok(rendering < (await unpackingMs(100)), `${rendering} ms`)
  })
})

describe('files of real cameras are accepted', () => {
  const end = Buffer.from('ffd9', 'hex')
  test('padding before the end marker, bytes after it, an unusual scan header', async () => {
    const jpeg = await portraitJpeg({ grain: 4 })
    const body = jpeg.subarray(0, jpeg.length - 2)
    const oddScan = Buffer.from(jpeg)
    // Se of a sequential scan is to be 63; some phones write 0.
    oddScan[jpeg.indexOf(Buffer.from('ffda', 'hex')) + 12] = 0
    const uploads = [
      Buffer.concat([body, Buffer.alloc(20, 7), end]),
      Buffer.concat([jpeg, Buffer.alloc(5000, 7)]),
      oddScan,
    ]
    const expected = await dHash(photoOf(await renderPack(jpeg, 'square')))
    for (const upload of uploads) {
      const photo = photoOf(await renderPack(upload, 'square'))
      assert.ok(distance(expected, await dHash(photo)) <= 2)
    }
  })

  test('a broken colour profile is ignored', async () => {
    const jpeg = await colourPatches('p3-jpeg')
    const at = jpeg.indexOf('ICC_PROFILE')
    const upload = Buffer.from(jpeg).fill(0x55, at + 14, at + 300)
    assert.equal((await renderPack(upload, 'square')).renditions[0]?.width, 200)
  })
})

describe('broken pixels are refused as broken', () => {
  test('a JPEG truncated below the square', async () => {
    const upload = cutOff(await portraitJpeg({ width: 400, height: 1200, grain: 4 }), 0.95)
    await assert.rejects(renderPack(upload, 'square'), { code: 'image-broken' })
  })

  test('a truncated AVIF', async () => {
    const upload = await portraitAvif({ grain: 4 })
    for (const share of [0.95, 0.5]) {
      await assert.rejects(renderPack(cutOff(upload, share), 'square'), { code: 'image-broken' })
    }
  })

  test('a truncated GIF', async () => {
    const upload = cutOff(await portraitGif({ grain: 4 }), 0.6)
    await assert.rejects(renderPack(upload, 'square'), { code: 'image-broken' })
  })

  test('a JPEG truncated in the middle, with an end marker, shows the rest or is refused', async () => {
    const upload = cutOff(await portraitJpeg({ grain: 4 }), 0.5)
    const closed = Buffer.concat([upload, Buffer.from('ffd9', 'hex')])
    const outcome = await renderPack(closed, 'square').catch(error => error.code)
    assert.ok(outcome === 'image-broken' || outcome.renditions.length > 0)
  })

  test('a PNG with broken pixels', async () => {
    const png = await portraitPng({ grain: 4 })
    const upload = Buffer.from(png).fill(0x55, png.length >> 1, (png.length >> 1) + 200)
    await assert.rejects(renderPack(upload, 'square'), { code: 'image-broken' })
  })
})

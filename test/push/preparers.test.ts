/** Pictures become what is sent, and a bad one costs only itself. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import type { Preparing } from '../../src/push/prepare.ts'
import { openPreparers, type Preparers } from '../../src/push/preparers.ts'
import { cutOff, dHash, distance, portraitJpeg } from '../support/pictures.ts'

const standard: Preparing = { crop: 'centre', maxBytes: 4_000_000 }

let folder = ''
let preparers: Preparers

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-prepare-'))
  preparers = openPreparers({ count: 1 })
})
after(async () => {
  preparers[Symbol.dispose]()
  await rm(folder, { recursive: true, force: true })
})

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

async function prepare(bytes: Uint8Array | string, preparing: Partial<Preparing> = {}) {
  return await preparers.prepare(await put('picture.jpg', bytes), { ...standard, ...preparing })
}

describe('a prepared picture', () => {
  test('is a square JPEG of at most 648 pixels without metadata', async () => {
    const { jpeg, side } = await prepare(await portraitJpeg({ width: 900, height: 1200 }))
    const metadata = await sharp(jpeg).metadata()
    assert.deepEqual(
      [metadata.format, metadata.width, metadata.height, side],
      ['jpeg', 648, 648, 648],
    )
    assert.equal(metadata.exif ?? metadata.icc ?? metadata.xmp, undefined)
  })

  test('is never larger than the picture', async () => {
    assert.equal((await prepare(await portraitJpeg({ width: 100, height: 130 }))).side, 100)
  })

  for (const orientation of [3, 6, 8] as const) {
    test(`is upright (orientation ${orientation})`, async () => {
      const upright = await prepare(await portraitJpeg({ width: 600, height: 800 }))
      const turned = await prepare(await portraitJpeg({ width: 600, height: 800, orientation }))
      assert.ok(distance(await dHash(upright.jpeg), await dHash(turned.jpeg)) <= 6)
    })
  }

  test('is the same each time, to the byte', async () => {
    const bytes = await portraitJpeg({ seed: 5 })
    assert.equal((await prepare(bytes)).hash, (await prepare(bytes)).hash)
  })

  test('fits into the bytes that are allowed', async () => {
    const bytes = await portraitJpeg({ width: 900, height: 900, grain: 60 })
    for (const maxBytes of [100_000, 20_000, 3000]) {
      assert.ok((await prepare(bytes, { maxBytes })).jpeg.length <= maxBytes)
    }
  })

  test('shows the part above the middle with top-third', async () => {
    const upper = sharp({ create: { width: 300, height: 300, channels: 3, background: '#ff0000' } })
    const tall = await upper.extend({ bottom: 300, background: '#0000ff' }).jpeg().toBuffer()
    const redOf = async (crop: Preparing['crop']) => {
      const { channels } = await sharp((await prepare(tall, { crop })).jpeg).stats()
      return channels[0]?.mean ?? 0
    }
    assert.ok((await redOf('top-third')) > (await redOf('centre')) + 20)
    assert.ok((await redOf('attention')) >= 0)
  })

  const kinds: Readonly<Record<string, () => Promise<Buffer>>> = {
    'a PNG that is called JPEG': async () =>
      sharp(await portraitJpeg())
        .png()
        .toBuffer(),
    'CMYK of a print shop': async () =>
      sharp(await portraitJpeg())
        .toColourspace('cmyk')
        .jpeg()
        .toBuffer(),
    'a PNG of 16 bits': async () =>
      sharp(await portraitJpeg())
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    'a grey picture': async () =>
      sharp(await portraitJpeg())
        .greyscale()
        .jpeg()
        .toBuffer(),
    TIFF: async () =>
      sharp(await portraitJpeg())
        .tiff()
        .toBuffer(),
  }
  for (const [what, make] of Object.entries(kinds)) {
    test(`looks like ${what}`, async () => {
      const whole = await prepare(await portraitJpeg())
      const other = await prepare(await make())
      assert.ok(distance(await dHash(whole.jpeg), await dHash(other.jpeg)) <= 6)
      assert.equal((await sharp(other.jpeg).metadata()).space, 'srgb')
    })
  }

  test('has hints for what is small or blurred, and none for what is neither', async () => {
    const clear = await portraitJpeg({ width: 700, height: 700, grain: 20 })
    assert.deepEqual((await prepare(clear)).hints, [])
    const blurred = await sharp(clear).blur(6).jpeg().toBuffer()
    assert.deepEqual((await prepare(blurred)).hints, ['blurred'])
    assert.ok(
      (await prepare(await portraitJpeg({ width: 90, height: 90 }))).hints.includes('small'),
    )
  })
})

describe('a bad picture', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300"/></svg>'
  const bad: Readonly<Record<string, () => Promise<Uint8Array | string>>> = {
    'is no picture': async () => 'Dear photographer',
    'is an SVG that is called JPEG': async () => svg,
    'is half of one': async () => cutOff(await portraitJpeg(), 0.5),
    'is its beginning': async () => cutOff(await portraitJpeg(), 0.01),
  }
  for (const [what, make] of Object.entries(bad)) {
    test(`${what}: it is refused in words, and the next one is prepared`, async () => {
      await assert.rejects(prepare(await make()), {
        name: 'Unpreparable',
        message: /export it|broken|decoded/,
      })
      assert.equal((await prepare(await portraitJpeg({ width: 100, height: 100 }))).side, 100)
    })
  }

  test('that is gone is said to be gone', async () => {
    await assert.rejects(preparers.prepare(join(folder, 'gone.jpg'), standard), /gone/)
  })

  test('of 60 megapixels is prepared, too', async () => {
    const create = { width: 7750, height: 7750, channels: 3, background: '#336699' } as const
    const huge = await sharp({ create }).jpeg().toBuffer()
    assert.equal((await prepare(huge)).side, 648)
  })

  test('that ends its decoder costs only itself', async () => {
    const entry = await put('dying.mjs', "process.on('message', () => process.exit(1))")
    using dying = openPreparers({ count: 1, entry })
    for (const _ of [1, 2]) await assert.rejects(dying.see(Buffer.from('x')), /decoder ended/)
  })

  test('that takes too long is given up', async () => {
    const entry = await put('slow.mjs', "process.on('message', () => {})")
    using slow = openPreparers({ count: 1, entry, timeoutMs: 50 })
    const all = [1, 2, 3].map(() => slow.see(Buffer.from('x')))
    for (const one of await Promise.allSettled(all)) {
      assert.match(String(one.status === 'rejected' && one.reason), /took more than/)
    }
  })
})

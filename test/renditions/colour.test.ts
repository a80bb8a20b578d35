/** Colour that a picture declares without an ICC profile. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { writeAvif } from '../support/avif-files.ts'
import { colourAt, colourPatches } from '../support/pictures.ts'

before(closeOtherDecoders)

const side = 96

/** The same in every pixel. */
async function shown(upload: Uint8Array): Promise<readonly number[]> {
  const { bytes, renditions } = await renderPack(upload, 'square')
  return colourAt(bytes.subarray(0, renditions[0]?.length), 40, 40)
}

function assertNear(actual: readonly number[], expected: readonly number[], tolerance = 3): void {
  const far = expected.some((value, at) => Math.abs(value - (actual[at] ?? -999)) > tolerance)
  assert.ok(!far && actual.length === expected.length, `${actual} is not ${expected}`)
}

function flatPng([r = 0, g = 0, b = 0]: readonly number[]): Promise<Buffer> {
  const create = { width: side, height: side, channels: 3, background: { r, g, b } } as const
  return sharp({ create }).png().toBuffer()
}

type Chunk = readonly [type: string, ...numbers: readonly number[]]

/** The chunks come after the header; numbers of cICP and sRGB are one byte, others four. */
function tell(png: Buffer, ...chunks: readonly Chunk[]): Buffer {
  const written = chunks.map(([type, ...numbers]) => {
    const size = type === 'cICP' || type === 'sRGB' ? 1 : 4
    const chunk = Buffer.alloc(12 + numbers.length * size)
    chunk.writeUInt32BE(numbers.length * size)
    chunk.write(type, 4, 'latin1')
    for (const [at, number] of numbers.entries()) chunk.writeUIntBE(number, 8 + at * size, size)
    chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
    return chunk
  })
  return Buffer.concat([png.subarray(0, 33), ...written, png.subarray(33)])
}

const p3 = [200, 80, 80]
const p3InSrgb = [216, 69, 75]
const p3Chroma: Chunk = ['cHRM', 31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000]
const srgbChroma: Chunk = ['cHRM', 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000]

describe('the colour of a PNG is read', () => {
  test('by cICP: Display P3', async () => {
    assertNear(await shown(tell(await flatPng(p3), ['cICP', 12, 13, 0, 1])), p3InSrgb)
  })

  test('by cICP, of which black and white are 16 and 235', async () => {
    assertNear(
      await shown(tell(await flatPng([16, 235, 126]), ['cICP', 1, 13, 0, 0])),
      [0, 255, 128],
    )
  })

  test('by cHRM, and gAMA as sRGB has it', async () => {
    const png = tell(await flatPng(p3), ['gAMA', 45_455], p3Chroma)
    assertNear(await shown(png), p3InSrgb)
  })

  test('by gAMA: light itself, 1.8 of old Macintoshes', async () => {
    assertNear(await shown(tell(await flatPng([55, 55, 55]), ['gAMA', 100_000])), [128, 128, 128])
    const mac = 255 * 0.5 ** (1.8 / 2.2)
    assertNear(await shown(tell(await flatPng([128, 0, 255]), ['gAMA', 55_556])), [mac, 0, 255], 4)
  })

  test('by gAMA, in grey and in 16 bits', async () => {
    for (const space of ['b-w', 'grey16', 'rgb16']) {
      const png = await sharp(await flatPng([55, 55, 55]))
        .toColourspace(space)
        .png()
        .toBuffer()
      assertNear(await shown(tell(png, ['gAMA', 100_000])), [128, 128, 128])
    }
  })

  test('the first of these counts: cICP, ICC profile, sRGB, the others', async () => {
    const profiled = await sharp(await flatPng(p3InSrgb))
      .withIccProfile('p3')
      .png()
      .toBuffer()
    assertNear(await shown(tell(profiled, ['gAMA', 100_000], srgbChroma)), p3InSrgb)
    assertNear(await shown(tell(profiled, ['cICP', 1, 13, 0, 1])), p3, 4)
    const srgb = tell(await flatPng(p3), ['sRGB', 0], ['gAMA', 100_000], p3Chroma)
    assertNear(await shown(srgb), p3)
    const both = tell(await flatPng(p3), ['cICP', 12, 13, 0, 1], ['gAMA', 100_000])
    assertNear(await shown(both), p3InSrgb)
  })

  test('and one that means nothing is left aside', async () => {
    const png = await flatPng(p3)
    const nonsense: Chunk[] = [
      ['cICP', 200, 13, 0, 1],
      ['cICP', 12, 200, 0, 1],
      ['cICP', 12, 13, 1, 1],
      ['cICP', 12, 13],
      ['gAMA', 0],
      ['gAMA', 0xffffffff],
      ['gAMA'],
      ['cHRM', 0, 0, 0, 0, 0, 0, 0, 0],
      ['cHRM', ...Array(8).fill(0xffffffff)],
      ['cHRM', 31_270, 32_900, 1, 1, 2, 2, 3, 3],
      ['cHRM', 31_270],
    ]
    for (const chunk of nonsense) assertNear(await shown(tell(png, chunk)), p3)
  })

  test('and pixels of sRGB stay as they are, bit for bit', async () => {
    const png = await colourPatches('png')
    const plain = await renderPack(png, 'square')
    const rounded: Chunk = ['cHRM', 31_269, 32_899, 63_999, 33_001, 30_000, 60_000, 15_000, 5999]
    for (const chunks of [
      [['cICP', 1, 13, 0, 1]],
      [['sRGB', 0], ['gAMA', 45_455], srgbChroma],
      [['gAMA', 45_455], rounded],
      [['gAMA', 45_454]],
    ] satisfies Chunk[][]) {
      assert.deepEqual(await renderPack(tell(png, ...chunks), 'square'), plain)
    }
  })
})

type Codes = readonly [primaries: number, transfer: number]

async function flatAvif(
  rgb: readonly number[],
  nclx?: Codes,
  bitdepth: 8 | 10 = 8,
): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const
  const pixels = Uint16Array.from({ length: side * side * 3 }, (_, at) =>
    Math.round(((rgb[at % 3] ?? 0) * 65_535) / 255),
  )
  const picture = sharp(pixels, { raw }).toColourspace('rgb16')
  const fine = { bitdepth, quality: 100, chromaSubsampling: '4:4:4', effort: 0 } as const
  const frames = [await picture.avif(fine).toBuffer()]
  return writeAvif({ frames, width: side, height: side, ...(nclx && { nclx }) })
}

describe('the colour of an AVIF is read from nclx', () => {
  for (const bits of [8, 10] as const) {
    test(`Display P3 in ${bits} bits`, async () => {
      assertNear(await shown(await flatAvif(p3, [12, 13], bits)), p3InSrgb, 4)
    })
  }

  test('the P3 of cinemas, whose white is another one', async () => {
    assertNear(await shown(await flatAvif([255, 255, 255], [11, 13])), [255, 255, 255])
  })

  test('and pixels of sRGB and of video stay exactly as they are', async () => {
    const frames = [await colourPatches('avif')]
    const size = { width: 200, height: 200 }
    const plain = await renderPack(writeAvif({ frames, ...size }), 'square')
    const codes: Codes[] = [
      [1, 13],
      [1, 1],
      [2, 2],
      [1, 6],
    ]
    for (const nclx of codes) {
      assert.deepEqual(await renderPack(writeAvif({ frames, ...size, nclx }), 'square'), plain)
    }
  })

  test('and undefined codes are ignored', async () => {
    for (const codes of [
      [0, 13],
      [12, 0],
      [65_535, 65_535],
    ] satisfies Codes[]) {
      assertNear(await shown(await flatAvif(p3, codes)), p3, 4)
    }
  })
})

/** The columns are the light of sRGB's red, green and blue in BT.2020. ITU-R BT.2087 table 4 */
const srgbIn2020 = [
  [0.6274, 0.3293, 0.0433],
  [0.0691, 0.9195, 0.0114],
  [0.0164, 0.088, 0.8956],
] as const

/** The values of an HDR camera for white paper at 203 candela per square metre. */
function storeHdr(rgb: readonly number[], curve: 'pq' | 'hlg', brightness = 1): number[] {
  const light = rgb.map(value => brightness * ((value / 255 + 0.055) / 1.055) ** 2.4)
  const wide = srgbIn2020.map(row =>
    row.reduce((sum, part, at) => sum + part * (light[at] ?? 0), 0),
  )
  if (curve === 'pq') return wide.map(value => 255 * toPq((value * 203) / 10_000))
  const [r = 0, g = 0, b = 0] = wide.map(value => (value * 203) / 1000)
  const seen = 0.2627 * r + 0.678 * g + 0.0593 * b
  return [r, g, b].map(value => 255 * toHlg(value * seen ** (-0.2 / 1.2)))
}

function toPq(light: number): number {
  const power = light ** (2610 / 16_384)
  return ((3424 / 4096 + (2413 / 128) * power) / (1 + (2392 / 128) * power)) ** (2523 / 32)
}

function toHlg(light: number): number {
  if (light <= 1 / 12) return Math.sqrt(3 * light)
  return 0.17883277 * Math.log(12 * light - 0.28466892) + 0.55991073
}

describe('a picture brighter than white is toned down', () => {
  const codes = { pq: [9, 16], hlg: [9, 18] } as const
  for (const curve of ['pq', 'hlg'] as const) {
    test(`${curve}: usual colours look as they do without`, async () => {
      const colours = [
        [200, 60, 40],
        [40, 160, 80],
        [50, 70, 200],
        [128, 128, 128],
        [220, 180, 160],
        [20, 20, 20],
      ]
      for (const rgb of colours) {
        const upload = await flatAvif(storeHdr(rgb, curve), codes[curve], 10)
        assertNear(await shown(upload), rgb, 8)
      }
    })

    test(`${curve}: paper stays nearly white, and a lamp is brighter`, async () => {
      const paper = await shown(await flatAvif(storeHdr([255, 255, 255], curve), codes[curve], 10))
      assert.ok(Math.min(...paper) >= 235 && Math.max(...paper) <= 250, `${paper}`)
      const lamp = storeHdr([255, 255, 255], curve, 4.8)
      assertNear(await shown(await flatAvif(lamp, codes[curve], 10)), [255, 255, 255], 2)
    })
  }

  test('in a PNG of 8 or 16 bits, by cICP', async () => {
    const stored = storeHdr([128, 128, 128], 'pq').map(Math.round)
    const png = await flatPng(stored)
    const deep = await sharp(png).toColourspace('rgb16').png().toBuffer()
    for (const upload of [png, deep]) {
      assertNear(await shown(tell(upload, ['cICP', 9, 16, 0, 1])), [128, 128, 128], 4)
    }
  })
})

/** Any bytes end soon as a valid pack or as a Failure about images. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import sharp from 'sharp'
import { Failure } from '../../src/failure.ts'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { writeAvif } from '../support/avif-files.ts'
import { inspectUpload } from '../support/inspect.ts'
import {
  animation,
  colourPatches,
  portraitAvif,
  portraitGif,
  portraitJpeg,
  portraitPng,
  portraitWebp,
  withoutTransparency,
} from '../support/pictures.ts'

const originals: Buffer[] = []
const seed = 20_240_601

before(async () => {
  closeOtherDecoders()
  const size = { width: 60, height: 72, grain: 2 }
  originals.push(
    await portraitJpeg({ ...size, exif: true, orientation: 6 }),
    await portraitJpeg({ ...size, progressive: true }),
    await colourPatches('cmyk-jpeg', 60),
    await colourPatches('16-bit-p3-png', 60),
    await portraitPng(size),
    await portraitGif(size),
    await portraitWebp(size),
    await portraitAvif(size),
    await animation('gif', size),
    await animation('webp', size),
    ...(await oddlyBuilt()),
  )
})

/** Each is read by code of our own before, or beside, the decoder. */
async function oddlyBuilt(): Promise<Buffer[]> {
  const size = { width: 60, height: 60 }
  const still = await portraitAvif(size)
  const frames = [still, still]
  const onCanvas = withoutTransparency(await portraitGif(size))
  onCanvas.writeUInt16LE(80, 6)
  const { bytes, renditions } = await renderPack(await portraitJpeg({ grain: 2 }), 'square')
  const smallest = renditions.at(-1)
  return [
    writeAvif({ frames, ...size, kind: 'both', nclx: [9, 16] }),
    writeAvif({ frames, ...size, kind: 'track', nclx: [12, 13] }),
    onCanvas,
    Buffer.from(bytes.subarray(smallest?.offset)),
    (await portraitJpeg(size)).subarray(0, -2),
  ]
}

/** The number of them, from 0. */
const lastOriginal = 14

type Change =
  | Readonly<{ kind: 'set'; at: number; value: number }>
  | Readonly<{ kind: 'cut'; at: number; length: number }>
  | Readonly<{ kind: 'insert'; at: number; bytes: Uint8Array }>
  | Readonly<{ kind: 'splice'; at: number; from: number; source: number }>
  | Readonly<{ kind: 'truncate'; at: number }>

/** Half of the places are near the beginning, where headers are. */
const place = fc.oneof(
  fc.double({ min: 0, max: 0.15, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: place, value: fc.nat(255) }),
  fc.record({
    kind: fc.constant('cut' as const),
    at: place,
    length: fc.integer({ min: 1, max: 64 }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    bytes: fc.uint8Array({ maxLength: 32 }),
  }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    from: place,
    source: fc.nat(lastOriginal),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
)

function apply(bytes: Buffer, change: Change): Buffer {
  const at = Math.floor(change.at * bytes.length)
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (change.kind) {
    case 'set':
      return Buffer.concat([head, Buffer.of(change.value), tail.subarray(1)])
    case 'cut':
      return Buffer.concat([head, tail.subarray(change.length)])
    case 'insert':
      return Buffer.concat([head, change.bytes, tail])
    case 'splice': {
      const other = originals[change.source] ?? Buffer.of()
      return Buffer.concat([head, other.subarray(Math.floor(change.from * other.length))])
    }
    case 'truncate':
      return head
  }
}

async function endsWell(bytes: Uint8Array): Promise<boolean> {
  const startedMs = performance.now()
  try {
    const { width, height } = await inspectUpload(bytes)
    const pack = await renderPack(bytes, 'square')
    const side = Math.min(width, height, 648)
    assert.deepEqual([pack.renditions[0]?.width, pack.renditions[0]?.height], [side, side])
    const smallest = pack.renditions.at(-1)
    assert.ok(smallest && smallest.offset + smallest.length === pack.bytes.length)
    const read = await sharp(pack.bytes.subarray(smallest.offset)).metadata()
    assert.deepEqual([read.format, read.width, read.height], ['jpeg', 48, 48])
    return true
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    assert.match(error.code, /^(?:image-|body-empty$)/)
    return false
  } finally {
    assert.ok(performance.now() - startedMs < 30_000, 'it takes too long')
  }
}

test('a photo with any damage ends as a pack or as a failure', async () => {
  let packs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(lastOriginal),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (original, changes) => {
        if (await endsWell(changes.reduce(apply, originals[original] ?? Buffer.of()))) packs++
      },
    ),
    { numRuns: 300, seed },
  )
  assert.ok(
    packs > 15,
    `only ${packs} of the damaged photos could be rendered: the test sees too little`,
  )
})

test('a photo cut off anywhere ends as a pack or as a failure', async () => {
  assert.equal(originals.length, lastOriginal + 1)
  for (const original of originals) {
    assert.ok(await endsWell(original))
    for (let length = 0; length < original.length; length += Math.ceil(original.length / 25)) {
      await endsWell(original.subarray(0, length))
    }
  }
})

test('random bytes, also after the signature of a photo, are refused', async () => {
  const signatures = [
    '',
    'ffd8ff',
    '89504e470d0a1a0a',
    '474946383961',
    '0000001c66747970617669660000',
  ]
  const start = fc.constantFrom(...signatures).map(hex => Buffer.from(hex, 'hex'))
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 400 }), async (signature, bytes) => {
      assert.equal(await endsWell(Buffer.concat([signature, bytes])), false)
    }),
    { numRuns: 300, seed },
  )
})

test('random text is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.json()),
      async text => {
        assert.equal(await endsWell(Buffer.from(text)), false)
      },
    ),
    { numRuns: 200, seed },
  )
})

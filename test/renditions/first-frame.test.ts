/** The photo of an animated picture, also if its first frame is smaller than its canvas. */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { Failure } from '../../src/failure.ts'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { renderPack } from '../../src/renditions/render.ts'
import { writeAvif } from '../support/avif-files.ts'
import { inspectUpload } from '../support/inspect.ts'
import {
  animation,
  colourAt,
  cutOff,
  dHash,
  distance,
  portraitAvif,
  withoutTransparency,
} from '../support/pictures.ts'

before(closeOtherDecoders)

async function photoOf(upload: Uint8Array): Promise<Uint8Array> {
  const { bytes, renditions } = await renderPack(upload, 'square')
  return bytes.subarray(0, renditions[0]?.length)
}

function assertColour(actual: readonly number[], expected: readonly number[]): void {
  const far = expected.some((value, at) => Math.abs(value - (actual[at] ?? -999)) > 6)
  assert.ok(!far, `${actual} is not ${expected}`)
}

describe('an animated AVIF is its first frame', () => {
  const size = { width: 160, height: 120 }

  async function moving(kind: 'both' | 'track', nclx?: readonly [number, number]): Promise<Buffer> {
    const frames = [
      await portraitAvif({ ...size, seed: 3 }),
      await portraitAvif({ ...size, seed: 4 }),
    ]
    return writeAvif({ frames, ...size, kind, ...(nclx && { nclx }) })
  }

  for (const kind of ['both', 'track'] as const) {
    const has = kind === 'both' ? 'with a still picture as well' : 'that is a track only'
    test(has, async () => {
      const upload = await moving(kind)
      assert.deepEqual(await inspectUpload(upload), { format: 'avif', ...size })
      const [first, second] = await Promise.all(
        [3, 4].map(async seed => dHash(await photoOf(await portraitAvif({ ...size, seed })))),
      )
      const photo = await dHash(await photoOf(upload))
      assert.ok(distance(photo, first ?? 0n) <= 4)
      assert.ok(distance(photo, second ?? 0n) > 6)
    })

    test(`${has}, in Display P3`, async () => {
      const plain = await colourAt(await photoOf(await moving(kind)), 60, 60)
      const wide = await colourAt(await photoOf(await moving(kind, [12, 13])), 60, 60)
      assert.notDeepEqual(wide, plain)
    })

    test(`${has}, with any byte of its boxes changed: a photo or a refusal`, async () => {
      const upload = await moving(kind)
      const boxes = upload.indexOf('mdat')
      for (let at = 0; at < boxes; at += 3) {
        const changed = Buffer.from(upload)
        changed[at] = (changed[at] ?? 0) ^ 0xff
        await inspectUpload(changed).catch(error => assert.ok(error instanceof Failure, `${error}`))
      }
    })

    test(`${has}, truncated: refused`, async () => {
      const upload = await moving(kind)
      const first = upload.indexOf('mdat') + 100
      for (const cut of [upload.subarray(0, first), cutOff(upload, 0.2)]) {
        await assert.rejects(renderPack(cut, 'square'), Failure)
      }
    })
  }
})

describe('canvas that the first frame of a GIF leaves free is white', () => {
  /** A red frame of 60 x 60 at that place of a canvas of 120 x 120. */
  async function onCanvas(left: number, top: number, frame?: Buffer): Promise<Buffer> {
    const create = { width: 60, height: 60, channels: 3, background: '#ff0000' } as const
    const gif = Buffer.from(frame ?? (await sharp({ create }).gif().toBuffer()))
    gif.writeUInt16LE(120, 6)
    gif.writeUInt16LE(120, 8)
    const image = gif.indexOf(Buffer.from('2c000000003c003c00', 'hex'))
    gif.writeUInt16LE(left, image + 1)
    gif.writeUInt16LE(top, image + 3)
    return withoutTransparency(gif)
  }

  test('right and below, left and above', async () => {
    const places = [
      [30, 30],
      [90, 30],
      [30, 90],
      [90, 90],
    ] as const
    for (const [left, top] of [
      [0, 0],
      [60, 60],
    ] as const) {
      const photo = await photoOf(await onCanvas(left, top))
      for (const [x, y] of places) {
        const isRed = x >= left && x < left + 60 && y >= top && y < top + 60
        assertColour(await colourAt(photo, x, y), isRed ? [254, 0, 0] : [255, 255, 255])
      }
    }
  })

  test('also in an animated GIF', async () => {
    const gif = await animation('gif', { width: 60, height: 60 })
    const photo = await photoOf(await onCanvas(0, 0, gif))
    assertColour(await colourAt(photo, 90, 90), [255, 255, 255])
  })

  test('and a truncated GIF is still refused', async () => {
    const gif = await onCanvas(0, 0, await animation('gif', { width: 60, height: 60 }))
    for (const share of [0.05, 0.2]) {
      await assert.rejects(renderPack(cutOff(gif, share), 'square'), { code: 'image-broken' })
    }
  })
})

/** The pass over a JPEG's markers: what it counts, and bytes that are not markers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countScans } from '../../src/renditions/jpeg-scans.ts'
import { jpegOfScans, portraitJpeg, progressiveJpeg } from '../support/pictures.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('a usual JPEG has one scan over its blocks, and ends at its last byte', async () => {
  const jpeg = await portraitJpeg({ width: 160, height: 96 })
  // 10 x 6 units of 16 x 16 pixels, with four blocks of brightness and two of colour.
  assert.deepEqual(countScans(jpeg), { scans: 1, blocks: 60 * 6, end: jpeg.length })
})

test('each scan of a progressive one counts with the blocks of its components', async () => {
  const jpeg = await progressiveJpeg(80, 'rgb')
  const more = await jpegOfScans({ side: 80, scans: 7 })
  const { scans, blocks } = countScans(jpeg)
  assert.equal(scans, 10)
  assert.deepEqual(countScans(more), { scans: 17, blocks: blocks + 700, end: more.length })
})

test('bytes inside a segment are not markers, and bytes after the end do not count', async () => {
  const jpeg = await portraitJpeg({ width: 160, height: 96 })
  const held = hex('fffe 000a ffd9 ffda 0008 ffd9')
  const trailed = Buffer.concat([jpeg.subarray(0, 2), held, jpeg.subarray(2), jpeg])
  assert.deepEqual(countScans(trailed), { scans: 1, blocks: 360, end: jpeg.length + held.length })
})

test('padding, stray bytes, restarts and escaped bytes do not end a scan', () => {
  const frame = hex('ffc0 000b 08 0010 0010 01 01 11 00')
  const scan = hex('ffda 0008 01 01 00 00 3f 00')
  const data = hex('00 ff00 12 ffd0 34 ff00 ffd7 ffffff')
  const jpeg = Buffer.concat([hex('ffd8 ff ff 41'), frame, scan, data, hex('ffd9')])
  assert.deepEqual(countScans(jpeg), { scans: 1, blocks: 4, end: jpeg.length })
})

test('without an end marker there is no end, wherever it is cut', async () => {
  const jpeg = await portraitJpeg({ width: 160, height: 96 })
  for (let length = 0; length < jpeg.length; length++) {
    assert.equal(countScans(jpeg.subarray(0, length)).end, undefined)
  }
})

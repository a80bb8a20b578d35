/** What a file is by its first bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Format, recognize } from '../../../web/src/crop/recognize.ts'

const heic = (brand: string) => `\0\0\0\x18ftyp${brand}\0\0\0\0mif1heic`

const files: readonly (readonly [string, string, Format | undefined])[] = [
  ['a JPEG', '\xff\xd8\xff\xe0\0\x10JFIF', 'jpeg'],
  ['a PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'png'],
  ['a GIF', 'GIF89a\x01\0', 'gif'],
  ['a WebP', 'RIFF\x10\0\0\0WEBPVP8 ', 'webp'],
  ['an AVIF', '\0\0\0\x1cftypavif\0\0\0\0mif1', 'avif'],
  ['an animated AVIF', '\0\0\0\x1cftypavis\0\0\0\0', 'avif'],
  ['a picture of an iPhone', heic('heic'), 'heic'],
  ['HEIF of another camera', heic('mif1'), 'heic'],
  ['a burst of an iPhone', heic('hevc'), 'heic'],
  ['a film', '\0\0\0\x18ftypisom\0\0\0\0', undefined],
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg'],
  ['an SVG with a prologue', '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by -->\n<SVG>', 'svg'],
  ['a web page', '<!doctype html><html>', undefined],
  ['a text that speaks of SVG', 'about <svg>', undefined],
  ['a PDF', '%PDF-1.7', undefined],
  ['nothing', '', undefined],
]

for (const [name, text, format] of files) {
  test(`${name} is ${format ?? 'none of the known formats'}.`, () => {
    assert.equal(recognize(Buffer.from(text, 'latin1')), format)
  })
}

test('A file made to confuse takes no long time.', () => {
  assert.equal(recognize(Buffer.from(`<?${'<!---->'.repeat(10_000)}`)), undefined)
})

/**
 * An animated AVIF -> its first frame as a still AVIF. It moves boxes and decodes nothing.
 * https://aomediacodec.github.io/av1-avif/#image-sequences
 */

import { type Box, boxesIn, findBox } from './boxes.ts'

/**
 * libvips does not open a file whose first brand is that of a sequence. Most such files also have a still
 * picture, which is the first frame: then brands and tracks of sequences are hidden from the decoder.
 * Otherwise the still picture is made from the track.
 */
export function asStill(bytes: Uint8Array): Uint8Array {
  const avif = Buffer.from(bytes)
  const boxes = boxesIn(avif)
  if (!boxes.some(({ type }) => type === 'meta')) return makeStill(avif) ?? bytes
  for (const { type, at, body } of boxes) {
    if (type === 'ftyp') hideSequenceBrands(body)
    if (type === 'moov') avif.write('free', at + 4, 'latin1')
  }
  return avif
}

/** Fields of four bytes: the main brand, a version, all brands. */
function hideSequenceBrands(brands: Buffer): void {
  for (let at = 0; at + 4 <= brands.length; at += 4) {
    const brand = brands.toString('latin1', at, at + 4)
    if (brand === 'avis' || (brand === 'msf1' && at === 0)) brands.write('avif', at, 'latin1')
    else if (brand === 'msf1') brands.write('mif1', at, 'latin1')
  }
}

type Frame = Readonly<{ size: Buffer; properties: readonly Buffer[]; data: Buffer }>

function makeStill(avif: Buffer): Buffer | undefined {
  try {
    const frame = findFrame(avif)
    return frame && writeStill(frame)
  } catch (error) {
    // A table is shorter than its own counts require.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function findFrame(avif: Buffer): Frame | undefined {
  const tracks = boxesIn(findBox(avif, 'moov') ?? empty).filter(({ type }) => type === 'trak')
  const media = tracks.map(({ body }) => findBox(body, 'mdia')).find(isPicture)
  const tables = findBox(findBox(media, 'minf'), 'stbl')
  const entry = findBox(findBox(tables, 'stsd')?.subarray(8), 'av01')
  const data = tables && findFirstSample(avif, tables)
  if (!entry || !data) return undefined
  // A sample entry has 78 bytes before its boxes; only the size is used.
  const size = Buffer.alloc(12)
  size.writeUInt32BE(entry.readUInt16BE(24), 4)
  size.writeUInt32BE(entry.readUInt16BE(26), 8)
  return { size, properties: boxesIn(entry.subarray(78)).flatMap(keepProperty), data }
}

const empty = Buffer.alloc(0)

/** False for the track of transparency. */
function isPicture(media: Buffer | undefined): boolean {
  return findBox(media, 'hdlr')?.toString('latin1', 8, 12) === 'pict'
}

function keepProperty({ type, body }: Box): readonly Buffer[] {
  return type === 'av1C' || type === 'colr' ? [box(type, body)] : []
}

/** The first sample of the first chunk. There is one size for all, or one for each. */
function findFirstSample(avif: Buffer, tables: Buffer): Buffer | undefined {
  const sizes = findBox(tables, 'stsz')
  const offsets = findBox(tables, 'stco')
  const longOffsets = findBox(tables, 'co64')
  const start = offsets?.readUInt32BE(8) ?? Number(longOffsets?.readBigUInt64BE(8))
  const length = sizes && (sizes.readUInt32BE(4) || sizes.readUInt32BE(12))
  if (!length || !(start + length <= avif.length)) return undefined
  return avif.subarray(start, start + length)
}

/** A file with one item: number 1, of type av01. https://www.iso.org/standard/83650.html 8.11 */
function writeStill({ size, properties, data }: Frame): Buffer {
  const own = [box('ispe', size), ...properties]
  const numbers = own.map((_, index) => index + 1)
  const association = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0, 1, own.length, ...numbers])
  const head = (at: number): Buffer =>
    Buffer.concat([
      box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1')),
      box(
        'meta',
        Buffer.alloc(4),
        box('hdlr', Buffer.alloc(8), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
        box('pitm', Buffer.from([0, 0, 0, 0, 0, 1])),
        box('iloc', oneExtent, number(at), number(data.length)),
        box('iinf', Buffer.from([0, 0, 0, 0, 0, 1]), box('infe', itemEntry)),
        box('iprp', box('ipco', ...own), box('ipma', association)),
      ),
    ])
  return Buffer.concat([head(head(0).length + 8), box('mdat', data)])
}

/** Offsets and lengths of four bytes; one item, number 1, in one piece. */
const oneExtent = Buffer.from('0000000044000001000100000001', 'hex')
const itemEntry = Buffer.from('\x02\0\0\0\0\x01\0\0av01\0', 'latin1')

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 8)
  return Buffer.concat([number(length), Buffer.from(type, 'latin1'), ...parts])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

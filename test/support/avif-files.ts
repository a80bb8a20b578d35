/**
 * AVIF files as other programs write them, around frames encoded by sharp: with a colour by nclx, and animated. Only
 * the boxes needed for that are written.
 */

import { boxesIn, findBox } from '../../src/renditions/boxes.ts'

export type AvifFile = Readonly<{
  /** AVIF files by sharp, one for each frame. */
  frames: readonly Buffer[]
  width: number
  height: number
  /** Primaries and transfer. */
  nclx?: readonly [number, number]
  /** 'still': the first frame. 'both': also as a track. 'track': there is no still picture. */
  kind?: 'still' | 'both' | 'track'
}>

export function writeAvif({ frames, width, height, nclx, kind = 'still' }: AvifFile): Buffer {
  const data = frames.map(frame => findBox(frame, 'mdat') ?? Buffer.of())
  const properties = [
    box('av1C', findConfiguration(frames[0] ?? Buffer.of())),
    ...(nclx
      ? [box('colr', text('nclx'), short(nclx[0]), short(nclx[1]), short(6), byte(128))]
      : []),
  ]
  const size = { width, height }
  const write = (at: number): Buffer =>
    Buffer.concat([
      box('ftyp', text(`${kind === 'still' ? 'avif' : 'avis'}\0\0\0\0avifavismif1msf1miaf`)),
      ...(kind === 'track' ? [] : [writeMeta(at, data[0]?.length ?? 0, size, properties)]),
      ...(kind === 'still' ? [] : [writeMovie(at, data, size, properties)]),
    ])
  const head = write(write(0).length + 8)
  return Buffer.concat([head, box('mdat', ...(kind === 'still' ? data.slice(0, 1) : data))])
}

type Size = Readonly<{ width: number; height: number }>

function writeMeta(at: number, length: number, size: Size, more: readonly Buffer[]): Buffer {
  const properties = [box('ispe', long(0), long(size.width), long(size.height)), ...more]
  const numbers = properties.map((_, index) => byte(index + 1))
  return box(
    'meta',
    long(0),
    box('hdlr', long(0), long(0), text('pict'), Buffer.alloc(13)),
    box('pitm', long(0), short(1)),
    box('iloc', long(0), byte(0x44), byte(0), ...[1, 1, 0, 1].map(short), long(at), long(length)),
    box(
      'iinf',
      long(0),
      short(1),
      box('infe', long(0x2000000), short(1), short(0), text('av01\0')),
    ),
    box(
      'iprp',
      box('ipco', ...properties),
      box('ipma', long(0), long(1), short(1), byte(numbers.length), ...numbers),
    ),
  )
}

function writeMovie(
  at: number,
  frames: readonly Buffer[],
  { width, height }: Size,
  properties: readonly Buffer[],
): Buffer {
  const before = Buffer.concat([Buffer.alloc(24), short(width), short(height), Buffer.alloc(50)])
  const tables = box(
    'stbl',
    box('stsd', long(0), long(1), box('av01', before, ...properties)),
    box('stts', long(0), long(1), long(frames.length), long(1)),
    box('stsc', long(0), long(1), long(1), long(frames.length), long(1)),
    box('stsz', long(0), long(0), long(frames.length), ...frames.map(({ length }) => long(length))),
    box('stco', long(0), long(1), long(at)),
  )
  const handler = box('hdlr', long(0), long(0), text('pict'), Buffer.alloc(13))
  const media = box('mdia', box('mdhd', Buffer.alloc(24)), handler, box('minf', tables))
  return box('moov', box('mvhd', Buffer.alloc(100)), box('trak', media))
}

function findConfiguration(avif: Buffer): Buffer {
  const properties = findBox(findBox(avif, 'meta')?.subarray(4), 'iprp')
  const all = boxesIn(findBox(properties, 'ipco') ?? Buffer.of())
  return all.find(({ type }) => type === 'av1C')?.body ?? Buffer.of()
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([long(body.length + 8), text(type), body])
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function short(value: number): Buffer {
  return long(value).subarray(2)
}

function byte(value: number): Buffer {
  return Buffer.of(value)
}

function text(letters: string): Buffer {
  return Buffer.from(letters, 'latin1')
}

/**
 * The coefficients of a JPEG built as ours are: baseline, one scan, each table in its own segment. For any
 * other JPEG: undefined. https://www.w3.org/Graphics/JPEG/itu-t81.pdf annex B
 */

import { type ComponentCoding, readCoefficients } from './entropy.ts'
import { type HuffmanTable, readTable } from './huffman.ts'

type Segment = Readonly<{ marker: number; body: Buffer }>
export type Jpeg = Readonly<{ segments: readonly Segment[]; data: Buffer }>

export const markers = { frame: 0xc0, tables: 0xc4, scan: 0xda } as const

/** From the first marker to the end marker. */
export function readJpeg(bytes: Uint8Array): Jpeg | undefined {
  const jpeg = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = jpeg.length - 2
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8 || jpeg.readUInt16BE(end) !== 0xffd9) {
    return undefined
  }
  const segments: Segment[] = []
  for (let at = 2; at + 4 <= end && jpeg[at] === 0xff; ) {
    const next = at + 2 + jpeg.readUInt16BE(at + 2)
    const marker = jpeg[at + 1] ?? 0
    segments.push({ marker, body: jpeg.subarray(at + 4, next) })
    if (next > end || segments.length > 20) return undefined
    if (marker === markers.scan) return { segments, data: jpeg.subarray(next, end) }
    at = next
  }
  return undefined
}

type Frame = Readonly<{
  /** Units: 16 x 16 pixels where colours have half the resolution. */
  across: number
  down: number
  blocksOfUnit: number
  /** From here on for the first component, brightness, which has the most blocks. */
  blocksAcross: number
  blocksDown: number
  factorX: number
  factorY: number
}>

/** B.2.2: precision, height, width, and of each component its id, sampling factors and table. */
function readFrame(body: Buffer): Frame {
  const [height, width, count] = [body.readUInt16BE(1), body.readUInt16BE(3), body[5] ?? 0]
  const factors = Array.from({ length: count }, (_, index) => body[7 + 3 * index] ?? 0)
  const [factorX, factorY] = [(factors[0] ?? 0) >> 4, (factors[0] ?? 0) & 15]
  return {
    across: Math.ceil(width / (8 * factorX)),
    down: Math.ceil(height / (8 * factorY)),
    blocksOfUnit: factors.reduce((sum, both) => sum + (both >> 4) * (both & 15), 0),
    blocksAcross: Math.ceil(width / 8),
    blocksDown: Math.ceil(height / 8),
    factorX,
    factorY,
  }
}

/** Undefined if codes, data or padding are not as our encoder writes them. */
export function coefficientsOf({ segments, data }: Jpeg): Int16Array | undefined {
  const frameBody = segments.find(({ marker }) => marker === markers.frame)?.body
  const scan = segments.at(-1)?.body
  const tables = readTables(segments)
  if (!frameBody || !scan || !tables) return undefined
  const frame = readFrame(frameBody)
  const components = readComponents(frameBody, scan, tables)
  const coefficients = readCoefficients(data, components, frame.across * frame.down)
  return coefficients && haveFlatFilling(coefficients, frame) ? coefficients : undefined
}

/** In the order of frame and scan: B.2.3. */
function readComponents(frame: Buffer, scan: Buffer, tables: Tables): readonly ComponentCoding[] {
  return Array.from({ length: frame[5] ?? 0 }, (_, index) => {
    const factors = frame[7 + 3 * index] ?? 0
    const selectors = scan[2 + 2 * index] ?? 0
    const dc = tables.get(selectors >> 4)
    const ac = tables.get(0x10 | (selectors & 15))
    return dc && ac ? [{ blocks: (factors >> 4) * (factors & 15), dc, ac }] : []
  }).flat()
}

type Tables = ReadonlyMap<number, HuffmanTable>

function readTables(segments: readonly Segment[]): Tables | undefined {
  const tables = new Map<number, HuffmanTable>()
  for (const { marker, body } of segments) {
    if (marker !== markers.tables) continue
    const table = readTable(body.subarray(1))
    if (table === undefined) return undefined
    tables.set(body[0] ?? 0, table)
  }
  return tables
}

/**
 * A block outside the picture, which completes a unit, must be as encoders leave it: equal to the block
 * before it. It is never shown, so it could otherwise hide data.
 */
function haveFlatFilling(coefficients: Int16Array, frame: Frame): boolean {
  const { across, down, blocksOfUnit, blocksAcross, blocksDown, factorX, factorY } = frame
  for (let unit = 0; unit < across * down; unit++) {
    const [left, top] = [(unit % across) * factorX, Math.floor(unit / across) * factorY]
    if (left + factorX <= blocksAcross && top + factorY <= blocksDown) continue
    for (let block = 0; block < factorX * factorY; block++) {
      const isInside =
        left + (block % factorX) < blocksAcross && top + Math.floor(block / factorX) < blocksDown
      if (!isInside && !isFlat(coefficients, (unit * blocksOfUnit + block) * 64)) return false
    }
  }
  return true
}

function isFlat(coefficients: Int16Array, at: number): boolean {
  return coefficients.subarray(at, at + 64).every(value => value === 0)
}

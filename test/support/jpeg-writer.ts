/**
 * JPEGs from coefficients, as an attacker writes them to hide data in a file that looks like our encoding. Headers are
 * copied from one of ours; the codes are the best for the content, unless an option changes them.
 */

import { coefficientsOf, markers, readJpeg } from '../../src/renditions/coefficients.ts'
import { bestTable } from '../../src/renditions/huffman.ts'

/** Blocks of a unit at 4:2:0: four of brightness, two of colour. */
const lanes = [0, 0, 0, 0, 1, 1] as const

type Code = Readonly<{ symbol: number; bits: number; size: number }>

export type Rewriting = Readonly<{
  /** Changes coefficients: 64 of each block, six blocks of each unit of 16 x 16 pixels. */
  change?: (coefficients: Int16Array) => void
  /** Runs of 16 zeros before the end of a block, which have no meaning. */
  emptyRuns?: boolean
  /** Symbols that have a code in the first table of AC and are never used. */
  unusedSymbols?: readonly number[]
}>

export function rewriteJpeg(own: Buffer, rewriting: Rewriting = {}): Buffer {
  const jpeg = readJpeg(own)
  const coefficients = jpeg && coefficientsOf(jpeg)
  if (!jpeg || !coefficients) throw new RangeError('this is none of ours')
  rewriting.change?.(coefficients)
  const codes = readCodes(coefficients, rewriting.emptyRuns ?? false)
  // DC and AC of brightness, then of colour.
  const counts = [0, 1, 2, 3].map(() => new Uint32Array(256))
  for (const { table, symbol } of codes) {
    const counted = counts[table]
    if (counted) counted[symbol] = (counted[symbol] ?? 0) + 1
  }
  for (const symbol of rewriting.unusedSymbols ?? []) counts[1]?.fill(1, symbol, symbol + 1)
  const tables = counts.map(counted => bestTable(counted))
  let next = 0
  const segments = jpeg.segments.map(({ marker, body }) => {
    const written = marker === markers.tables ? tables[next++] : undefined
    return writeSegment(marker, written ? Buffer.concat([body.subarray(0, 1), written]) : body)
  })
  const data = writeBits(codes, tables.map(spell))
  return Buffer.concat([Buffer.from('ffd8', 'hex'), ...segments, data, Buffer.from('ffd9', 'hex')])
}

type TableCode = Code & Readonly<{ table: number }>

function readCodes(coefficients: Int16Array, emptyRuns: boolean): TableCode[] {
  const codes: TableCode[] = []
  for (let block = 0; block * 64 < coefficients.length; block++) {
    const table = 2 * (lanes[block % 6] ?? 0)
    const values = coefficients.subarray(block * 64, block * 64 + 64)
    codes.push({ table, ...spellValue(0, values[0] ?? 0) })
    const ac = { table: table + 1 }
    let run = 0
    for (const value of values.subarray(1)) {
      if (value === 0) {
        run++
        continue
      }
      for (; run > 15; run -= 16) codes.push({ ...ac, symbol: 0xf0, bits: 0, size: 0 })
      codes.push({ ...ac, ...spellValue(run, value) })
      run = 0
    }
    if (emptyRuns && run > 16) codes.push({ ...ac, symbol: 0xf0, bits: 0, size: 0 })
    if (run > 0) codes.push({ ...ac, symbol: 0, bits: 0, size: 0 })
  }
  return codes
}

function spellValue(run: number, value: number): Code {
  const size = 32 - Math.clz32(Math.abs(value))
  return { symbol: (run << 4) | size, bits: value < 0 ? value + (1 << size) - 1 : value, size }
}

/** Symbol -> its code. */
function spell(written: Uint8Array): ReadonlyMap<number, readonly [bits: number, size: number]> {
  const codes = new Map<number, readonly [number, number]>()
  let code = 0
  let at = 16
  for (let size = 1; size <= 16; size++, code <<= 1) {
    for (let left = written[size - 1] ?? 0; left > 0; left--) {
      codes.set(written[at++] ?? 0, [code++, size])
    }
  }
  return codes
}

function writeBits(
  codes: readonly TableCode[],
  tables: readonly ReturnType<typeof spell>[],
): Buffer {
  const bytes: number[] = []
  let held = 0
  let count = 0
  const put = (bits: number, size: number) => {
    held = (held << size) | bits
    for (count += size; count >= 8; count -= 8) {
      const byte = (held >> (count - 8)) & 255
      bytes.push(byte)
      if (byte === 255) bytes.push(0)
    }
    held &= (1 << count) - 1
  }
  for (const { table, symbol, bits, size } of codes) {
    put(...(tables[table]?.get(symbol) ?? [0, 0]))
    put(bits, size)
  }
  if (count > 0) put((1 << (8 - count)) - 1, 8 - count)
  return Buffer.from(bytes)
}

function writeSegment(marker: number, body: Buffer): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0)
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

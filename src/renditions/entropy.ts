/**
 * The coefficients of a baseline JPEG, and whether its entropy-coded data is exactly what an encoder
 * writes for them: nothing left over and the best tables. It computes no pixel.
 * https://www.w3.org/Graphics/JPEG/itu-t81.pdf annex F
 */

import { bestTable, type HuffmanTable } from './huffman.ts'

/** How one component is coded. */
export type ComponentCoding = Readonly<{
  /** Blocks in a unit: 4 of brightness and 1 of each colour for 4:2:0. */
  blocks: number
  dc: HuffmanTable
  ac: HuffmanTable
}>

/**
 * 64 for each block, in the order of coding, the first as its difference from the block before of the same
 * component; undefined if they are encoded in another way.
 */
export function readCoefficients(
  data: Uint8Array,
  components: readonly ComponentCoding[],
  units: number,
): Int16Array | undefined {
  const bits = new Bits(data)
  const counts = new Map<HuffmanTable, Uint32Array>()
  const lanes = components.map(({ blocks, dc, ac }) => ({
    blocks,
    dc: { table: dc, counts: countsOf(counts, dc) },
    ac: { table: ac, counts: countsOf(counts, ac) },
  }))
  const blocksOfUnit = components.reduce((sum, { blocks }) => sum + blocks, 0)
  const coefficients = new Int16Array(units * blocksOfUnit * 64)
  for (let at = 0; at < coefficients.length; ) {
    for (const lane of lanes) {
      for (let block = 0; block < lane.blocks; block++, at += 64) {
        const difference = readDc(bits, lane.dc)
        if (difference === undefined) return undefined
        coefficients[at] = difference
        if (!readAc(bits, lane.ac, coefficients, at)) return undefined
      }
    }
  }
  const areBest = [...counts].every(([{ written }, counted]) =>
    isEqual(bestTable(counted), written),
  )
  return areBest && bits.isAtEnd() ? coefficients : undefined
}

function countsOf(counts: Map<HuffmanTable, Uint32Array>, table: HuffmanTable): Uint32Array {
  const known = counts.get(table) ?? new Uint32Array(256)
  counts.set(table, known)
  return known
}

type Code = Readonly<{ table: HuffmanTable; counts: Uint32Array }>

/** Sizes of values of 8-bit pictures: tables F.1 and F.2. */
const largestDcSize = 11
const largestAcSize = 10

function readDc(bits: Bits, code: Code): number | undefined {
  const size = readSymbol(bits, code)
  return size === undefined || size > largestDcSize ? undefined : bits.readValue(size)
}

/** A symbol is a run of zeros and the size of the value after it. */
const zeroRun = 0xf0

/** Figure F.13. A run of zeros before the end of a block would be a longer encoding of the same. */
function readAc(bits: Bits, code: Code, coefficients: Int16Array, at: number): boolean {
  let isInRun = false
  for (let index = 1; index < 64; index++) {
    const symbol = readSymbol(bits, code)
    if (symbol === undefined) return false
    if (symbol === 0) return !isInRun
    index += symbol >> 4
    isInRun = symbol === zeroRun
    if (isInRun) continue
    const size = symbol & 15
    if (index > 63 || size === 0 || size > largestAcSize) return false
    const value = bits.readValue(size)
    if (value === undefined) return false
    coefficients[at + index] = value
  }
  return !isInRun
}

function readSymbol(bits: Bits, { table, counts }: Code): number | undefined {
  const found = table.lookup[bits.peek()] ?? 0
  if (found === 0 || !bits.skip(found >> 8)) return undefined
  const symbol = found & 255
  counts[symbol] = (counts[symbol] ?? 0) + 1
  return symbol
}

/** A byte FF is written FF 00. Ones fill the last byte. */
class Bits {
  readonly #data: Uint8Array
  #at = 0
  #held = 0
  #count = 0
  #real = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  peek(): number {
    while (this.#count < 16) this.#hold()
    return (this.#held >>> (this.#count - 16)) & 0xffff
  }

  /** False if fewer bits are left. */
  skip(count: number): boolean {
    this.#count -= count
    this.#real -= count
    this.#held &= (1 << this.#count) - 1
    return this.#real >= 0
  }

  /** Figure F.12: values that begin with 0 are negative. */
  readValue(size: number): number | undefined {
    if (size === 0) return 0
    const value = this.peek() >> (16 - size)
    if (!this.skip(size)) return undefined
    return value >> (size - 1) === 1 ? value : value - (1 << size) + 1
  }

  /** True if only the fill bits of the last byte are left. */
  isAtEnd(): boolean {
    const isRead = this.#at === this.#data.length && this.#real < 8
    const left = this.#held >> (this.#count - this.#real)
    return isRead && left === (1 << this.#real) - 1
  }

  #hold(): void {
    const byte = this.#data[this.#at]
    this.#held = ((this.#held & 0xffff) << 8) | (byte ?? 0xff)
    this.#count += 8
    if (byte === undefined) return
    this.#real += 8
    this.#at++
    if (byte !== 0xff) return
    if (this.#data[this.#at] === 0) this.#at++
    // A marker inside the data: then the end is never reached.
    else this.#at = this.#data.length + 1
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

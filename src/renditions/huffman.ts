/**
 * Huffman tables of a JPEG: reading, lookup, and the table that an encoder makes for given counts. Bytes
 * and counts only. https://www.w3.org/Graphics/JPEG/itu-t81.pdf annexes C and K.2
 */

export type HuffmanTable = Readonly<{
  /** The body of its DHT segment without the first byte: 16 counts of codes by length, the symbols. */
  written: Uint8Array
  /** For the next 16 bits: the length of the code they begin with times 256, and its symbol; 0: none. */
  lookup: Uint16Array
}>

/** Undefined if there are more codes of a length than possible. */
export function readTable(written: Uint8Array): HuffmanTable | undefined {
  const lookup = new Uint16Array(65_536)
  let next = 0
  let at = 16
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length)
    for (let left = written[length - 1] ?? 0; left > 0; left--) {
      if (next + span > 65_536) return undefined
      lookup.fill((length << 8) | (written[at++] ?? 0), next, next + span)
      next += span
    }
  }
  return at === written.length ? { written, lookup } : undefined
}

/** Codes may be longer than the standard allows, until they are shortened. */
const longest = 32

/**
 * As `written` above; figures K.1 to K.4. If symbols are equally rare, the highest number comes first, as
 * in libjpeg's jpeg_gen_optimal_table; the standard leaves that open.
 */
export function bestTable(counts: Uint32Array): Uint8Array {
  const sizes = codeSizes(counts)
  const lengths = new Array<number>(longest + 1).fill(0)
  for (const size of sizes) if (size > 0) lengths[size] = (lengths[size] ?? 0) + 1
  shorten(lengths)
  const symbols: number[] = []
  for (let size = 1; size <= longest; size++) {
    for (let symbol = 0; symbol < 256; symbol++) if (sizes[symbol] === size) symbols.push(symbol)
  }
  return Uint8Array.from([...lengths.slice(1, 17), ...symbols])
}

/** One length for each symbol; number 256 is the code of only ones, which no symbol may have. */
function codeSizes(counts: Uint32Array): Uint8Array {
  const left = Float64Array.from([...counts, 1])
  const sizes = new Uint8Array(257)
  const groups = Array.from({ length: 257 }, (_, symbol) => [symbol])
  for (;;) {
    const rarest = findRarest(left, -1)
    const second = findRarest(left, rarest)
    const [group, joined] = [groups[rarest], groups[second]]
    if (!group || !joined) return sizes
    left[rarest] = (left[rarest] ?? 0) + (left[second] ?? 0)
    left[second] = 0
    group.push(...joined)
    for (const symbol of group) sizes[symbol] = (sizes[symbol] ?? 0) + 1
  }
}

function findRarest(left: Float64Array, except: number): number {
  let found = -1
  let least = Number.POSITIVE_INFINITY
  for (let symbol = 0; symbol < left.length; symbol++) {
    const count = left[symbol] ?? 0
    if (count === 0 || count > least || symbol === except) continue
    least = count
    found = symbol
  }
  return found
}

/** Limits codes to 16 bits, and removes the code of only ones. */
function shorten(lengths: number[]): void {
  const add = (at: number, more: number) => {
    lengths[at] = (lengths[at] ?? 0) + more
  }
  for (let length = longest; length > 16; length--) {
    while ((lengths[length] ?? 0) > 0) {
      let shorter = length - 2
      while (lengths[shorter] === 0) shorter--
      add(length, -2)
      add(length - 1, 1)
      add(shorter + 1, 2)
      add(shorter, -1)
    }
  }
  let last = 16
  while (lengths[last] === 0) last--
  add(last, -1)
}

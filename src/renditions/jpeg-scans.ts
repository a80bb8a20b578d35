/**
 * How much work a JPEG is for its decoder, counted on a walk from marker to marker as decoders do it. It
 * decodes no pixel; structure.ts decides what is too much.
 *
 * "Markers", "segments" and "entropy-coded data" as in https://www.w3.org/Graphics/JPEG/itu-t81.pdf B.1.1
 */

type JpegScans = Readonly<{
  scans: number
  /** Blocks of 8 x 8 samples that all scans together pass over. */
  blocks: number
  /** The end of the end marker; undefined without one. */
  end: number | undefined
}>

const startOfImage = 0xd8
const endOfImage = 0xd9
const startOfScan = 0xda

/**
 * One pass over the bytes. A segment is skipped by its length, whatever it contains: FF D9 in a comment
 * does not end the picture. Everything between a segment and the next marker is entropy-coded data, or
 * stray bytes, which decoders skip too.
 */
export function countScans(jpeg: Buffer): JpegScans {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
  let frame: Frame | undefined
  let scans = 0
  let blocks = 0
  for (let at = nextMarker(jpeg, 0); at < jpeg.length; at = nextMarker(jpeg, at)) {
    const marker = jpeg[at + 1] ?? 0
    if (marker === endOfImage) return { scans, blocks, end: at + 2 }
    if (standsAlone(marker)) {
      at += 2
      continue
    }
    if (at + 4 > jpeg.length) break
    const next = at + 2 + Math.max(2, view.getUint16(at + 2))
    const segment = jpeg.subarray(at + 4, next)
    if (isFrame(marker)) frame ??= readFrame(segment)
    if (marker === startOfScan) {
      scans++
      blocks += blocksOfScan(segment, frame)
    }
    at = next
  }
  return { scans, blocks, end: undefined }
}

/** FF 00 is a byte FF of entropy-coded data, FF FF is padding, FF D0 to FF D7 occur inside a scan. */
function nextMarker(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at !== -1; at = jpeg.indexOf(0xff, at + 1)) {
    const code = jpeg[at + 1] ?? 0
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at
  }
  return jpeg.length
}

/** Codes below C0 are reserved: decoders skip them inside a scan, and fail elsewhere. */
function standsAlone(marker: number): boolean {
  return marker === startOfImage || marker < 0xc0
}

/** SOF0 to SOF15, without DHT, JPG and DAC. Table B.1 */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** Component -> its blocks. */
type Frame = ReadonlyMap<number, number>

/** B.2.2: precision, height, width, and of each component its id, its sampling factors and its table. */
function readFrame(segment: Uint8Array): Frame {
  const [, highY = 0, lowY = 0, highX = 0, lowX = 0, count = 0] = segment
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, factors = 0] = segment.subarray(6 + 3 * index)
    return { id, across: factors >> 4, down: factors & 15 }
  })
  const most = (factors: number[]) => Math.max(1, ...factors)
  const unitWidth = 8 * most(components.map(({ across }) => across))
  const unitHeight = 8 * most(components.map(({ down }) => down))
  const units =
    Math.ceil((256 * highX + lowX) / unitWidth) * Math.ceil((256 * highY + lowY) / unitHeight)
  return new Map(components.map(({ id, across, down }) => [id, units * across * down]))
}

/** B.2.3: the number of components, and of each its id and its tables. */
function blocksOfScan(segment: Uint8Array, frame: Frame | undefined): number {
  const count = segment[0] ?? 0
  let blocks = 0
  for (let index = 0; index < count; index++) {
    blocks += frame?.get(segment[1 + 2 * index] ?? -1) ?? 0
  }
  return blocks
}

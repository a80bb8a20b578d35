/**
 * The first frame of a GIF on its canvas. Where a frame leaves the canvas free, viewers show the
 * background; the decoder shows black unless some frame is transparent. It unpacks no pixel.
 * https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */

const extension = 0x21
const image = 0x2c

/** One transparent pixel: control block, position and size, two codes, trailer. It is never shown. */
const clearFrame = Buffer.from('21f90401000000002c00000000010001000002024401003b', 'hex')

/**
 * The same GIF, or one that ends after its first frame with a second, transparent one, so that free canvas
 * is transparent too. A truncated GIF stays truncated: the decoder refuses it.
 */
export function freeCanvas(bytes: Uint8Array): Uint8Array {
  const gif = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const at = findFirstImage(gif)
  if (at === undefined || coversCanvas(gif, at)) return bytes
  const end = skipBlocks(gif, at + 11 + tableLength(gif[at + 9]))
  return end === undefined ? bytes : Buffer.concat([gif.subarray(0, end), clearFrame])
}

function findFirstImage(gif: Buffer): number | undefined {
  let at: number | undefined = 13 + tableLength(gif[10])
  while (at !== undefined && gif[at] === extension) at = skipBlocks(gif, at + 2)
  return at !== undefined && gif[at] === image && at + 11 <= gif.length ? at : undefined
}

function coversCanvas(gif: Buffer, at: number): boolean {
  const [left, top, width, height] = [1, 3, 5, 7].map(offset => gif.readUInt16LE(at + offset))
  const [canvasWidth, canvasHeight] = [gif.readUInt16LE(6), gif.readUInt16LE(8)]
  return left === 0 && top === 0 && Number(width) >= canvasWidth && Number(height) >= canvasHeight
}

/** Three bytes a colour. */
function tableLength(flags = 0): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0
}

/** Each block begins with its length; length 0 ends the list. */
function skipBlocks(gif: Buffer, start: number): number | undefined {
  for (let at = start; at < gif.length; ) {
    const length = gif[at] ?? 0
    at += 1 + length
    if (length === 0) return at
  }
  return undefined
}

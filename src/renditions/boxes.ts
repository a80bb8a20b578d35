/**
 * Reads the boxes of an AVIF file: length, four letters, content, which may be boxes again. The meaning of a box is
 * left to the caller. https://www.iso.org/standard/83102.html 4.2
 */

export type Box = Readonly<{ type: string; at: number; body: Buffer }>

/** Bounds the time of a walk in a hostile file. Usual files have 10 on a level. */
const maxBoxes = 1000

/** The boxes of one level in order, up to the first incomplete one. */
export function boxesIn(bytes: Buffer): readonly Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= bytes.length && boxes.length < maxBoxes; ) {
    const [headerLength, length] = readLength(bytes, at)
    if (length < headerLength || at + length > bytes.length) break
    const type = bytes.toString('latin1', at + 4, at + 8)
    boxes.push({ type, at, body: bytes.subarray(at + headerLength, at + length) })
    at += length
  }
  return boxes
}

export function findBox(bytes: Buffer | undefined, type: string): Buffer | undefined {
  return bytes && boxesIn(bytes).find(box => box.type === type)?.body
}

/** 1: the length is in the eight bytes after the letters. 0: up to the end. */
function readLength(bytes: Buffer, at: number): readonly [headerLength: number, length: number] {
  const length = bytes.readUInt32BE(at)
  if (length === 0) return [8, bytes.length - at]
  if (length !== 1) return [8, length]
  return at + 16 <= bytes.length ? [16, Number(bytes.readBigUInt64BE(at + 8))] : [16, 0]
}

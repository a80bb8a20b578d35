/**
 * Makes each copy of a JPEG different by a comment inside it, so that neither a cache nor Visage sees the same bytes
 * twice.
 */

const nameLength = 32
/** A marker and a length of two bytes each, and the name. */
export const stampLength: number = nameLength + 4

/** The JPEG with `name` as a comment after its first marker. */
export function stamp(jpeg: Uint8Array, name: string): Buffer {
  const comment = Buffer.alloc(stampLength)
  comment.writeUInt16BE(0xfffe, 0)
  comment.writeUInt16BE(nameLength + 2, 2)
  comment.write(name, 4, nameLength, 'latin1')
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
}

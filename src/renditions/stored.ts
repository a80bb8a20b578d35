/**
 * Whether stored bytes are still the JPEG that their row describes. For our own JPEGs, not for uploads:
 * structure.ts checks those.
 */
import { isFrame } from './jpeg-scans.ts'
import type { Rendition } from './rendition.ts'

/**
 * Describes what is wrong with a rendition; undefined if nothing is. Reads the frame and both ends and
 * decodes nothing: 5 µs instead of milliseconds.
 */
export function findFault(
  bytes: Uint8Array,
  { width, height }: Pick<Rendition, 'width' | 'height'>,
): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 'is no JPEG'
  if (view.getUint16(view.byteLength - 2) !== 0xffd9) return 'does not end like a JPEG'
  const size = readFrameSize(view)
  if (size === undefined) return 'is a JPEG without a frame'
  if (size.width === width && size.height === height) return undefined
  return `is ${size.width}x${size.height}`
}

/** Undefined without a frame header. */
export function readFrameSize(view: DataView): { width: number; height: number } | undefined {
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    if (isFrame(view.getUint8(at + 1))) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

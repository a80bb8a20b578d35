/**
 * The width and height that a file states in its first bytes, for pictures that the browser gives up on. Nothing is
 * decoded, and whatever does not look like such a file has no size.
 */
import type { Size } from './cut.ts'
import { type Format, recognize } from './recognize.ts'

/** Before its size a JPEG may carry EXIF, colour profiles and a thumbnail. */
export const headBytes = 262_144

type Read = (view: DataView) => Size | undefined

const readers: Readonly<Partial<Record<Format, Read>>> = {
  png: view => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  gif: view => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  webp: readWebp,
  jpeg: readJpeg,
}

export function sizeInHead(head: Uint8Array): Size | undefined {
  const format = recognize(head)
  const read = format && readers[format]
  try {
    return read?.(new DataView(head.buffer, head.byteOffset, head.byteLength))
  } catch (error) {
    // It ends before its size.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The fourth letter of the first chunk: lossy "VP8 ", lossless "VP8L", anything more "VP8X". */
const webpReaders: Readonly<Record<number, Read>> = {
  32: view => ({
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  }),
  76: view => {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  },
  88: view => ({
    width: (view.getUint32(24, true) & 0xffffff) + 1,
    height: (view.getUint32(26, true) >>> 8) + 1,
  }),
}

function readWebp(view: DataView): Size | undefined {
  return webpReaders[view.getUint8(15)]?.(view)
}

/** SOF0 to SOF15 state the size; three numbers among them are other segments. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function readJpeg(view: DataView): Size | undefined {
  let at = 2
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    // 0xff may fill the space before a marker.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

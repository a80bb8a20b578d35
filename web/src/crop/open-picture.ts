/**
 * From a chosen file to pixels, or to the reason why not, before anything is uploaded. The browser decodes and turns
 * by EXIF; work and memory are bounded before it does.
 */
import type { Size } from './cut.ts'
import { recognize } from './recognize.ts'
import { headBytes, sizeInHead } from './size-in-head.ts'

export type Refusal = Readonly<
  | { kind: 'empty' | 'unavailable' | 'svg' | 'heic' | 'damaged' | 'unreadable' | 'failed' }
  | { kind: 'tooSmall'; width: number; height: number }
  | { kind: 'tooHeavy'; megabytes: number }
  | { kind: 'tooManyPixels'; megapixels: number }
>

export type Opened = Readonly<{ bitmap: ImageBitmap } | { refusal: Refusal }>

/** As the server's. */
export const leastSide = 48
/** A photo of that side looks good wherever Graph shows one. */
export const goodSide = 648

/** A picture of 100 megapixels takes 400 MB while it is open. */
const most = { bytes: 50_000_000, pixels: 100_000_000 }

export async function openPicture(file: Blob): Promise<Opened> {
  const refusal = await refuseUnread(file)
  if (refusal) return { refusal }
  const bitmap = await decode(file)
  if (!bitmap) return { refusal: { kind: 'damaged' } }
  const tooSmall = refuseSmall(bitmap)
  if (!tooSmall) return { bitmap }
  bitmap.close()
  return { refusal: tooSmall }
}

/** Whether the file is refused already by what its head says: far less work than to open it. */
export async function refuseUnread(file: Blob): Promise<Refusal | undefined> {
  if (file.size === 0) return { kind: 'empty' }
  if (file.size > most.bytes) {
    return { kind: 'tooHeavy', megabytes: Math.ceil(file.size / 1_000_000) }
  }
  const head = await readHead(file)
  if (!head) return { kind: 'unavailable' }
  const format = recognize(head)
  if (format === 'svg' || file.type === 'image/svg+xml') return { kind: 'svg' }
  // What a browser gives up on for its size alone is not damaged.
  const size = (await readSize(file)) ?? tooManyInHead(head)
  if (!size) return { kind: format === 'heic' ? 'heic' : format ? 'damaged' : 'unreadable' }
  const pixels = size.width * size.height
  if (pixels > most.pixels) {
    return { kind: 'tooManyPixels', megapixels: Math.ceil(pixels / 1_000_000) }
  }
  return refuseSmall(size)
}

function tooManyInHead(head: Uint8Array): Size | undefined {
  const size = sizeInHead(head)
  return size && size.width * size.height > most.pixels ? size : undefined
}

function refuseSmall({ width, height }: Size): Refusal | undefined {
  return Math.min(width, height) < leastSide ? { kind: 'tooSmall', width, height } : undefined
}

/** Undefined: a folder was dropped, or the file is gone or locked. */
async function readHead(file: Blob): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.slice(0, headBytes).arrayBuffer())
  } catch {
    return undefined
  }
}

/** An image that is in no document is not decoded: browsers read its head only. */
async function readSize(file: Blob): Promise<Size | undefined> {
  const { promise, resolve } = Promise.withResolvers<Size | undefined>()
  const image = new Image()
  const address = URL.createObjectURL(file)
  image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight })
  image.onerror = () => resolve(undefined)
  image.src = address
  const size = await promise
  URL.revokeObjectURL(address)
  return size
}

/** Of an animation the first frame. Undefined for a file that ends too early. */
async function decode(file: Blob): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return undefined
  }
}

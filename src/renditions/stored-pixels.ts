/**
 * Whether stored bytes can still be decoded. In this process: they are what we have made ourselves, and who
 * asks is a command of its own, not a server.
 */
import sharp from 'sharp'
import type { Rendition } from './rendition.ts'
import { findFault } from './stored.ts'

/** As findFault, and every pixel is decoded: for bytes whose hash nobody has noted. */
export async function findFaultInPixels(
  bytes: Uint8Array,
  rendition: Pick<Rendition, 'width' | 'height'>,
): Promise<string | undefined> {
  const fault = findFault(bytes, rendition)
  if (fault !== undefined) return fault
  try {
    await sharp(bytes, { failOn: 'warning' }).raw().toBuffer()
    return undefined
  } catch (error) {
    return `cannot be decoded: ${error instanceof Error ? error.message : String(error)}`
  }
}

/**
 * Whether stored bytes can still be decoded. In this process: Visage wrote them itself, and the caller is
 * a command, not a server.
 */
import sharp from 'sharp'
import type { Rendition } from './rendition.ts'
import { findFault } from './stored.ts'

/** As findFault, and decodes every pixel: for bytes without a stored hash. */
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

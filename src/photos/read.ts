/**
 * Reading a photo: a range of its pack, as it was rendered when it was set. No pixel is decoded.
 */
import { Failure } from '../failure.ts'
import type { Rendition } from '../renditions/rendition.ts'
import type { Packs } from '../storage/packs.ts'
import type { Photo } from './photo.ts'

/**
 * The JPEG of one rendition. The pointer was read a moment ago, and packs outlive their pointer: by the sweep's
 * grace time, in memory until nobody reads. So a missing pack is a loss in the store: 'storage-unavailable',
 * never a 404.
 */
export async function readRendition(
  packs: Packs,
  photo: Photo,
  rendition: Rendition,
): Promise<Uint8Array> {
  const bytes = await packs.read(photo.version, rendition.offset, rendition.length)
  if (bytes === undefined) {
    throw new Failure('storage-unavailable', { detail: `pack ${photo.version} is missing` })
  }
  return bytes
}

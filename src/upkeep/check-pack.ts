/**
 * Whether a pack matches its row: its hash and its structure. Without a hash in the row (a photo of an
 * older Visage), every rendition is decoded.
 */
import { type Photo, toPhoto } from '../photos/photo.ts'
import { sha256 } from '../photos/replace.ts'
import { findFault } from '../renditions/stored.ts'
import { findFaultInPixels } from '../renditions/stored-pixels.ts'
import type { PhotoRow } from '../storage/schema.ts'

type CheckedRow = Pick<PhotoRow, 'version' | 'upload_hash' | 'pack_hash' | 'renditions'>

/** Describes what is wrong; undefined if nothing is. */
export async function findPackFault(
  row: CheckedRow,
  pack: Uint8Array | undefined,
): Promise<string | undefined> {
  if (pack === undefined) return 'its pack is missing'
  const photo = readRow(row)
  if (photo === undefined) return 'its row cannot be read'
  const wanted = lengthOf(photo)
  if (pack.length !== wanted) return `its pack has ${pack.length} bytes instead of ${wanted}`
  if (row.pack_hash !== null && sha256(pack) !== row.pack_hash) {
    return 'its pack does not have the hash that was stored when it was written'
  }
  const find = row.pack_hash === null ? findFaultInPixels : findFault
  for (const rendition of photo.renditions) {
    const { offset, length, width, height } = rendition
    const fault = await find(pack.subarray(offset, offset + length), rendition)
    if (fault !== undefined) return `the ${width}x${height} in its pack ${fault}`
  }
  return undefined
}

/** Undefined for an invalid row: one that was edited by hand may contain anything. */
function readRow(row: CheckedRow): Photo | undefined {
  try {
    const photo = toPhoto(row)
    const isWhole = photo?.renditions.every(
      ({ width, height, offset, length }) =>
        [width, height, offset, length].every(Number.isSafeInteger) && offset >= 0 && length > 0,
    )
    return isWhole === true ? photo : undefined
  } catch {
    return undefined
  }
}

/** The length of its pack in bytes, by its row. */
export function lengthOf({ renditions }: Photo): number {
  return Math.max(...renditions.map(({ offset, length }) => offset + length))
}

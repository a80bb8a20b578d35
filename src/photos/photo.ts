/**
 * A photo as its row tells it: a version, and where each of its renditions lies in the pack.
 */
import { Failure } from '../failure.ts'
import type { Rendition } from '../renditions/rendition.ts'
import { sizeTable } from '../renditions/sizes.ts'

export type PixelSize = Readonly<{ width: number; height: number }>

/** Whose photo. A team's photo is its group's. */
export type OwnerKey = Readonly<{
  tenantId: string
  kind: 'user' | 'group' | 'contact'
  id: string
}>

export type Photo = Readonly<{
  /** The pack's key, and the ETag without its quotes; never used twice. */
  version: string
  /** SHA-256 of the bytes that were uploaded. */
  uploadHash: string
  /** Largest first; the first one is the photo itself. */
  renditions: readonly [Rendition, ...Rendition[]]
}>

type Columns = Readonly<{
  version: string | null
  upload_hash: string | null
  renditions: string | null
}>

/** undefined when the owner has no photo. */
export function toPhoto(row: Columns): Photo | undefined {
  if (row.version === null || row.upload_hash === null || row.renditions === null) return undefined
  return { version: row.version, uploadHash: row.upload_hash, renditions: parse(row.renditions) }
}

function parse(text: string): readonly [Rendition, ...Rendition[]] {
  const rows = JSON.parse(text) as readonly (readonly [number, number, number, number])[]
  const [first, ...rest] = rows.map(([width, height, offset, length]) => ({
    width,
    height,
    offset,
    length,
  }))
  if (first === undefined)
    throw new Failure('storage-unavailable', { detail: 'a photo row without renditions' })
  return [first, ...rest]
}

export function formatRenditions(renditions: readonly Rendition[]): string {
  return JSON.stringify(
    renditions.map(({ width, height, offset, length }) => [width, height, offset, length]),
  )
}

/** The photo itself without a size; undefined when it was too small for the size, or that is none of the nine. */
export function findRendition(photo: Photo, size?: PixelSize): Rendition | undefined {
  if (size === undefined) return photo.renditions[0]
  if (!isNamedSize(size.width, size.height)) return undefined
  return photo.renditions.find(
    ({ width, height }) => width === size.width && height === size.height,
  )
}

/** Those of the nine sizes that the photo has, smallest first. A photo of an odd size is not one of them. */
export function listSizes(photo: Photo): readonly Rendition[] {
  return photo.renditions.filter(({ width, height }) => isNamedSize(width, height)).toReversed()
}

function isNamedSize(width: number, height: number): boolean {
  return width === height && (sizeTable as readonly number[]).includes(width)
}

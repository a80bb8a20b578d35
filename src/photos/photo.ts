/**
 * A photo as its row tells it: a version, and where each of its renditions lies in the pack; reading one of
 * them; and what a writer demands of the version.
 */
import { Failure } from '../failure.ts'
import type { Rendition } from '../renditions/rendition.ts'
import { sizeTable } from '../renditions/sizes.ts'
import type { Packs } from '../storage/packs.ts'

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

/**
 * The JPEG of one rendition, as it was made when the photo was set: no pixel is decoded.
 * The pointer was read a moment ago, and packs outlive their pointer: by the sweep's grace time, in memory
 * until nobody reads. So a missing pack is a loss in the store: 'storage-unavailable', never a 404.
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

/**
 * What a writer demands of the photo that is there, so that of many concurrent writers who all saw the same
 * version exactly one wins.
 * 'any': one must exist; 'none': none may; lists: it must, or must not, be one of these versions.
 */
export type WriteCondition =
  | 'any'
  | 'none'
  | Readonly<{ oneOf: readonly string[] }>
  | Readonly<{ noneOf: readonly string[] }>
  | undefined

/** Throws 'photo-changed' unless the demand holds for the current version (undefined: no photo). */
export function expectCondition(condition: WriteCondition, version: string | undefined): void {
  if (!holds(condition, version)) throw new Failure('photo-changed')
}

export function holds(condition: WriteCondition, version: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition === 'any') return version !== undefined
  if (condition === 'none') return version === undefined
  if ('noneOf' in condition) return version === undefined || !condition.noneOf.includes(version)
  return version !== undefined && condition.oneOf.includes(version)
}

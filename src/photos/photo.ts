/**
 * A photo as its row describes it: a version, and the position of each rendition in the pack. It also reads a
 * rendition, and checks the conditions of writes against the version.
 */
import { Failure } from '../failure.ts'
import type { Rendition } from '../renditions/rendition.ts'
import { sizeTable } from '../renditions/sizes.ts'
import type { Packs } from '../storage/packs.ts'

export type PixelSize = Readonly<{ width: number; height: number }>

/** The owner of a photo. A team has the photo of its group. */
export type OwnerKey = Readonly<{
  tenantId: string
  kind: 'user' | 'group' | 'contact'
  id: string
}>

export type Photo = Readonly<{
  /** The key of the pack, and the ETag without quotes; never used twice. */
  version: string
  /** SHA-256 of the uploaded bytes. */
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

/** Each GET does this: patterns for the numbers and copies of the list would take a fifth of its time. */
function parse(text: string): Photo['renditions'] {
  const rows = JSON.parse(text) as readonly (readonly [number, number, number, number])[]
  const renditions = rows.map(row => ({
    width: row[0],
    height: row[1],
    offset: row[2],
    length: row[3],
  }))
  if (isFilled(renditions)) return renditions
  throw new Failure('storage-unavailable', { detail: 'a photo row without renditions' })
}

function isFilled(renditions: readonly Rendition[]): renditions is Photo['renditions'] {
  return renditions.length > 0
}

export function formatRenditions(renditions: readonly Rendition[]): string {
  return JSON.stringify(
    renditions.map(({ width, height, offset, length }) => [width, height, offset, length]),
  )
}

/** Without a size, the largest. Undefined if the photo was too small for the size, or it is not one of the nine. */
export function findRendition(photo: Photo, size?: PixelSize): Rendition | undefined {
  if (size === undefined) return photo.renditions[0]
  if (!isNamedSize(size.width, size.height)) return undefined
  return photo.renditions.find(
    ({ width, height }) => width === size.width && height === size.height,
  )
}

/** The renditions of the nine named sizes, smallest first. A largest rendition of another size is left out. */
export function listSizes(photo: Photo): readonly Rendition[] {
  return photo.renditions.filter(({ width, height }) => isNamedSize(width, height)).toReversed()
}

function isNamedSize(width: number, height: number): boolean {
  return width === height && (sizeTable as readonly number[]).includes(width)
}

/**
 * The JPEG of one rendition, as made when the photo was set: nothing is decoded.
 * A pack stays after its pointer moves: for the grace time of the sweep, and in memory until its readers have ended.
 * Therefore a missing pack is a loss in the store: 'storage-unavailable', never a 404.
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
 * The condition of a write on the current photo. If many concurrent writers have seen the same version, exactly one
 * succeeds.
 * 'any': a photo must exist; 'none': none may exist; lists: it must, or must not, be one of these versions.
 */
export type WriteCondition =
  | 'any'
  | 'none'
  | Readonly<{ oneOf: readonly string[] }>
  | Readonly<{ noneOf: readonly string[] }>
  | undefined

/** Throws 'photo-changed' unless the condition holds for the current version (undefined: no photo). */
export function expectCondition(condition: WriteCondition, version: string | undefined): void {
  const failure = checkCondition(condition, version)
  if (failure) throw failure
}

/** 'photo-changed' with what was found; undefined if the condition holds. */
export function checkCondition(
  condition: WriteCondition,
  version: string | undefined,
): Failure | undefined {
  if (holds(condition, version)) return undefined
  return new Failure('photo-changed', { facts: { found: describeFound(condition, version) } })
}

/** What was found in place of what the condition demands. */
function describeFound(condition: WriteCondition, version: string | undefined): string {
  if (version === undefined) return 'none'
  if (condition === 'none') return 'any'
  return typeof condition === 'object' && 'noneOf' in condition ? 'same' : 'another'
}

function holds(condition: WriteCondition, version: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition === 'any') return version !== undefined
  if (condition === 'none') return version === undefined
  if ('noneOf' in condition) return version === undefined || !condition.noneOf.includes(version)
  return version !== undefined && condition.oneOf.includes(version)
}

/**
 * The photo of one owner: read, replace, remove. A change says which photo it replaces (If-Match), so that nobody
 * overwrites what they have not seen: a Problem of kind `changed`.
 */
import { readIfThere } from './batch.ts'
import type { Graph } from './graph.ts'
import { Problem } from './problem.ts'

export type Owner = Readonly<{
  /** '/me', '/users/ID', '/groups/ID', '/teams/ID', '/me/contacts/ID' */
  path: string
  permissions: readonly string[]
  /** For changes, where more is needed than for reading. */
  changing?: readonly string[]
}>

export type PhotoState = Readonly<{ etag: string; width: number; height: number }>

/** Sides in pixels. https://learn.microsoft.com/en-us/graph/api/resources/profilephoto */
export const photoSizes = [48, 64, 96, 120, 240, 360, 432, 504, 648] as const

/** undefined: there is no photo. */
export async function readPhoto(
  graph: Graph,
  { path, permissions }: Owner,
  signal?: AbortSignal,
): Promise<PhotoState | undefined> {
  const options = { permissions, ...(signal && { signal }) }
  const answer = await readIfThere(graph, { path: `${path}/photo` }, options)
  return answer && toPhotoState(answer.body)
}

/** From the metadata of a photo. */
export function toPhotoState(body: unknown): PhotoState {
  const photo = body as Readonly<Record<string, unknown>>
  const etag = photo['@odata.mediaEtag']
  if (typeof etag !== 'string') throw new Problem({ kind: 'failed', words: 'No @odata.mediaEtag.' })
  return { etag, width: Number(photo.width), height: Number(photo.height) }
}

/** The JPEG in this size, or as large as it is; undefined: there is none. Ask `readPhoto` first. */
export async function readPicture(
  graph: Graph,
  { path, permissions }: Owner,
  size?: number,
  signal?: AbortSignal,
): Promise<Blob | undefined> {
  const address =
    size === undefined || !hasSizes(path) ? `${path}/photo` : `${path}/photos/${size}x${size}`
  try {
    const options = { permissions, ...(signal && { signal }) }
    const response = await graph.send('GET', `${address}/$value`, options)
    return await response.blob()
  } catch (error) {
    if (error instanceof Problem && error.kind === 'missing') return undefined
    throw error
  }
}

/** The smallest size that is sharp on this screen; undefined: the photo as large as it is. */
export function pictureSizeFor(
  { width, height }: Pick<PhotoState, 'width' | 'height'>,
  cssPixels: number,
  pixelRatio: number,
): number | undefined {
  const wanted = cssPixels * pixelRatio
  const size = photoSizes.find(side => side >= wanted)
  return size !== undefined && size <= Math.min(width, height) ? size : undefined
}

/** `former` is the etag of the photo that was there; undefined: there was none. */
export async function replacePhoto(
  graph: Graph,
  { path, permissions, changing = permissions }: Owner,
  jpeg: Blob,
  former: string | undefined,
): Promise<void> {
  const condition = former === undefined ? { 'if-none-match': '*' } : { 'if-match': former }
  await graph.send('PUT', `${path}/photo/$value`, {
    headers: { 'content-type': 'image/jpeg', ...condition },
    body: jpeg,
    permissions: changing,
  })
}

/** "Deleting a contact's photo isn't supported": an empty PUT removes it. */
export async function removePhoto(
  graph: Graph,
  { path, permissions, changing = permissions }: Owner,
  former: string,
): Promise<void> {
  const headers = { 'if-match': former }
  if (isContact(path)) {
    const body = new Blob([], { type: 'image/jpeg' })
    await graph.send('PUT', `${path}/photo/$value`, { headers, body, permissions: changing })
    return
  }
  await graph.send('DELETE', `${path}/photo/$value`, { headers, permissions: changing })
}

const isContact = (path: string) => path.includes('/contacts/')

/** Contacts and teams have their photo in one size only. */
const hasSizes = (path: string) => !isContact(path) && !path.startsWith('/teams/')

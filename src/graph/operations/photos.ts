/** Operations on photos, in Graph's form. Permissions were checked before. */

import { type Headers, maxUploadBytes, type Reply } from '../../call.ts'
import { Failure } from '../../failure.ts'
import {
  expectCondition,
  findRendition,
  listSizes,
  type OwnerKey,
  type Photo,
  type PixelSize,
  readRendition,
  toPhoto,
} from '../../photos/photo.ts'
import { removePhoto } from '../../photos/remove.ts'
import { replacePhoto } from '../../photos/replace.ts'
import { readOptions } from '../query/query.ts'
import { at, contact, group, listOf, one, selectOnly, team, user } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import type { Target } from '../request/target.ts'
import { levelOf } from '../resources/control-information.ts'
import { etagOf, isUnchanged, writeCondition } from '../resources/headers.ts'
import { keyed, profilePhoto, sizeName } from '../resources/resources.ts'
import { collection, entity, noContent, ok, variesByAccept } from './replies.ts'

const readPhoto = { page: 'profilephoto-get', conditions: 'read' } as const
const metadata = one('profilePhoto')

// @differs SDKs have a PATCH of `photo` for height and width, which no page documents. The size of
// a photo is that of its picture: 405.
export const photoOperations: readonly Row[] = [
  {
    name: 'getPhoto',
    summary: 'Metadata of the photo',
    at: at('GET', '/photo', user, group, team, contact),
    action: 'readMetadata',
    resource: 'target',
    contract: { ...readPhoto, options: selectOnly, answer: metadata },
    perform: getPhoto,
  },
  {
    name: 'getPhotoValue',
    summary: 'The photo',
    at: at('GET', '/photo/$value', user, group, team, contact),
    action: 'read',
    resource: 'target',
    contract: { ...readPhoto, answer: { kind: 'photo' } },
    perform: getPhotoValue,
  },
  {
    name: 'listPhotos',
    summary: 'Metadata of every size of the photo, smallest first',
    // A team has only "PUT /teams/{id}/photo/$value": no PATCH, no DELETE, no `photos`.
    at: at('GET', '/photos', user, group),
    action: 'readMetadata',
    resource: 'target',
    contract: {
      page: 'profilephoto-get',
      // Generated SDKs offer $count, $filter, $orderby, $search and $expand, which Graph's metadata
      // excludes for `photos`. Ignoring a filter would be a wrong answer: 400.
      options: ['$select', '$top', '$skip'],
      answer: listOf('profilePhoto'),
    },
    perform: listPhotos,
  },
  {
    name: 'getPhotoOfSize',
    summary: 'Metadata of the photo in one size',
    // `{size}` is like 48x48.
    at: at('GET', '/photos/{size}', user, group),
    action: 'readMetadata',
    resource: 'target',
    contract: { ...readPhoto, options: selectOnly, answer: metadata },
    perform: getPhoto,
  },
  {
    name: 'getPhotoOfSizeValue',
    summary: 'The photo in one size',
    at: [
      ...at('GET', '/photos/{size}/$value', user, group),
      // An example on the page for "Get profilePhoto" has this spelling, and clients copy it.
      ...at('GET', '/photo/{size}/$value', user, group),
    ],
    action: 'read',
    resource: 'target',
    contract: { ...readPhoto, answer: { kind: 'photo' } },
    perform: getPhotoValue,
  },
  {
    name: 'updatePhoto',
    summary: 'Set the photo',
    at: [
      ...at('PUT', '/photo/$value', user, group, team, contact),
      ...at('PATCH', '/photo/$value', user, group, contact),
    ],
    action: 'update',
    resource: 'target',
    contract: {
      page: 'profilephoto-update',
      body: 'photo',
      answer: { kind: 'ok' },
      conditions: 'write',
    },
    perform: updatePhoto,
  },
  {
    name: 'deletePhoto',
    summary: 'Delete the photo',
    // "Deleting a contact's photo isn't supported."; an empty PUT removes it, as Evolution does.
    at: [...at('DELETE', '/photo', user, group), ...at('DELETE', '/photo/$value', user, group)],
    action: 'delete',
    resource: 'target',
    contract: { page: 'profilephoto-delete', answer: { kind: 'ok' }, conditions: 'write' },
    // https://learn.microsoft.com/en-us/graph/api/profilephoto-delete: 200, no body.
    perform: deletePhoto,
  },
]

/** Metadata of the photo or of one size. */
async function getPhoto(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { photo, rendition } = expectRendition(request)
  const id = request.match.size === undefined ? 'default' : sizeName(rendition)
  const level = levelOf(request.call.headers.accept, request.address.query)
  const caching = { etag: etagOf(photo, level), ...revalidate, ...variesByAccept }
  if (isUnchanged(request.call.headers, caching.etag)) return notModified(caching)
  const path = `${contextOf(request.target)}/${request.match.size === undefined ? 'photo' : 'photos'}/$entity`
  const reply = entity(request, path, profilePhoto(photo, rendition, id, select))
  return { ...reply, headers: { ...reply.headers, ...caching } }
}

/** The JPEG. Query options are ignored. */
async function getPhotoValue(request: Request, parts: Parts): Promise<Reply> {
  const { photo, rendition } = expectRendition(request)
  const caching = { etag: etagOf(photo), ...revalidate }
  if (isUnchanged(request.call.headers, caching.etag)) return notModified(caching)
  const body = await readRendition(parts.packs, photo, rendition)
  return {
    status: 200,
    headers: {
      'content-type': 'image/jpeg',
      ...caching,
      // The bytes are from our own encoder; this also keeps browsers from guessing another type.
      'x-content-type-options': 'nosniff',
    },
    body,
  }
}

/**
 * Every size, smallest first. A photo of a non-standard size is not in the list: its address is
 * `photo`.
 */
async function listPhotos(request: Request): Promise<Reply> {
  const { select, top, skip } = readOptions(request)
  const photo = expectPhoto(request.target)
  const sizes = listSizes(photo)
  const page = sizes.slice(skip, skip + top)
  return collection(
    request,
    `${contextOf(request.target)}/photos`,
    page.map(rendition => profilePhoto(photo, rendition, sizeName(rendition), select)),
    skip + top < sizes.length ? { $skip: String(skip + top) } : undefined,
  )
}

/**
 * "如果成功,此方法返回200 OK用于更新团队照片的响应代码或204 No Content响应代码。" 200 for users, groups and contacts, 204 for
 * teams, as in the two examples; no body, so no Content-Type.
 * https://learn.microsoft.com/zh-cn/graph/api/profilephoto-update
 *
 * @differs "Content-Type: image/jpeg. Required." Most official SDKs send another one, so the type
 * is detected from the bytes; VISAGE_STRICT_CONTENT_TYPE enforces the header.
 */
async function updatePhoto(request: Request, parts: Parts): Promise<Reply> {
  const { call, target } = request
  if (parts.strictContentType) expectJpegContentType(call.headers['content-type'])
  const condition = writeCondition(call.headers)
  const { owner, photo } = ownPhoto(target)
  // Checked before the upload, to avoid it; replacePhoto checks again in its transaction.
  expectCondition(condition, photo?.version)
  const body = await call.readBody(maxUploadBytes)
  if (body.length === 0) return await removeByEmptyBody(request, parts)
  const change = await replacePhoto(parts, owner, photo, body, condition, call.gone?.())
  const reply = target.kind === 'team' ? noContent : ok
  return change === 'unchanged' ? reply : { ...reply, changed: { change, owner } }
}

/**
 * Evolution removes a contact's photo by a PUT without a body; elsewhere an empty body is a failed
 * upload. @differs An empty PUT removes a contact's photo; Graph documents no way.
 */
async function removeByEmptyBody(request: Request, parts: Parts): Promise<Reply> {
  const { target } = request
  if (target.kind !== 'contact' || !isDeliberatelyEmpty(request.call.headers))
    throw new Failure('body-empty')
  if (ownPhoto(target).photo === undefined) return ok
  return await deletePhoto(request, parts)
}

/**
 * True only for a deliberately empty body. An SDK that repeats a request after a refusal, chunked
 * or compressed, may send a body that has no bytes left.
 */
function isDeliberatelyEmpty(headers: Headers): boolean {
  return (
    headers['content-length'] === '0' &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers['retry-attempt'] === undefined
  )
}

async function deletePhoto({ call, target }: Request, parts: Parts): Promise<Reply> {
  const { owner } = ownPhoto(target)
  await removePhoto(parts.database, owner, writeCondition(call.headers), parts.now())
  return { ...ok, changed: { change: 'removed', owner } }
}

/** A cache may store it for this caller, but must revalidate it. */
const revalidate = { 'cache-control': 'private, no-cache' }

/**
 * "…MUST generate any of the following header fields that would have been sent in a 200 (OK)
 * response": ETag, Cache-Control, Vary. https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5
 */
function notModified(headers: Reply['headers']): Reply {
  return { status: 304, headers }
}

type OwnPhoto = Readonly<{ owner: OwnerKey; photo: Photo | undefined }>

/** The owner that the address names, and the owner's photo. */
function ownPhoto(target: Target): OwnPhoto {
  switch (target.kind) {
    case 'user':
      return photoOf('user', target.user)
    case 'group':
    case 'team':
      return photoOf('group', target.group)
    case 'contact':
      return photoOf('contact', target.contact)
    default:
      throw new TypeError(`a ${target.kind} has no photo`)
  }
}

function photoOf(
  kind: OwnerKey['kind'],
  row: Parameters<typeof toPhoto>[0] & Readonly<{ tenant_id: string; id: string }>,
): OwnPhoto {
  return { owner: { tenantId: row.tenant_id, kind, id: row.id }, photo: toPhoto(row) }
}

function expectPhoto(target: Target): Photo {
  const { photo } = ownPhoto(target)
  if (photo === undefined) throw new Failure('photo-not-found')
  return photo
}

type Found = Readonly<{ photo: Photo; rendition: Photo['renditions'][0] }>

function expectRendition({ match, target }: Request): Found {
  const photo = expectPhoto(target)
  const size = match.size === undefined ? undefined : parseSize(match.size)
  const rendition = size === null ? undefined : findRendition(photo, size)
  if (rendition === undefined) throw new Failure('photo-size-not-found')
  return { photo, rendition }
}

/** The documentation has both 240X240 and 240x240. */
export const sizePattern = /^(\d{1,5})[xX](\d{1,5})$/

/** null when it is not a size. */
function parseSize(text: string): PixelSize | null {
  const match = sizePattern.exec(text)
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) }
}

function expectJpegContentType(contentType: string | undefined): void {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase()
  if (mediaType === 'image/jpeg') return
  throw new Failure('content-type-refused', {
    facts: { contentType: mediaType?.slice(0, 100) || 'nothing' },
  })
}

/**
 * The beginning of contexts: users('id'), groups('id'), teams('id') or users('id')/contacts('id').
 */
function contextOf(target: Target): string {
  const own = keyed(`${target.kind}s`, ownPhoto(target).owner.id)
  return target.kind === 'contact' ? `${keyed('users', target.user.id)}/${own}` : own
}

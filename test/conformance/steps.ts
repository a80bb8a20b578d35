/**
 * Exchanges and callers that many scenarios share. Permissions stand here as the scenarios need them,
 * not as tables allow them: that is for scenarios/permissions.ts to say.
 */
import type { PictureName } from './pictures.ts'
import type { AdminRole, Exchange, Expected, Wanted } from './scenario.ts'

const pages = 'https://learn.microsoft.com'
export const updatePage = `${pages}/zh-cn/graph/api/profilephoto-update`
export const getPage = `${pages}/en-us/graph/api/profilephoto-get`
export const deletePage = `${pages}/en-us/graph/api/profilephoto-delete`
export const errorsPage = `${pages}/en-us/graph/errors`

export function self(...holds: readonly string[]): Wanted {
  return { kind: 'user', who: 'self', holds }
}

export function application(...holds: readonly string[]): Wanted {
  return { kind: 'application', holds }
}

export function special(how: Extract<Wanted, { kind: 'special' }>['how']): Wanted {
  return { kind: 'special', how }
}

export function exactly(
  kind: 'delegated' | 'personal' | 'application',
  holds: readonly string[],
  roles?: readonly AdminRole[],
): Wanted {
  if (kind !== 'delegated') return { kind, holds, exactly: true }
  return { kind: 'user', who: 'self', holds, exactly: true, ...(roles && { roles }) }
}

/** Whoever may set, see and delete their own photo, with the one permission that does for all. */
export const me = self('User.ReadWrite')
export const withContacts = self('Contacts.ReadWrite')
export const owner = self(
  'ProfilePhoto.ReadWrite.All',
  'TeamSettings.ReadWrite.All',
  'Team.ReadBasic.All',
)
export const photographer = application('ProfilePhoto.ReadWrite.All', 'Contacts.ReadWrite')
export const viewer = application('ProfilePhoto.Read.All', 'Contacts.Read', 'Team.ReadBasic.All')
export const personalMe: Wanted = { kind: 'personal', holds: ['User.ReadWrite'] }

/** "200 OK", and for a team "204 No Content"; neither has a body. */
export const updated: Expected = { status: 200, empty: true }
export const teamUpdated: Expected = { status: 204, empty: true }
export const noPhoto: Expected = { status: 404, error: { code: 'ImageNotFound' } }

/** `place` is like `/v1.0/me`. Left out, the caller is the person whose photo, or whose contact, it is. */
export function setPhoto(place: string, picture: PictureName, as = ownerOf(place)): Exchange {
  return { as, method: 'PUT', path: `${place}/photo/$value`, body: { picture } }
}

/** There may be none. */
export function removePhoto(place: string, as = ownerOf(place)): Exchange {
  const path = `${place}/photo/$value`
  return { as, method: 'DELETE', path, expected: { status: [200, 204, 404] } }
}

export function readPhoto(place: string, expected: Expected, as = ownerOf(place)): Exchange {
  return { as, method: 'GET', path: `${place}/photo/$value`, expected }
}

function ownerOf(place: string): Wanted {
  return place.toLowerCase().includes('/contacts/') ? withContacts : me
}

/** The photo of 'a portrait' and its kind, which are 100 pixels wide, as squares of 100. */
export function shows(picture: PictureName, side = 100): Expected {
  return { status: 200, picture: { width: side, height: side, like: picture } }
}

/** A contact of self, which goes away afterwards; its id is `{made}`. */
export function makeContact(place = '/v1.0/me', as: Wanted = withContacts): Exchange {
  return {
    as,
    method: 'POST',
    path: `${place}/contacts`,
    body: { json: { givenName: 'Pavel', surname: 'Bansky' } },
    expected: { status: 201 },
    keep: { made: { json: 'id' } },
  }
}

export const removeContact: Exchange = {
  as: withContacts,
  method: 'DELETE',
  path: '/v1.0/me/contacts/{made}',
}

/** Between a resource of type User and a person of the directory. */
import { toUser, type UserChanges } from '../directory/change-users.ts'
import type { User } from '../directory/users.ts'
import { normalizeId } from '../guid.ts'
import { entriesOf } from './parts.ts'
import { preferred, toProperties, toResource } from './properties.ts'
import type { Entry, Resource } from './schema.ts'

export function userResource(row: User): Resource {
  const user: Readonly<Record<string, string | boolean | undefined>> = {
    ...toUser(row),
    externalId: row.external_id ?? undefined,
    managerId: row.manager_id ?? undefined,
  }
  return toResource('User', property => user[property])
}

export type SentUser = Readonly<{
  externalId: string | undefined
  /** Every property that SCIM has; undefined takes a value away. */
  fields: UserChanges & Readonly<{ userPrincipalName: string; displayName: string }>
  /** The person may be missing: Entra sends people in any order. */
  managerId: string | null
  /** The text of the photo to take; undefined when none was sent. */
  photo: string | undefined
}>

/** `resource` as readResource and patchResource return it: with a userName. */
export function toSentUser(resource: Resource): SentUser {
  const properties = toProperties('User', resource)
  const text = (property: string) => {
    const value = properties.get(property)
    return typeof value === 'string' ? value : undefined
  }
  const userPrincipalName = text('userPrincipalName') ?? ''
  const [givenName, surname] = [text('givenName'), text('surname')]
  const fullName = [givenName, surname].filter(name => name !== undefined).join(' ')
  const managerId = text('managerId')
  return {
    externalId: text('externalId'),
    fields: {
      userPrincipalName,
      displayName: text('displayName') ?? (fullName || userPrincipalName),
      givenName,
      surname,
      mail: text('mail'),
      mailNickname: text('mailNickname'),
      jobTitle: text('jobTitle'),
      department: text('department'),
      employeeId: text('employeeId'),
      userType: text('userType') === 'Guest' ? 'Guest' : 'Member',
      isActive: properties.get('isActive') !== false,
    },
    managerId: managerId === undefined ? null : normalizeId(managerId),
    photo: photoOf(entriesOf(resource.get('photos'))),
  }
}

/** A thumbnail is taken only if there is no larger photo. */
function photoOf(photos: readonly Entry[]): string | undefined {
  const isThumbnail = (photo: Entry) => String(photo.get('type')).toLowerCase() === 'thumbnail'
  const large = photos.filter(photo => !isThumbnail(photo))
  const value = preferred(large.length > 0 ? large : photos)?.get('value')
  return typeof value === 'string' ? value : undefined
}

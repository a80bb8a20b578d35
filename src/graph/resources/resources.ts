/**
 * Converts rows and renditions to Graph's JSON: properties, names and annotations. The only place
 * with these spellings.
 */

import type { ShownGroup } from '../../directory/groups.ts'
import type { Contact, EmailAddress } from '../../directory/mailbox/contacts.ts'
import type { ContactFolder } from '../../directory/mailbox/folders.ts'
import type { Coverage } from '../../directory/photo-coverage.ts'
import type { PhotoOwner } from '../../directory/photo-owners.ts'
import type { PhotoUpdateSettings } from '../../directory/photo-update-settings.ts'
import type { ShownUser } from '../../directory/users.ts'
import type { Photo, PixelSize } from '../../photos/photo.ts'
import type { Json, Shown } from './control-information.ts'
import { etagOf } from './headers.ts'
import { notKept } from './not-kept.ts'
import { type EntityName, entityTypes, isCollection, type Version } from './schema.ts'

type Select = ReadonlySet<string> | undefined

/** `https://host/v1.0/$metadata#users('id')/photo/$entity` */
export function contextUrl(origin: string, version: Version, path: string): string {
  return `${origin}/${version}/$metadata#${path}`
}

export function keyed(collection: string, id: string): string {
  return `${collection}('${id.replaceAll("'", "''")}')`
}

/**
 * `id` is 'default' for the photo without a size, otherwise like '48x48'.
 * @observed 2026-04 A photo's metadata has six keys, `height` before `width`; other samples have
 * `width` first.
 */
export function profilePhoto(
  photo: Photo,
  { height, width }: PixelSize,
  id: string,
  select: Select,
): Shown {
  return {
    type: 'profilePhoto',
    // "photos" is not updatable: a size changes with the photo.
    ...(id === 'default' ? { key: undefined } : { key: id, isReadOnly: true }),
    annotations: {
      '@odata.mediaContentType': 'image/jpeg',
      '@odata.mediaEtag': etagOf(photo),
    },
    ...pick('profilePhoto', { id, height, width }, select),
  }
}

export function sizeName({ width, height }: PixelSize): string {
  return `${width}x${height}`
}

/** Properties of a user that Graph returns only when selected. */
const selectedOnly = new Set([
  'userType',
  'department',
  'accountEnabled',
  'employeeId',
  'mailNickname',
])

/** Properties that Visage does not store are null. */
export function user(row: ShownUser, select: Select): Shown {
  const all = {
    businessPhones: [],
    displayName: row.display_name,
    givenName: row.given_name,
    jobTitle: row.job_title,
    mail: row.mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: row.surname,
    userPrincipalName: row.user_principal_name,
    id: row.id,
    userType: row.user_type,
    department: row.department,
    accountEnabled: row.is_active === 1,
    employeeId: row.employee_id,
    mailNickname: row.mail_nickname,
    deletedDateTime: timeOf(row.deleted_at),
  }
  return {
    type: 'user',
    key: row.id,
    ...pickDefault('user', all, row, select, selectedOnly),
  }
}

const none: ReadonlySet<string> = new Set()

type Deletable = Pick<ShownUser, 'deleted_at'>

/** Without $select, deletedDateTime is included only for deleted objects. */
function pickDefault(
  type: EntityName,
  all: Json,
  { deleted_at }: Deletable,
  select: Select,
  excluded: ReadonlySet<string>,
) {
  if (select) return pick(type, all, select)
  const isDefault = (name: string) =>
    name === 'deletedDateTime' ? deleted_at !== null : !excluded.has(name)
  const defaults = Object.entries(all).filter(([name]) => isDefault(name))
  return pick(type, Object.fromEntries(defaults), select)
}

/** In seconds, as Graph writes it. */
function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString().replace(/\.\d+/, '')
}

export function group(row: ShownGroup, select: Select): Shown {
  const all = {
    id: row.id,
    description: row.description,
    displayName: row.display_name,
    groupTypes: row.is_unified === 1 ? ['Unified'] : [],
    mail: row.mail,
    mailEnabled: row.is_unified === 1,
    mailNickname: row.mail_nickname ?? row.mail?.split('@')[0] ?? null,
    resourceProvisioningOptions: row.is_team === 1 ? ['Team'] : [],
    securityEnabled: row.is_unified !== 1,
    visibility: row.visibility,
    deletedDateTime: timeOf(row.deleted_at),
  }
  return { type: 'group', key: row.id, ...pickDefault('group', all, row, select, none) }
}

/** As an element of directoryObjects, with its type. */
export function asDirectoryObject(shown: Shown): Shown {
  return {
    ...shown,
    set: `${shown.type}s`,
    annotations: { '@odata.type': `#microsoft.graph.${shown.type}` },
  }
}

/**
 * "…only the @odata.type property for the object type and the id is returned, while other
 * properties are indicated as null." A list is empty, never null.
 * https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function onlyId(type: 'user' | 'group', id: string, select: Select): Shown {
  const none = Object.entries(entityTypes[type].properties).map(
    ([name, type]) => [name, isCollection(type) ? [] : null] as const,
  )
  const all = { id, ...Object.fromEntries(none) }
  return { type, key: id, ...pick(type, all, select) }
}

export function team(row: ShownGroup, select: Select): Shown {
  const all = {
    id: row.id,
    displayName: row.display_name,
    description: row.description,
    visibility: row.visibility.toLowerCase(),
    isArchived: false,
  }
  return { type: 'team', key: row.id, isReadOnly: true, ...pick('team', all, select) }
}

export function contact(row: Contact, select: Select): Shown {
  const all = {
    id: row.id,
    parentFolderId: row.folder_id,
    displayName: row.display_name,
    givenName: row.given_name,
    surname: row.surname,
    companyName: row.company_name,
    jobTitle: row.job_title,
    department: row.department,
    mobilePhone: row.mobile_phone,
    businessPhones: JSON.parse(row.business_phones ?? '[]') as readonly string[],
    emailAddresses: JSON.parse(row.email_addresses) as readonly EmailAddress[],
  }
  return { type: 'contact', key: row.id, ...pick('contact', all, select) }
}

export function contactFolder(row: ContactFolder, select: Select): Shown {
  const all = { id: row.id, parentFolderId: row.parent_folder_id, displayName: row.display_name }
  return { type: 'contactFolder', key: row.id, ...pick('contactFolder', all, select) }
}

/**
 * An empty list is []; a source that was not set is null.
 * @differs For an empty `allowedRoles` the documentation shows {}, PowerShell's form of a list;
 * Visage answers []. https://www.michev.info/blog/post/6196
 */
export function photoUpdateSettings(settings: PhotoUpdateSettings, select: Select): Shown {
  const all = { source: settings.source, allowedRoles: settings.allowedRoles }
  return {
    type: 'photoUpdateSettings',
    key: undefined,
    ...pick('photoUpdateSettings', all, select),
  }
}

/**
 * A person as those who pick people see them: everybody in the directory is an OrganizationUser.
 * @differs Graph orders people by relevance to the caller; here nobody is more relevant.
 */
export function person(row: ShownUser, select: Select): Shown {
  const all = {
    id: row.id,
    displayName: row.display_name,
    givenName: row.given_name,
    surname: row.surname,
    jobTitle: row.job_title,
    companyName: null,
    department: row.department,
    officeLocation: null,
    userPrincipalName: row.user_principal_name,
    imAddress: null,
    scoredEmailAddresses: row.mail === null ? [] : [{ address: row.mail, relevanceScore: 0 }],
    personType: { class: 'Person', subclass: 'OrganizationUser' },
  }
  return { type: 'person', key: row.id, isReadOnly: true, ...pick('person', all, select) }
}

export function userPhoto(
  row: PhotoOwner<'users'>['row'],
  photo: Photo | undefined,
  select: Select,
): Shown {
  return photoOwner('userPhoto', photo, select, {
    id: row.id,
    kind: 'user',
    displayName: row.display_name,
    userPrincipalName: row.user_principal_name,
    department: row.department,
    jobTitle: row.job_title,
  })
}

export function groupPhoto(
  row: PhotoOwner<'groups'>['row'],
  photo: Photo | undefined,
  select: Select,
): Shown {
  return photoOwner('groupPhoto', photo, select, {
    id: row.id,
    kind: 'group',
    displayName: row.display_name,
    mail: row.mail,
  })
}

/** Without a photo there is no etag, and the size is null. */
function photoOwner(
  type: 'userPhoto' | 'groupPhoto',
  photo: Photo | undefined,
  select: Select,
  owner: Json & Readonly<{ id: string }>,
): Shown {
  const { width = null, height = null } = photo?.renditions[0] ?? {}
  return {
    type,
    key: owner.id,
    isReadOnly: true,
    ...(photo && { annotations: { '@odata.mediaEtag': etagOf(photo) } }),
    ...pick(type, { ...owner, width, height }, select),
  }
}

export function photoCoverage({ department, ...counts }: Coverage, select: Select): Shown {
  const all = { id: department, department: department || null, ...counts }
  return {
    type: 'photoCoverage',
    key: department,
    isReadOnly: true,
    ...pick('photoCoverage', all, select),
  }
}

/** Property names are compared without case. */
function pick(type: EntityName, all: Json, select: Select): Pick<Shown, 'properties' | 'selected'> {
  if (select === undefined) return { properties: all, selected: select }
  const known = Object.entries({ ...all, ...notKept(type) })
  const chosen = known.filter(([name]) => select.has(name.toLowerCase()))
  return { properties: Object.fromEntries(chosen), selected: select }
}

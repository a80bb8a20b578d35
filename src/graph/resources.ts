/**
 * Rows and renditions -> Graph's JSON: which properties a resource has, under which names, with which
 * OData annotations. The only place where these spellings stand.
 */
import type { Contact, EmailAddress } from '../directory/contacts.ts'
import type { ContactFolder } from '../directory/folders.ts'
import type { Group } from '../directory/groups.ts'
import type { PhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import type { User } from '../directory/users.ts'
import type { Photo, PixelSize } from '../photos/photo.ts'
import type { Version } from './address.ts'
import type { Json, Shown } from './control-information.ts'
import { etagOf } from './headers.ts'
import { entityTypes, isCollection } from './schema.ts'

type Select = ReadonlySet<string> | undefined

/** `https://host/v1.0/$metadata#users('id')/photo/$entity` */
export function contextUrl(origin: string, version: Version, path: string): string {
  return `${origin}/${version}/$metadata#${path}`
}

export function keyed(collection: string, id: string): string {
  return `${collection}('${id.replaceAll("'", "''")}')`
}

/**
 * `id` is the literal 'default' for the photo without a size, else '48x48'.
 * @observed 2026-04 A photo's metadata has six keys, `height` before `width`; other samples have them
 * the other way round.
 */
export function profilePhoto(
  photo: Photo,
  { height, width }: PixelSize,
  id: string,
  select: Select,
): Shown {
  return {
    type: 'profilePhoto',
    // "photos" is not updatable: what changes a size is a change of the photo.
    ...(id === 'default' ? { key: undefined } : { key: id, isReadOnly: true }),
    annotations: {
      '@odata.mediaContentType': 'image/jpeg',
      '@odata.mediaEtag': etagOf(photo),
    },
    ...pick({ id, height, width }, select),
  }
}

export function sizeName({ width, height }: PixelSize): string {
  return `${width}x${height}`
}

/** Graph returns these of a user only when they are selected. */
const selectedOnly = new Set([
  'userType',
  'department',
  'accountEnabled',
  'employeeId',
  'mailNickname',
])

/** What Visage does not keep is null. */
export function user(row: User, select: Select): Shown {
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
    isReadOnly: true,
    ...pickUsual(all, row, select, selectedOnly),
  }
}

const none: ReadonlySet<string> = new Set()

type Deletable = Pick<User, 'deleted_at'>

/** When they were deleted is told of those who are, else when it is selected. */
function pickUsual(
  all: Json,
  { deleted_at }: Deletable,
  select: Select,
  left: ReadonlySet<string>,
) {
  if (select) return pick(all, select)
  const isUsual = (name: string) =>
    name === 'deletedDateTime' ? deleted_at !== null : !left.has(name)
  const usual = Object.entries(all).filter(([name]) => isUsual(name))
  return pick(Object.fromEntries(usual), select)
}

/** To the second, as Graph writes it. */
function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString().replace(/\.\d+/, '')
}

export function group(row: Group, select: Select): Shown {
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
  return { type: 'group', key: row.id, isReadOnly: true, ...pickUsual(all, row, select, none) }
}

/** Among directoryObjects, where each says what it is. */
export function asDirectoryObject(shown: Shown): Shown {
  return {
    ...shown,
    set: `${shown.type}s`,
    annotations: { '@odata.type': `#microsoft.graph.${shown.type}` },
  }
}

/**
 * "…only the @odata.type property for the object type and the id is returned, while other properties
 * are indicated as null." A list of the schema is never null.
 * https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function byId(type: 'user' | 'group', id: string, select: Select): Shown {
  const none = Object.entries(entityTypes[type].properties).map(
    ([name, type]) => [name, isCollection(type) ? [] : null] as const,
  )
  const all = { id, ...Object.fromEntries(none) }
  return { type, key: id, isReadOnly: true, ...pick(all, select) }
}

export function team(row: Group, select: Select): Shown {
  const all = {
    id: row.id,
    displayName: row.display_name,
    description: row.description,
    visibility: row.visibility.toLowerCase(),
    isArchived: false,
  }
  return { type: 'team', key: row.id, isReadOnly: true, ...pick(all, select) }
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
    emailAddresses: JSON.parse(row.email_addresses) as readonly EmailAddress[],
  }
  return { type: 'contact', key: row.id, ...pick(all, select) }
}

export function contactFolder(row: ContactFolder, select: Select): Shown {
  const all = { id: row.id, parentFolderId: row.parent_folder_id, displayName: row.display_name }
  return { type: 'contactFolder', key: row.id, ...pick(all, select) }
}

/**
 * A list of nothing is [], null a source that nobody has set.
 * @differs For an empty `allowedRoles` pages print {}, which is how PowerShell shows a list; Visage
 * answers []. https://www.michev.info/blog/post/6196
 */
export function photoUpdateSettings(settings: PhotoUpdateSettings, select: Select): Shown {
  const all = { source: settings.source, allowedRoles: settings.allowedRoles }
  return { type: 'photoUpdateSettings', key: undefined, ...pick(all, select) }
}

/** Names of properties compare without case; a property that does not exist is left out. */
function pick(all: Json, select: Select): Pick<Shown, 'properties' | 'selected'> {
  if (select === undefined) return { properties: all, selected: select }
  const chosen = Object.entries(all).filter(([name]) => select.has(name.toLowerCase()))
  return { properties: Object.fromEntries(chosen), selected: select }
}

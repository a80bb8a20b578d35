/**
 * Table: the types that Visage serves, as in Graph's metadata, with only the supported properties.
 * $metadata, the OpenAPI document and full metadata are generated from it.
 *
 * https://graph.microsoft.com/v1.0/$metadata
 */
import { notKept } from './not-kept.ts'

/** A version of the API: the first segment of every address. */
export type Version = 'v1.0' | 'beta'

type Primitive = 'Edm.String' | 'Edm.Int32' | 'Edm.Double' | 'Edm.Boolean' | 'Edm.DateTimeOffset'
type EnumName = 'photoUpdateSource' | 'teamVisibilityType'
type ComplexName = 'emailAddress' | 'personType' | 'scoredEmailAddress'
type Value = Primitive | `graph.${ComplexName}` | `graph.${EnumName}`
export type PropertyType = Value | `Collection(${Value})`

type NavigationType = EntityName | `Collection(${EntityName})`

export type EntityType = Readonly<{
  /** Default: Graph's root of all entities. */
  base?: EntityName
  /** Only in this version; default: both. */
  only?: Version
  /** The content is at `/$value`. */
  hasStream?: true
  /** In addition to `id`, the key of every entity. */
  properties: Readonly<Record<string, PropertyType>>
  /** Contained entities, addressed through their owner. */
  navigation?: Readonly<Record<string, NavigationType>>
  /** Entities that are not contained: each has its own address. */
  related?: Readonly<Record<string, NavigationType>>
  /** A second key: users(userPrincipalName='…'). */
  alternateKey?: string
}>

export type EntityName =
  | 'profilePhoto'
  | 'directoryObject'
  | 'user'
  | 'group'
  | 'team'
  | 'contact'
  | 'contactFolder'
  | 'person'
  | 'directory'
  | 'admin'
  | 'peopleAdminSettings'
  | 'photoUpdateSettings'
  | 'visage'
  | 'userPhoto'
  | 'groupPhoto'
  | 'photoCoverage'

export const entityTypes: Readonly<Record<EntityName, EntityType>> = {
  profilePhoto: { hasStream: true, properties: { height: 'Edm.Int32', width: 'Edm.Int32' } },
  directoryObject: { properties: { deletedDateTime: 'Edm.DateTimeOffset' } },
  user: {
    base: 'directoryObject',
    alternateKey: 'userPrincipalName',
    properties: {
      accountEnabled: 'Edm.Boolean',
      businessPhones: 'Collection(Edm.String)',
      department: 'Edm.String',
      displayName: 'Edm.String',
      employeeId: 'Edm.String',
      givenName: 'Edm.String',
      jobTitle: 'Edm.String',
      mail: 'Edm.String',
      mailNickname: 'Edm.String',
      mobilePhone: 'Edm.String',
      officeLocation: 'Edm.String',
      preferredLanguage: 'Edm.String',
      surname: 'Edm.String',
      userPrincipalName: 'Edm.String',
      userType: 'Edm.String',
    },
    navigation: {
      photo: 'profilePhoto',
      photos: 'Collection(profilePhoto)',
      joinedTeams: 'Collection(team)',
      contacts: 'Collection(contact)',
      contactFolders: 'Collection(contactFolder)',
      people: 'Collection(person)',
    },
    related: {
      directReports: 'Collection(directoryObject)',
      manager: 'directoryObject',
      memberOf: 'Collection(directoryObject)',
      ownedObjects: 'Collection(directoryObject)',
    },
  },
  group: {
    base: 'directoryObject',
    properties: {
      description: 'Edm.String',
      displayName: 'Edm.String',
      groupTypes: 'Collection(Edm.String)',
      mail: 'Edm.String',
      mailEnabled: 'Edm.Boolean',
      mailNickname: 'Edm.String',
      resourceProvisioningOptions: 'Collection(Edm.String)',
      securityEnabled: 'Edm.Boolean',
      visibility: 'Edm.String',
    },
    navigation: { photo: 'profilePhoto', photos: 'Collection(profilePhoto)', team: 'team' },
    related: {
      members: 'Collection(directoryObject)',
      owners: 'Collection(directoryObject)',
    },
  },
  team: {
    properties: {
      description: 'Edm.String',
      displayName: 'Edm.String',
      isArchived: 'Edm.Boolean',
      visibility: 'graph.teamVisibilityType',
    },
    navigation: { photo: 'profilePhoto' },
  },
  contact: {
    properties: {
      businessPhones: 'Collection(Edm.String)',
      companyName: 'Edm.String',
      department: 'Edm.String',
      displayName: 'Edm.String',
      emailAddresses: 'Collection(graph.emailAddress)',
      givenName: 'Edm.String',
      jobTitle: 'Edm.String',
      mobilePhone: 'Edm.String',
      parentFolderId: 'Edm.String',
      surname: 'Edm.String',
    },
    navigation: { photo: 'profilePhoto' },
  },
  contactFolder: {
    properties: { displayName: 'Edm.String', parentFolderId: 'Edm.String' },
    navigation: { childFolders: 'Collection(contactFolder)', contacts: 'Collection(contact)' },
  },
  person: {
    properties: {
      companyName: 'Edm.String',
      department: 'Edm.String',
      displayName: 'Edm.String',
      givenName: 'Edm.String',
      imAddress: 'Edm.String',
      jobTitle: 'Edm.String',
      officeLocation: 'Edm.String',
      personType: 'graph.personType',
      scoredEmailAddresses: 'Collection(graph.scoredEmailAddress)',
      surname: 'Edm.String',
      userPrincipalName: 'Edm.String',
    },
  },
  directory: { properties: {}, navigation: { deletedItems: 'Collection(directoryObject)' } },
  admin: { only: 'beta', properties: {}, navigation: { people: 'peopleAdminSettings' } },
  peopleAdminSettings: {
    only: 'beta',
    properties: {},
    navigation: { photoUpdateSettings: 'photoUpdateSettings' },
  },
  photoUpdateSettings: {
    only: 'beta',
    properties: {
      allowedRoles: 'Collection(Edm.String)',
      source: 'graph.photoUpdateSource',
    },
  },
  // The types below are Visage's own.
  visage: {
    properties: {},
    navigation: {
      userPhotos: 'Collection(userPhoto)',
      groupPhotos: 'Collection(groupPhoto)',
      photoCoverage: 'Collection(photoCoverage)',
    },
  },
  userPhoto: {
    properties: {
      department: 'Edm.String',
      displayName: 'Edm.String',
      height: 'Edm.Int32',
      jobTitle: 'Edm.String',
      kind: 'Edm.String',
      userPrincipalName: 'Edm.String',
      width: 'Edm.Int32',
    },
  },
  groupPhoto: {
    properties: {
      displayName: 'Edm.String',
      height: 'Edm.Int32',
      kind: 'Edm.String',
      mail: 'Edm.String',
      width: 'Edm.Int32',
    },
  },
  photoCoverage: {
    properties: { department: 'Edm.String', people: 'Edm.Int32', withPhoto: 'Edm.Int32' },
  },
}

export const complexTypes: Readonly<Record<string, Readonly<Record<string, PropertyType>>>> = {
  emailAddress: { address: 'Edm.String', name: 'Edm.String' },
  personType: { class: 'Edm.String', subclass: 'Edm.String' },
  scoredEmailAddress: { address: 'Edm.String', relevanceScore: 'Edm.Double' },
} satisfies Record<ComplexName, Readonly<Record<string, PropertyType>>>

/** Members in the order of their values, starting at 0. */
export const enumTypes: Readonly<Record<string, readonly string[]>> = {
  photoUpdateSource: ['cloud', 'onPremises', 'unknownFutureValue'],
  teamVisibilityType: ['private', 'public', 'hiddenMembership', 'unknownFutureValue'],
} satisfies Record<EnumName, readonly string[]>

/** The type inside `Collection(…)`, or the type itself. */
export function itemType(type: string): string {
  return /^Collection\((.+)\)$/.exec(type)?.[1] ?? type
}

export function isCollection(type: string): boolean {
  return type.startsWith('Collection(')
}

/** The property or link that is called so; names compare without case. undefined when none is. */
export function propertyNamed(type: EntityName, name: string): string | undefined {
  const { base, properties, navigation, related } = entityTypes[type]
  const inherited = base === undefined ? {} : entityTypes[base].properties
  const all = { id: '', ...inherited, ...properties, ...navigation, ...related, ...notKept(type) }
  const wanted = name.toLowerCase()
  return Object.keys(all).find(one => one.toLowerCase() === wanted)
}

/** The type itself; of a type that others are kinds of, those kinds too. */
export function kindsOf(type: EntityName): readonly EntityName[] {
  const kinds = Object.entries(entityTypes).filter(([, { base }]) => base === type)
  return [type, ...kinds.map(([name]) => name as EntityName)]
}

/**
 * Table: the entity container of $metadata, that is what an address begins with, and what cannot be done to
 * some of the properties.
 */
import type { EntityName } from '../graph/schema.ts'

/** What an address begins with. */
export const container = {
  sets: { groups: 'group', teams: 'team', users: 'user' },
  singletons: { admin: 'admin', directory: 'directory', me: 'user' },
  /** Only what contexts name: nothing is served at the set itself. */
  unlisted: { directoryObjects: 'directoryObject' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, EntityName>>>>

/**
 * What cannot be done, in the words of the capabilities vocabulary and as Graph's metadata says it of
 * these properties. https://github.com/oasis-tcs/odata-vocabularies/blob/main/vocabularies/Org.OData.Capabilities.V1.md
 */
export type Restrictions = Readonly<Partial<Record<keyof typeof restrictionTerms, false>>>
export const restrictionTerms = {
  Insertable: 'InsertRestrictions',
  Updatable: 'UpdateRestrictions',
  Deletable: 'DeleteRestrictions',
  Expandable: 'ExpandRestrictions',
  Countable: 'CountRestrictions',
  Filterable: 'FilterRestrictions',
  Sortable: 'SortRestrictions',
  Searchable: 'SearchRestrictions',
} as const

const photo: Restrictions = { Insertable: false, Expandable: false }
const photos: Restrictions = {
  Insertable: false,
  Updatable: false,
  Deletable: false,
  Expandable: false,
  Countable: false,
  Filterable: false,
  Sortable: false,
  Searchable: false,
}

export const restrictions: Readonly<Record<`${EntityName}/${string}`, Restrictions>> = {
  'user/photo': photo,
  'user/photos': photos,
  'group/photo': photo,
  'group/photos': photos,
  'team/photo': { ...photo, Deletable: false },
  'contact/photo': { ...photo, Deletable: false },
}

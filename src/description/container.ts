/**
 * Table: the entity container of $metadata, that is the first segments of addresses, and the restrictions
 * of some properties.
 */
import type { EntityName } from '../graph/resources/schema.ts'

export const container = {
  sets: { groups: 'group', teams: 'team', users: 'user' },
  singletons: { admin: 'admin', directory: 'directory', me: 'user', visage: 'visage' },
  /** Contexts name this set; it is not served itself. */
  unlisted: { directoryObjects: 'directoryObject' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, EntityName>>>>

/**
 * Restrictions in the terms of the capabilities vocabulary, as in Graph's metadata.
 * https://github.com/oasis-tcs/odata-vocabularies/blob/main/vocabularies/Org.OData.Capabilities.V1.md
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

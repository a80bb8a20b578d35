/**
 * Table: the attributes of a group that are kept. `/Schemas` offers exactly these. The extension is Visage's own: no
 * standard schema has owners or teams.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-4.2
 */
import type { Schema } from './schema.ts'
import { toUser } from './user-schema.ts'

/** A limit of one request; a group may have more. */
const maxPeople = 10_000

export const group: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'A group',
  attributes: [
    {
      name: 'displayName',
      type: 'string',
      isName: true,
      required: true,
      property: 'displayName',
      description: 'The name to show',
    },
    {
      name: 'members',
      type: 'complex',
      multiValued: true,
      limit: maxPeople,
      description: 'The people of the group; groups in groups are ignored',
      subAttributes: [
        {
          name: 'value',
          type: 'string',
          required: true,
          caseExact: true,
          property: 'members',
          description: 'The id of a user',
        },
        toUser,
      ],
    },
  ],
}

export const visageGroup: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group',
  name: 'VisageGroup',
  description: 'What Microsoft Graph says about a group in addition',
  attributes: [
    {
      name: 'description',
      type: 'string',
      property: 'description',
      description: 'What the group is for',
    },
    {
      name: 'team',
      type: 'boolean',
      required: true,
      initial: false,
      property: 'isTeam',
      description: 'Whether the group is also a team',
    },
    {
      name: 'visibility',
      type: 'string',
      required: true,
      canonicalValues: ['Public', 'Private'],
      initial: 'Public',
      property: 'visibility',
      description: 'Public or Private; without it, Public',
    },
    {
      name: 'owners',
      type: 'complex',
      multiValued: true,
      limit: maxPeople,
      description: 'The people who may change the group and its photo',
      subAttributes: [
        {
          name: 'value',
          type: 'string',
          required: true,
          caseExact: true,
          property: 'owners',
          description: 'The id of a user',
        },
        toUser,
      ],
    },
  ],
}

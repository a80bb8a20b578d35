/** Table: the fields of a group, in the order of the form. */
import type { Group } from '../graph/groups.ts'
import type { Draft, Field } from './draft.ts'

export const groupFields = [
  { name: 'displayName', isRequired: true, form: 'text' },
  { name: 'mailNickname', isRequired: true, form: 'alias' },
  { name: 'description', form: 'text' },
  { name: 'visibility', form: 'choice', options: ['Public', 'Private'] },
] as const satisfies readonly Field[]

export const newGroup: Draft = { visibility: 'Public' }

export function draftOfGroup({ name, description, mailNickname, visibility }: Group): Draft {
  return {
    displayName: name,
    mailNickname: mailNickname ?? '',
    description: description ?? '',
    // "Private, Public, or empty (which is interpreted as Public)"
    visibility: visibility ?? 'Public',
  }
}

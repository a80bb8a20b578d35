/** Table: the fields of a person, in the order of the form. */
import type { Someone } from '../graph/person.ts'
import type { Draft, Field } from './draft.ts'

export const accountFields = [
  { name: 'displayName', isRequired: true, form: 'text' },
  { name: 'userPrincipalName', isRequired: true, form: 'address' },
  { name: 'givenName', form: 'text' },
  { name: 'surname', form: 'text' },
  { name: 'mail', form: 'address' },
  { name: 'jobTitle', form: 'text' },
  { name: 'department', form: 'text' },
] as const satisfies readonly Field[]

export function draftOfPerson(someone: Someone): Draft {
  const { name, title, userPrincipalName, givenName, surname, mail, department } = someone
  const known = { userPrincipalName, givenName, surname, mail, department }
  const texts = { ...known, displayName: name, jobTitle: title }
  return Object.fromEntries(accountFields.map(field => [field.name, texts[field.name] ?? '']))
}

/** The properties that a file can have, by kind of its rows, and which header or name stands for which. */
import { contact } from './contact-properties.ts'
import { group, member } from './group-properties.ts'
import { person } from './person-properties.ts'
import type { Property } from './property.ts'

/** One kind of rows in a file. */
export type Kind = 'people' | 'groups' | 'members' | 'contacts'

const kinds = {
  people: person,
  groups: group,
  members: member,
  contacts: contact,
} as const satisfies Record<Kind, Record<string, Property>>

export function propertiesOf(kind: Kind): readonly string[] {
  return Object.keys(kinds[kind])
}

/** The usual headers of a property. */
export function headersOf(kind: Kind, property: string): readonly string[] {
  const known: Readonly<Record<string, Property>> = kinds[kind]
  return known[property]?.headers ?? []
}

export function formOf(kind: Kind, property: string): Property['form'] {
  const known: Readonly<Record<string, Property>> = kinds[kind]
  return known[property]?.form
}

export function propertyNamed(kind: Kind, header: string): string | undefined {
  return byHeader[kind].get(plain(header))
}

const byHeader = {
  people: listHeaders(person),
  groups: listHeaders(group),
  members: listHeaders(member),
  contacts: listHeaders(contact),
} as const satisfies Record<Kind, ReadonlyMap<string, string>>

/** Header -> property. */
function listHeaders(table: Readonly<Record<string, Property>>): ReadonlyMap<string, string> {
  const pairs = Object.entries(table).flatMap(([name, { headers }]) =>
    [name, ...headers].map(header => [plain(header), name] as const),
  )
  return new Map(pairs)
}

/** undefined of a column that no property says, such as a search text. */
export function nameOfColumn(column: string): string | undefined {
  const entries = [person, group, contact].flatMap(one => Object.entries<Property>(one))
  return entries.find(([, property]) => property.column === column)?.[0]
}

/** `E-Mail Address`, `e_mail address` and `EMailAddress` are one header. */
export function plain(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{Z}\p{S}\p{Cc}]/gu, '')
}

/** The lists that a file can have, in the order in which they are compared and written: members are people of groups. */
import { contacts } from './contacts.ts'
import { groups } from './groups.ts'
import type { List } from './kinds.ts'
import { members } from './members.ts'
import { people } from './people.ts'
import type { Kind } from './properties.ts'

export const lists: Readonly<Record<Kind, List>> = { people, groups, members, contacts }

export const kinds = Object.keys(lists) as readonly Kind[]

/** `visage people list` and `show`, read directly from the store. */
import { describeSignIns } from '../upkeep/link-people.ts'
import { listPeople } from '../upkeep/list-people.ts'
import {
  findAnyPerson,
  findManagerOf,
  nameOf,
  type Person,
  personFields,
} from '../upkeep/people.ts'
import { type Column, chooseForm } from './forms.ts'
import { print, printOne } from './listing.ts'
import { type DirectoryFlags, tenantOf, withDirectory } from './open-directory.ts'
import { writeTo } from './stream.ts'
import type { Terminal } from './terminal.ts'

export type ListFlags = DirectoryFlags &
  Readonly<{ withoutPhoto?: boolean; inactive?: boolean; deleted?: boolean; source?: string }>

export const peopleNoun = ['person', 'people'] as const

export async function showPeople(flags: ListFlags, terminal: Terminal): Promise<void> {
  const form = chooseForm(flags)
  const { withoutPhoto, inactive, deleted, source } = flags
  const filter = { withoutPhoto, inactive, deleted, source, tenantId: tenantOf(flags) }
  await withDirectory(flags, async database => {
    const pages = listPeople(database, filter)
    const listing = { pages, form, names: personFields, columnsAt, noun: peopleNoun }
    await print(listing, terminal)
  })
}

/** Columns are two cells apart. */
export function columnsAt(width: number): Column<Person>[] {
  const sources: Column<Person>[] =
    width < 90 ? [] : [{ heading: 'SOURCE', width: 14, text: ({ source }) => source }]
  const taken = sources.length > 0 ? 35 : 19
  const name = Math.floor((width - taken) * 0.4)
  return [
    { heading: 'NAME', width: name, text: ({ displayName }) => displayName },
    {
      heading: 'USER PRINCIPAL NAME',
      width: width - taken - name,
      text: ({ userPrincipalName }) => userPrincipalName,
    },
    { heading: 'PHOTO', width: 5, text: ({ hasPhoto }) => yesOrNo(hasPhoto) },
    { heading: 'STATE', width: 8, text: stateOf },
    ...sources,
  ]
}

export const yesOrNo = (flag: boolean): string => (flag ? 'yes' : 'no')

function stateOf({ isActive, deletedAt }: Person): string {
  if (deletedAt !== null) return 'removed'
  return isActive ? 'active' : 'inactive'
}

export async function showPerson(
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const person = await findAnyPerson(database, { name, tenantId: tenantOf(flags) })
    const manager = await findManagerOf(database, person)
    const signIns = (await describeSignIns(database, person)).join('; ')
    const lines = [
      ...describe(person, manager && nameOf(manager)),
      ['Signs in as', signIns || null] as const,
    ]
    const names = [...personFields, 'signIns'] as const
    await writeTo(terminal.stdout, printOne(form, { ...person, signIns }, lines, names))
  })
}

function describe(person: Person, manager: string | undefined) {
  return [
    ['Name', person.displayName],
    ['User principal name', person.userPrincipalName],
    ['Id', person.id],
    ['Tenant', person.tenantId],
    ['State', stateOf(person)],
    ['Removed at', person.deletedAt],
    ['Photo', person.hasPhoto ? `yes, since ${person.photoChangedAt}` : 'no'],
    ['Given name', person.givenName],
    ['Surname', person.surname],
    ['Mail', person.mail],
    ['Mail nickname', person.mailNickname],
    ['Job title', person.jobTitle],
    ['Department', person.department],
    ['Employee id', person.employeeId],
    ['User type', person.userType],
    ['Manager', manager ?? null],
    ['Source', person.source],
    ['Id at the source', person.externalId],
    ['Changed at', person.changedAt],
  ] as const
}

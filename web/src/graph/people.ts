/** The people of the organisation: one question for what is asked of them, answered in pages. */
import type { Graph } from './graph.ts'
import { type Fields, type Page, readPage, shownText, textOf } from './page.ts'
import { eventual, searchClauses } from './search.ts'

export type Person = Readonly<{
  id: string
  name: string
  userPrincipalName: string
  title: string | undefined
}>

export const peoplePermissions = ['User.ReadBasic.All'] as const

const properties = 'id,displayName,userPrincipalName,jobTitle'

/** Words at the beginning of a name or an address, and a department; undefined for everybody. */
export type Wanted = Readonly<{ text: string; department: string | undefined }>

export function peoplePath(wanted: Wanted): string {
  const query = { $select: properties, $top: '200', $count: 'true', ...conditionsOf(wanted) }
  return `/users?${new URLSearchParams(query)}`
}

/** As options of a query. */
export function conditionsOf({ text, department }: Wanted): Readonly<Record<string, string>> {
  const clauses = searchClauses(text, ['displayName', 'mail', 'userPrincipalName'])
  const name = department?.replaceAll("'", "''")
  return {
    ...(clauses !== undefined && { $search: clauses }),
    ...(name !== undefined && { $filter: `department eq '${name}'` }),
  }
}

export async function readPeople(
  graph: Graph,
  path: string,
  signal: AbortSignal,
): Promise<Page<Person>> {
  const options = { permissions: peoplePermissions, headers: eventual, signal }
  return await readPage(graph, path, toPerson, options)
}

export function toPerson(fields: Fields): Person {
  const id = textOf(fields, 'id') ?? ''
  const userPrincipalName = textOf(fields, 'userPrincipalName') ?? ''
  return {
    id,
    name: shownText(fields, 'displayName') ?? (userPrincipalName || id),
    userPrincipalName,
    title: shownText(fields, 'jobTitle'),
  }
}

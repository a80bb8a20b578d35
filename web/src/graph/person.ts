/** One person, for a page about their photo. */
import { readIfThere } from './batch.ts'
import type { Graph } from './graph.ts'
import { type Fields, textOf } from './page.ts'
import { type Person, peoplePermissions, toPerson } from './people.ts'

export type Someone = Person &
  Readonly<{
    department: string | undefined
    givenName: string | undefined
    surname: string | undefined
    mail: string | undefined
    account: Account
  }>

export type Account = 'enabled' | 'disabled'

const properties =
  'id,displayName,userPrincipalName,jobTitle,department,givenName,surname,mail,accountEnabled'

/** By id or sign-in name. undefined: there is nobody. */
export async function readSomeone(
  graph: Graph,
  id: string,
  signal: AbortSignal,
): Promise<Someone | undefined> {
  const path = `/users/${encodeURIComponent(id)}?$select=${properties}`
  const answer = await readIfThere(graph, { path }, { permissions: peoplePermissions, signal })
  if (!answer) return undefined
  const fields = answer.body as Fields
  return {
    ...toPerson(fields),
    department: textOf(fields, 'department'),
    givenName: textOf(fields, 'givenName'),
    surname: textOf(fields, 'surname'),
    mail: textOf(fields, 'mail'),
    account: fields.accountEnabled === false ? 'disabled' : 'enabled',
  }
}

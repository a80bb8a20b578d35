/** Adds, changes and deletes groups, and their owners and members, where no other source manages them. */
import type { Graph } from './graph.ts'
import { groupPermissions } from './groups.ts'
import { type Page, readPage, textOf, toFields } from './page.ts'
import { type Person, peoplePermissions, toPerson } from './people.ts'

export type Relation = 'owners' | 'members'

type Texts = Readonly<Record<string, string | null>>

/** Of the kind that has a photo; who adds it is its first owner. Answers with the id. */
export async function addGroup(graph: Graph, texts: Texts): Promise<string> {
  const kind = { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false }
  const response = await write(graph, 'POST', '/groups', { ...texts, ...kind })
  return textOf(toFields(await response.json()), 'id') ?? ''
}

/** Texts that are left out stay. */
export async function changeGroup(graph: Graph, id: string, texts: Texts): Promise<void> {
  await write(graph, 'PATCH', pathOf(id), texts)
}

export async function deleteGroup(graph: Graph, id: string): Promise<void> {
  await graph.send('DELETE', pathOf(id), { permissions: groupPermissions })
}

export function peopleOfGroupPath(id: string, relation: Relation): string {
  const query = new URLSearchParams({
    $select: 'id,displayName,userPrincipalName,jobTitle',
    $top: '50',
  })
  return `${pathOf(id)}/${relation}/microsoft.graph.user?${query}`
}

export async function readPeopleOfGroup(
  graph: Graph,
  path: string,
  signal: AbortSignal,
): Promise<Page<Person>> {
  const permissions = [...groupPermissions, ...peoplePermissions]
  return await readPage(graph, path, toPerson, { permissions, signal })
}

export async function addToGroup(
  graph: Graph,
  id: string,
  relation: Relation,
  personId: string,
): Promise<void> {
  // Graph's own address names people on every server.
  const address = `https://graph.microsoft.com/v1.0/directoryObjects/${encodeURIComponent(personId)}`
  await write(graph, 'POST', `${pathOf(id)}/${relation}/$ref`, { '@odata.id': address })
}

export async function removeFromGroup(
  graph: Graph,
  id: string,
  relation: Relation,
  personId: string,
): Promise<void> {
  const path = `${pathOf(id)}/${relation}/${encodeURIComponent(personId)}/$ref`
  await graph.send('DELETE', path, { permissions: groupPermissions })
}

const pathOf = (id: string) => `/groups/${encodeURIComponent(id)}`

async function write(graph: Graph, method: string, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const options = { headers, body: JSON.stringify(body), permissions: groupPermissions }
  return await graph.send(method, path, options)
}

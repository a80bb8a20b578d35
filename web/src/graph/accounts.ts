/** Adds, changes, disables and deletes people: for administrators, and where no other source manages them. */
import type { Graph } from './graph.ts'
import { textOf, toFields } from './page.ts'
import type { Account } from './person.ts'

export const accountPermissions = ['User.ReadWrite.All'] as const

/** Names of Graph -> texts; null removes one. */
export type AccountTexts = Readonly<Record<string, string | null>>

/** Answers with the id. The directory needs a mail nickname: it is the part of the sign-in name before the @. */
export async function addAccount(graph: Graph, texts: AccountTexts): Promise<string> {
  const [mailNickname] = (texts.userPrincipalName ?? '').split('@')
  const response = await write(graph, 'POST', '/users', {
    ...texts,
    mailNickname,
    accountEnabled: true,
  })
  return textOf(toFields(await response.json()), 'id') ?? ''
}

/** Texts that are left out stay. */
export async function changeAccount(graph: Graph, id: string, texts: AccountTexts): Promise<void> {
  await write(graph, 'PATCH', pathOf(id), texts)
}

export async function switchAccount(graph: Graph, id: string, account: Account): Promise<void> {
  await write(graph, 'PATCH', pathOf(id), { accountEnabled: account === 'enabled' })
}

export async function deleteAccount(graph: Graph, id: string): Promise<void> {
  await graph.send('DELETE', pathOf(id), { permissions: accountPermissions })
}

const json = { 'content-type': 'application/json' }

const pathOf = (id: string) => `/users/${encodeURIComponent(id)}`

async function write(graph: Graph, method: string, path: string, body: object): Promise<Response> {
  const options = { headers: json, body: JSON.stringify(body), permissions: accountPermissions }
  return await graph.send(method, path, options)
}

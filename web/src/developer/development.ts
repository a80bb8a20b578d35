/**
 * What a developer's page asks of `visage dev` beside the public API: tokens to order, and faults. These addresses need
 * no token, and answer only pages of the server itself.
 */
import { Problem } from '../graph/problem.ts'
import type { TokenOrder } from './token-order.ts'

export type Choices = Readonly<{
  people: readonly Readonly<{
    user: string
    userPrincipalName: string
    displayName: string
    isPersonal: boolean
    adminRoles: readonly string[]
  }>[]
  permissions: Readonly<{ delegated: readonly string[]; application: readonly string[] }>
  /** `id`: as in the claim `wids`. */
  adminRoles: readonly Readonly<{ name: string; id: string }>[]
}>

/** By the ids of directory roles. */
export function namesOfRoles({ adminRoles }: Choices): ReadonlyMap<string, string> {
  return new Map(adminRoles.map(({ id, name }) => [id, name]))
}

export type Ordered = Readonly<{ access_token: string; warnings?: readonly string[] }>

export type Development = Readonly<{
  readChoices: () => Promise<Choices>
  orderToken: (order: TokenOrder) => Promise<Ordered>
  readFaults: () => Promise<readonly string[]>
  /** Replaces them all, and returns those that are on now. */
  setFaults: (faults: readonly string[]) => Promise<readonly string[]>
}>

type Fetch = (address: string, init: RequestInit) => Promise<Response>

/** `base`: the address of the server, without a slash at the end. Each function throws Problem. */
export function openDevelopment(fetch: Fetch, base: string): Development {
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
    const response = await fetch(`${base}/_visage/${path}`, init).catch((error: unknown) => {
      throw new Problem({ kind: 'offline' }, error)
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok) return answer
    const words = textOf(answer, 'error_description')
    const kind = response.status < 500 ? 'refused' : 'failed'
    throw new Problem({ kind, status: response.status, words })
  }
  const askFaults = async (method: string, body?: unknown) =>
    ((await ask(method, 'faults', body)) as { faults: readonly string[] }).faults
  return {
    readChoices: async () => (await ask('GET', 'choices')) as Choices,
    orderToken: async order => (await ask('POST', 'token', order)) as Ordered,
    readFaults: () => askFaults('GET'),
    setFaults: faults => askFaults('PUT', { faults }),
  }
}

function textOf(answer: unknown, name: string): string {
  const value = (answer as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** Sentences of docs/faults.md that developers try first. */
export const commonFaults = [
  '429 retry after 5s on PUT */photo/$value',
  '503 on * */photo for 30%',
  'delay 2s on GET */photo/$value',
  'cut on PUT me/photo/$value first 1',
  'visible after 5s on PUT */photo/$value',
  '500 on GET users',
] as const

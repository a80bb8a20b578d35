/**
 * A server by the texts of its settings, asked over HTTP with tokens of the stand-in for Entra ID, and every statement
 * that it sends to its database.
 */

import { addGroups } from '../../src/directory/groups.ts'
import { addContact } from '../../src/directory/mailbox/contacts.ts'
import { addUsers, type NewUser } from '../../src/directory/users.ts'
import type { WriteLine } from '../../src/events.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import type { Texts } from '../../src/settings/table.ts'
import type { PostgresLocation } from '../../src/storage/location.ts'
import type { Database } from '../../src/storage/schema.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestClaims,
  v2App,
  v2User,
} from '../support/test-issuer.ts'

export const tenantId = contoso
export const idOf = (digit: string) => `1c2d3e4f-0000-4000-8000-00000000000${digit}`
export const [anna, ben, group] = [idOf('a'), idOf('b'), idOf('c')]

export type Answer = Readonly<{ status: number; code?: string; json?: unknown; headers: Headers }>
type Asking = Readonly<{ method?: string; body?: Uint8Array<ArrayBuffer> | object }>

export type Leavers = AsyncDisposable &
  Readonly<{
    database: Database
    /** With a token that has these claims, besides what it needs. */
    ask: (path: string, token: string, asking?: Asking) => Promise<Answer>
    person: (oid: string, claims?: TestClaims) => string
    application: (...roles: readonly string[]) => string
    contactId: string
    /** Texts of the statements since it was last asked for. */
    takeStatements: () => string[]
    logged: readonly Readonly<Record<string, unknown>>[]
  }>

type More = Readonly<{ now?: () => number; database?: PostgresLocation }>

/** Anna owns the team Design and Ben is in it; Anna has a contact. */
export async function startLeavers(texts: Texts = {}, more: More = {}): Promise<Leavers> {
  const issuer = await startTestIssuer()
  const entra = {
    cloud: 'global',
    tenants: contoso,
    audience: ourAudience,
    port: '0',
    renderers: '1',
  }
  const config = readConfig({ ...entra, ...texts }, {})
  const statements: string[] = []
  const logged: Readonly<Record<string, unknown>>[] = []
  const write: WriteLine = (_severity, fields) => void logged.push(fields)
  const server = await startServer({
    ...config,
    ...more,
    data: undefined,
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [{ queried: ({ text }) => statements.push(text) }],
    write,
  })
  const { database } = server.parts
  await addUsers(database, contoso, [named(anna, 'anna'), named(ben, 'ben')])
  const design = { id: group, displayName: 'Design', isTeam: true, owners: [anna], members: [ben] }
  await addGroups(database, contoso, [design])
  const contact = await addContact(
    database,
    { tenantId, userId: anna },
    { id: 'carla', displayName: 'Carla' },
  )
  return {
    database,
    contactId: contact.id,
    person: (oid, claims) => issuer.sign(v2User(Date.now(), { oid, scp: everything, ...claims })),
    application: (...roles) => issuer.sign(v2App(Date.now(), { roles })),
    ask: (path, token, asking) => ask(`${server.origin}${path}`, token, asking),
    takeStatements: () => statements.splice(0),
    logged,
    async [Symbol.asyncDispose]() {
      await server.close()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

function named(id: string, alias: string): NewUser {
  return { id, userPrincipalName: `${alias}@contoso.example`, displayName: alias }
}

const everything = [
  'User.ReadWrite.All',
  'User.ReadWrite',
  'ProfilePhoto.ReadWrite.All',
  'Group.ReadWrite.All',
  'TeamSettings.ReadWrite.All',
  'Contacts.ReadWrite',
  'Directory.ReadWrite.All',
].join(' ')

async function ask(url: string, token: string, { method = 'GET', body }: Asking = {}) {
  const isPicture = body instanceof Uint8Array
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': isPicture ? 'image/jpeg' : 'application/json' }),
    },
    ...(body && { body: isPicture ? body : JSON.stringify(body) }),
  })
  const { status, headers } = response
  if (!headers.get('content-type')?.includes('json')) {
    await response.arrayBuffer()
    return { status, headers }
  }
  const json = (await response.json()) as { error?: { code: string } }
  return { status, headers, json, ...(json.error && { code: json.error.code }) }
}

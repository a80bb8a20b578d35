/**
 * Visage for developers in memory, asked without a socket: calls go straight to the mounts, with real
 * tokens, a real database and real pictures behind it.
 */

import type { Call, Reply } from '../../src/call.ts'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { Failure } from '../../src/failure.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { readLimits } from '../../src/settings/limits.ts'
import { answerBy, mountsOf } from '../http/serve.ts'

export type Question = Readonly<{
  method?: string
  url: string
  /** Alice's by default; null for none. */
  token?: string | null
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array | string | object
  /** In place of `body`: how it arrives. */
  readBody?: Call['readBody']
  takeMemory?: Call['takeMemory']
}>

export type Stand = Readonly<{
  development: Development
  parts: Parts
  origin: string
  mint: (order: TokenOrder) => Promise<string>
  ask: (question: Question, parts?: Parts) => Promise<Reply>
  /** What an operator would have had to read. */
  logged: readonly unknown[]
  stop: () => Promise<void>
}>

/** What alice may do here: whatever a user can be granted. */
const everything = [
  'User.Read',
  'User.ReadWrite.All',
  'User.ReadWrite',
  'ProfilePhoto.ReadWrite.All',
  'Group.ReadWrite.All',
  'TeamSettings.ReadWrite.All',
  'Contacts.ReadWrite',
  'People.Read.All',
  'PeopleSettings.ReadWrite.All',
]

export async function startStand(): Promise<Stand> {
  const logged: unknown[] = []
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    limits: readLimits({ renderers: '1' }),
    write: (_severity, fields) => logged.push(fields),
  })
  await development.photosReady
  const { issuer, origin } = development
  const alice = await issuer.mint({
    person: 'alice',
    scopes: everything,
    adminRoles: ['Global Administrator'],
  })
  return {
    development,
    parts: development.parts,
    origin,
    mint: order => issuer.mint(order),
    ask: (question, parts = development.parts) => ask(question, parts, origin, alice),
    logged,
    stop: () => development.close(),
  }
}

async function ask(
  { method = 'GET', url, token, headers, body, readBody, takeMemory = () => {} }: Question,
  parts: Parts,
  origin: string,
  alice: string,
): Promise<Reply> {
  const call: Call = {
    method,
    url,
    origin,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token ?? alice}` }),
      ...headers,
    },
    takeMemory,
    readBody: readBody ?? (async maxBytes => withinLimit(toBytes(body), maxBytes)),
  }
  return await answerBy(mountsOf(parts))(call)
}

function withinLimit(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length > maxBytes) throw new Failure('body-too-large', { facts: { maxBytes } })
  return bytes
}

function toBytes(body: Question['body']): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'object' ? JSON.stringify(body) : (body ?? ''))
}

export type Json = Readonly<Record<string, unknown>>

export function jsonOf({ body }: Reply): Json {
  if (typeof body !== 'string') throw new TypeError('the answer has no JSON')
  return JSON.parse(body) as Json
}

export function errorOf(reply: Reply): Readonly<{ status: number; code: string; message: string }> {
  const { error } = jsonOf(reply) as { error: { code: string; message: string } }
  return { status: reply.status, code: error.code, message: error.message }
}

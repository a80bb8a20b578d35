/**
 * The refusals of the OpenAPI document: which statuses an operation may answer with, and which of
 * Graph's codes they have. Statuses and codes are those of the table of errors.
 */
import type { FailureCode } from '../failure.ts'
import { wireErrors } from '../graph/errors.ts'
import type { Contract } from '../graph/request/operation.ts'
import type { Route } from '../graph/routes.ts'

type Json = Readonly<Record<string, unknown>>

/** Refusals of every operation, one for each status. */
const ofAll: readonly FailureCode[] = [
  'query-option-invalid',
  'token-missing',
  'permission-missing',
  'url-too-long',
  'requests-throttled',
  'storage-unavailable',
]
const ofBody: readonly FailureCode[] = [
  'body-stalled',
  'body-too-large',
  'body-encoding-unsupported',
]

/** By status, with `default` for what an operation has in common with a server that has a bug. */
export function refusalsOf({ body, conditions, refusals = [] }: Contract, { path }: Route): Json {
  const failures = [
    ...ofAll,
    ...(path.includes('{') || path.startsWith('/me') ? (['user-not-found'] as const) : []),
    ...(body ? ofBody : []),
    ...(conditions === 'write' ? (['photo-changed'] as const) : []),
    ...refusals,
  ]
  const statuses = failures.map(failure => wireErrors[failure].status)
  return {
    ...Object.fromEntries(statuses.map(status => [status, { $ref: nameOf(`Error${status}`) }])),
    default: { $ref: nameOf('Error') },
  }
}

function nameOf(response: string): string {
  return `#/components/responses/${response}`
}

const text = { schema: { type: 'string' } }

export const refusalResponses: Json = {
  Error: describeRefusal('Refused.', { $ref: '#/components/schemas/error' }),
  ...Object.fromEntries(
    [...codesByStatus()].map(([status, codes]) => [
      `Error${status}`,
      describeRefusal(codes.join(', '), withCodes(codes), headersOf(status)),
    ]),
  ),
}

function codesByStatus(): ReadonlyMap<number, readonly string[]> {
  const codes = new Map<number, string[]>()
  for (const { status, code } of Object.values(wireErrors)) {
    const known = codes.get(status) ?? []
    if (!known.includes(code)) codes.set(status, [...known, code])
  }
  return codes
}

function withCodes(codes: readonly string[]): Json {
  const code = { enum: codes }
  return {
    allOf: [
      { $ref: '#/components/schemas/error' },
      { properties: { error: { properties: { code } } } },
    ],
  }
}

function headersOf(status: number): Json {
  if (status === 401) return { 'WWW-Authenticate': text }
  if (status === 429 || status === 503) return { 'Retry-After': { schema: { type: 'integer' } } }
  return {}
}

function describeRefusal(description: string, schema: Json, headers: Json = {}): Json {
  return {
    description,
    headers: { 'request-id': text, 'client-request-id': text, ...headers },
    content: { 'application/json': { schema } },
  }
}

/**
 * POST /_visage/token, which `visage token` calls: JSON in, a token out. It reads the order; mint.ts
 * decides what it means.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../json.ts'
import { readBody, sendJson } from './exchange.ts'
import { type Minted, OrderRefused, type TokenOrder } from './mint.ts'
import { nearest } from './nearest.ts'
import { whyOrderRefused } from './orders.ts'

type Reader<Value> = (value: unknown, name: string) => Value

const fields = {
  user: readText,
  scopes: readWords,
  app: readApp,
  roles: readWords,
  wids: readWords,
  personal: readFlag,
  tenant: readText,
  client: readText,
  version: readVersion,
  lifetimeSeconds: readNumber,
  audience: readText,
  strict: readFlag,
} as const satisfies Record<string, Reader<unknown>>

export async function answerMint(
  mint: (order: TokenOrder) => Promise<Minted>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const unfit = whyOrderRefused(req)
  if (unfit) return refuse(res, unfit.status, unfit.problem)
  try {
    sendJson(res, 200, writeAnswer(await mint(readOrder(await readBody(req)))))
  } catch (error) {
    if (!(error instanceof OrderRefused)) throw error
    refuse(res, 400, error.message, error.suggestions)
  }
}

function writeAnswer({ token, expiresIn, tenantId, person, warnings }: Minted) {
  return {
    token_type: 'Bearer',
    access_token: token,
    expires_in: expiresIn,
    tenant: tenantId,
    ...(person ? { user: person.userPrincipalName } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  }
}

function refuse(
  res: ServerResponse,
  status: number,
  problem: string,
  suggestions: readonly string[] = [],
): void {
  sendJson(res, status, { error: 'invalid_request', error_description: problem, suggestions })
}

/** Throws `OrderRefused` with the first field that is unknown or of the wrong type. */
function readOrder(body: string): TokenOrder {
  const order = parseObject(body)
  for (const name of Object.keys(order)) {
    if (Object.hasOwn(fields, name)) continue
    throw new OrderRefused(`There is no field '${name}'.`, nearest(name, Object.keys(fields)))
  }
  const read = <Value>(name: keyof typeof fields, reader: Reader<Value>) =>
    order[name] === undefined ? undefined : reader(order[name], name)
  return {
    person: read('user', fields.user),
    scopes: read('scopes', fields.scopes),
    app: read('app', fields.app),
    roles: read('roles', fields.roles),
    adminRoles: read('wids', fields.wids),
    personal: read('personal', fields.personal),
    tenantId: read('tenant', fields.tenant),
    clientId: read('client', fields.client),
    version: read('version', fields.version),
    lifetimeSeconds: read('lifetimeSeconds', fields.lifetimeSeconds),
    audience: read('audience', fields.audience),
    strict: read('strict', fields.strict),
  }
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value)) return value
  } catch {
    // reported below, with the same message
  }
  throw new OrderRefused('The order is not a JSON object.')
}

function readText(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new OrderRefused(`'${name}' is not a text.`)
}

/** `["A", "B"]` or "A B", as in the scope of a token request. */
function readWords(value: unknown, name: string): readonly string[] {
  const words = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value
  if (Array.isArray(words) && words.every(word => typeof word === 'string')) return words
  throw new OrderRefused(`'${name}' is neither a text nor a list of texts.`)
}

function readApp(value: unknown, name: string): string | Record<string, never> | undefined {
  if (value === true) return {}
  return value === false ? undefined : readText(value, name)
}

function readFlag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new OrderRefused(`'${name}' is neither true nor false.`)
}

function readNumber(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  throw new OrderRefused(`'${name}' is not a number.`)
}

function readVersion(value: unknown, name: string): 1 | 2 {
  if (value === 1 || value === 2) return value
  throw new OrderRefused(`'${name}' is neither 1 nor 2.`)
}

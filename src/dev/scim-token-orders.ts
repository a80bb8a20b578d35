/**
 * The orders of `visage scim-token` to a running `visage dev`: JSON in, tokens out. order-endpoint.ts decides who may
 * give them.
 */
import { Failure } from '../failure.ts'
import { isObject } from '../json.ts'
import { createToken, listTokens, revokeTokens } from '../scim/tokens.ts'
import type { Database } from '../storage/schema.ts'
import { OrderRefused } from './issuer/mint.ts'

type OrderParts = Readonly<{ database: Database; now: () => number; tenantId: string }>

/** `tenantId`: the tenant of orders that name none. Throws OrderRefused. */
export async function carryOutTokenOrder(
  { database, now, tenantId: standard }: OrderParts,
  text: string,
): Promise<Readonly<Record<string, unknown>>> {
  const order = parse(text)
  const tenantId = textIn(order, 'tenant')?.toLowerCase() ?? standard
  const name = () => textIn(order, 'name') ?? refuse("'name' is missing.")
  switch (order.do) {
    case 'create': {
      const token = { tenantId, name: name(), expiresAt: timeIn(order, 'expiresAt') }
      return await asOrder(createToken(database, token, now()))
    }
    case 'list':
      return { tokens: await listTokens(database, textIn(order, 'tenant')?.toLowerCase()) }
    case 'revoke':
      return {
        tokens: await revokeTokens(database, { tenantId, name: name(), id: textIn(order, 'id') }),
      }
    default:
      return refuse("'do' is none of create, list and revoke.")
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // reported below, with the same message
  }
  return refuse('The order is not a JSON object.')
}

function textIn(order: Record<string, unknown>, name: string): string | undefined {
  const value = order[name]
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  return refuse(`'${name}' is not a text.`)
}

function timeIn(order: Record<string, unknown>, name: string): number | null {
  const value = order[name] ?? null
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value))) return value
  return refuse(`'${name}' is neither null nor a whole number of milliseconds.`)
}

function refuse(problem: string): never {
  throw new OrderRefused(problem)
}

async function asOrder<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Failure && error.code === 'resource-invalid') refuse(`${error.detail}.`)
    throw error
  }
}

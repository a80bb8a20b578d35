/**
 * The token in the link to the next page: the last row of a page, and the order of the list. A
 * client keeps it as it is.
 */
import { byName, type Key, type Order } from '../../directory/queries/in-order.ts'
import { Failure } from '../../failure.ts'

export function formatSkipToken({ name, id }: Key, order: Order = byName): string {
  const parts = nameOf(order) === nameOf(byName) ? [] : [nameOf(order)]
  return Buffer.from(JSON.stringify([name, id, ...parts])).toString('base64url')
}

function nameOf({ column, direction }: Order): string {
  return `${column} ${direction}`
}

/** `order`: of this request. A token of another order would lead to another position in the list. */
export function readSkipToken(value: string | undefined, order: Order): Key | undefined {
  if (value === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(value, 'base64url').toString())
    const [name, id, ordered = nameOf(byName)] = Array.isArray(parts) ? parts : []
    if (isText(name) && isText(id) && ordered === nameOf(order)) return { name, id }
  } catch (cause) {
    throw new Failure('query-option-invalid', { facts: { option: '$skiptoken', reason }, cause })
  }
  throw new Failure('query-option-invalid', { facts: { option: '$skiptoken', reason } })
}

/** Databases cannot store a lone surrogate. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

const reason = 'this server did not create it for this list'

/**
 * Reads how a sender wants a list sorted: by id, by userName or by displayName, which have an index. Sorting by another
 * attribute would read everybody for each page.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.3
 */
import type { Asked, Order } from '../directory/queries/list-where.ts'
import { findAttribute, isSchema } from './attribute-path.ts'
import { quoted, refused } from './refused.ts'
import type { TypeName } from './resource-types.ts'

const orders: Readonly<Record<TypeName, readonly Order[]>> = {
  User: ['id', 'userPrincipalName', 'displayName'],
  Group: ['id', 'displayName'],
}

/** By id unless something else is asked for. Throws Failure 'resource-invalid'. */
export function readSort(
  type: TypeName,
  sortBy: string | undefined,
  sortOrder: string | undefined,
): Pick<Asked, 'order' | 'direction'> {
  const direction = sortOrder?.toLowerCase() === 'descending' ? 'descending' : 'ascending'
  if (sortBy === undefined || sortBy === '') return { order: 'id', direction }
  const found = findAttribute(type, sortBy)
  const property = found && !isSchema(found) ? found.attribute.property : undefined
  const order = orders[type].find(one => one === property)
  if (order !== undefined) return { order, direction }
  throw refused('invalidValue', `lists are not sorted by ${quoted(sortBy)} here`)
}

/**
 * Reads ids from addresses of people in JSON bodies. The host is not compared, because clients may
 * know this server under another name.
 */
import { normalizeId } from '../../guid.ts'
import { versionPattern } from '../request/address.ts'
import {
  anything,
  type Body,
  type Fields,
  invalid,
  type Kind,
  maxTextLength,
  readObject,
} from '../request/body.ts'
import type { Parts } from '../request/request.ts'

/**
 * "…a maximum of 20 relationships, such as owners and members, can be added as part of group creation"
 * https://learn.microsoft.com/en-us/graph/api/group-post-groups
 */
export const maxReferences = 20

/** `users/{id}`, and `users('{id}')` as in answers with full metadata. */
const address = new RegExp(
  `^https?://[^/?#]+/(?:[^?#]*/)?(?:${versionPattern})/(?:users|directoryObjects)(?:/([^/?#]+)|\\('([^/?#]+)'\\))$`,
  'i',
)

const addressSchema = { type: 'string', pattern: address.source, maxLength: maxTextLength }

export const reference: Body = {
  name: 'reference',
  type: 'reference',
  properties: { '@odata.id': { ...anything, schema: addressSchema } },
  required: ['@odata.id'],
}

export const references: Kind<string[]> = {
  read: readReferences,
  schema: { type: ['array', 'null'], maxItems: maxReferences, items: addressSchema },
}

/** The id in `{ "@odata.id": "https://…/v1.0/users/{id}" }`. */
export function readReference(body: unknown): string {
  return readAddress(readObject(body, reference)['@odata.id'], '@odata.id')
}

/**
 * The ids in `{ "members@odata.bind": ["https://…/v1.0/directoryObjects/{id}"] }`; empty when the
 * property is missing.
 */
export function readReferences(fields: Fields, name: string): string[] {
  const value = fields[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxReferences) {
    throw invalid(`'${name}' is not a list of at most ${maxReferences} addresses`)
  }
  const ids = value.map(entry => readAddress(entry, name))
  if (new Set(ids.map(normalizeId)).size < ids.length) {
    throw invalid(`'${name}' names a person twice`)
  }
  return ids
}

function readAddress(value: unknown, name: string): string {
  const [, id, quotedId] = (typeof value === 'string' && address.exec(value)) || []
  const found = id ?? quotedId?.replaceAll("''", "'")
  if (found === undefined) {
    throw invalid(`'${name}' is not the address of a user: https://host/v1.0/users/{id}`)
  }
  return decodeId(found, name)
}

/**
 * An address may contain a userPrincipalName instead of an id. An unknown name is returned
 * unchanged, and the later look-up finds no person.
 */
export async function findIds(
  idsOrNames: readonly string[],
  tenantId: string,
  { findUser }: Pick<Parts, 'findUser'>,
): Promise<string[]> {
  const find = async (idOrName: string) =>
    idOrName.includes('@') ? (await findUser(tenantId, idOrName))?.id : undefined
  return await Promise.all(idsOrNames.map(async one => (await find(one)) ?? one))
}

function decodeId(id: string, name: string): string {
  try {
    const decoded = decodeURIComponent(id)
    if (!decoded.includes('\0') && decoded.length <= maxTextLength) return decoded
  } catch {
    // An incomplete percent-escape.
  }
  throw invalid(`'${name}' cannot be read`)
}

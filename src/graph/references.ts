/**
 * Addresses of people in JSON bodies -> their ids. The address of this server is not compared, because clients write
 * the one that they know.
 */
import { normalizeId } from '../guid.ts'
import { invalid, readObject } from './bodies.ts'

type Fields = Readonly<Record<string, unknown>>

/** "…a maximum of 20 relationships": https://learn.microsoft.com/en-us/graph/api/group-post-groups */
const maxReferences = 20

const address =
  /^https?:\/\/[^/?#]+\/(?:[^?#]*\/)?(?:v1\.0|beta)\/(?:users|directoryObjects)\/([^/?#]+)$/i

/** The id in `{ "@odata.id": "https://…/v1.0/users/{id}" }`, as any Graph writes it. */
export function readReference(body: unknown): string {
  return readAddress(readObject(body)['@odata.id'], '@odata.id')
}

/** The ids in `{ "members@odata.bind": ["https://…/v1.0/directoryObjects/{id}"] }`; none where it is left out. */
export function readReferences(fields: Fields, name: string): string[] {
  const value = fields[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxReferences) {
    throw invalid(`'${name}' is no list of at most ${maxReferences} addresses`)
  }
  const ids = value.map(entry => readAddress(entry, name))
  if (new Set(ids.map(normalizeId)).size < ids.length) {
    throw invalid(`'${name}' names somebody twice`)
  }
  return ids
}

function readAddress(value: unknown, name: string): string {
  const id = typeof value === 'string' ? address.exec(value)?.[1] : undefined
  if (id === undefined) {
    throw invalid(`'${name}' is not the address of a user: https://host/v1.0/users/{id}`)
  }
  return decodeId(id, name)
}

function decodeId(id: string, name: string): string {
  try {
    const decoded = decodeURIComponent(id)
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Half an escape.
  }
  throw invalid(`'${name}' cannot be read`)
}

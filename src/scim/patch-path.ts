/**
 * Reads the path of an operation: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each in any case and behind
 * the URN of a schema.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2
 */
import { type AttributePath, findAttribute, findSub, isSchema } from './attribute-path.ts'
import { type Entries, parseEntryFilter } from './filter.ts'
import { quoted, refused } from './refused.ts'
import type { TypeName } from './resource-types.ts'
import type { Schema } from './schema.ts'

/** `entries`: the entries of a list that are meant; without it, all. */
export type PatchPath = AttributePath & Readonly<{ entries?: Entries }>

/**
 * undefined for an attribute that is not kept; its filter is not read. Throws Failure 'resource-invalid' with
 * 'invalidPath' or 'invalidFilter'.
 */
export function readPath(type: TypeName, path: string): PatchPath | Schema | undefined {
  const { name, filter, subName } = splitPath(path)
  const found = findAttribute(type, name)
  if (found === undefined || filter === undefined) return found
  if (isSchema(found) || found.sub !== undefined || !found.attribute.multiValued) {
    throw invalidPath(path)
  }
  const { attribute } = found
  const sub = subName === undefined ? undefined : findSub(attribute, subName)
  if (subName !== undefined && sub === undefined) return undefined
  return { attribute, sub, entries: parseEntryFilter(attribute, filter) }
}

type Parts = Readonly<{ name: string; filter: string | undefined; subName: string | undefined }>

function splitPath(path: string): Parts {
  const [opening, closing] = [path.indexOf('['), path.lastIndexOf(']')]
  if (opening === -1 && closing === -1) {
    if (/^[\w$:.-]+$/.test(path)) return { name: path, filter: undefined, subName: undefined }
    throw invalidPath(path)
  }
  const [name, rest] = [path.slice(0, opening), path.slice(closing + 1)]
  if (opening < 1 || closing < opening || !/^(?:\.[\w$]+)?$/.test(rest)) throw invalidPath(path)
  return {
    name,
    filter: path.slice(opening + 1, closing),
    subName: rest === '' ? undefined : rest.slice(1),
  }
}

function invalidPath(path: string) {
  return refused('invalidPath', `the path ${quoted(path)} cannot be read`)
}

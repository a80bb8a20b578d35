/** The values of an item of JSON as texts, the same as the cells of a CSV. */
import type { Found } from './item-names.ts'
import { isList, isObject, type Json, type JsonObject, nameOf } from './json-value.ts'
import type { Cells } from './kinds.ts'
import { writeList } from './list-cell.ts'
import { formOf, type Kind } from './properties.ts'
import { Unreadable } from './values.ts'

export function cellsOf(kind: Kind, item: JsonObject, found: Found): Cells<string> {
  return property => {
    const name = found.get(property)
    return name === undefined ? undefined : textOf(kind, property, item.get(name) ?? null)
  }
}

const wantedForms = { flag: 'true or false', reference: 'a text', list: 'a list' } as const

/** null takes a value away, as an empty cell does. Throws Unreadable. */
function textOf(kind: Kind, property: string, value: Json): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  const form = formOf(kind, property)
  if (form === 'flag' && typeof value === 'boolean') return String(value)
  if (form === 'reference' && isObject(value)) return readReference(property, value)
  if (form === 'list' && isList(value)) return writeList(property, value)
  const wanted = form === undefined ? 'a text' : wantedForms[form]
  throw new Unreadable(`${property} is ${nameOf(value)}, and not ${wanted}`, property)
}

/**
 * Graph writes a person or a group within another object with the properties that were asked for.
 * https://learn.microsoft.com/en-us/graph/query-parameters#expand
 */
export function readReference(property: string, value: JsonObject): string {
  const [text] = ['id', 'userPrincipalName'].map(name => value.get(name)).filter(isText)
  if (text !== undefined) return text
  throw new Unreadable(`${property} is an object without id or userPrincipalName`, property)
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string'
}

/**
 * Reads one value as its attribute in the schema says. null, a blank text and an empty list are no value. A value of
 * the wrong type is refused with the name of the attribute.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-2.5
 */
import { hasControlCharacter } from '../directory/names.ts'
import { isObject } from '../json.ts'
import { findSub } from './attribute-path.ts'
import { quoted, refused } from './refused.ts'
import type { Attribute, Entry, Value } from './schema.ts'

/** The longest text that fits into an index of both databases, in any script. */
export const maxTextLength = 640

/** `name` is for messages. undefined for no value. Throws Failure 'resource-invalid'. */
export function readValue(
  attribute: Attribute,
  value: unknown,
  name = attribute.name,
): Value | undefined {
  if (value === undefined || value === null) return undefined
  if (attribute.type !== 'complex') return readSimple(attribute, value, name)
  if (attribute.multiValued) {
    return listOf(attribute, readEntries(attribute, value, name), name)
  }
  const entry = readEntry(attribute, value, name)
  return entry.size === 0 ? undefined : entry
}

/** The value of an attribute or sub-attribute without parts. */
export function readSimple(
  attribute: Attribute,
  value: unknown,
  name: string,
): string | boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (attribute.type === 'boolean') return readFlag(value, name)
  const text = readText(attribute, value, name)
  return text === undefined ? undefined : readWord(attribute, text, name)
}

/**
 * Entra sends "True" and "False", when it creates a person too:
 * https://github.com/AzureAD/SCIMReferenceCode/issues/21
 */
function readFlag(value: unknown, name: string): boolean {
  const word = typeof value === 'string' ? value.toLowerCase() : value
  if (word === true || word === 'true') return true
  if (word === false || word === 'false') return false
  throw refused('invalidValue', `${name} is neither true nor false`)
}

function readText(attribute: Attribute, value: unknown, name: string) {
  const { limit = maxTextLength, isName } = attribute
  if (typeof value !== 'string') throw refused('invalidValue', `${name} is not a text`)
  if (value.length > limit) {
    throw refused('invalidValue', `${name} is longer than ${limit} characters`)
  }
  // PostgreSQL cannot store NUL.
  if (value.includes('\0')) throw refused('invalidValue', `${name} contains a NUL character`)
  const trimmed = value.trim()
  // A tab or a line break at the end does not lose a person.
  if (isName && hasControlCharacter(trimmed)) {
    throw refused('invalidValue', `${name} contains a control character`)
  }
  return trimmed === '' ? undefined : value
}

function readWord({ canonicalValues, otherwise }: Attribute, text: string, name: string): string {
  if (canonicalValues === undefined) return text
  const folded = text.toLowerCase()
  const word = canonicalValues.find(one => one.toLowerCase() === folded) ?? otherwise
  if (word !== undefined) return word
  throw refused('invalidValue', `${name} is ${quoted(text)}, not ${canonicalValues.join(' or ')}`)
}

/** As many as are sent, some without any part. A single object is taken as a list of one. */
export function readEntries(attribute: Attribute, value: unknown, name: string): readonly Entry[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const { limit = list.length } = attribute
  if (list.length > limit) throw refused('invalidValue', `${name} has more than ${limit} entries`)
  return list.map(one => readEntry(attribute, one, name))
}

function listOf(attribute: Attribute, entries: readonly Entry[], name: string) {
  const required = attribute.subAttributes?.filter(sub => sub.required) ?? []
  const missing = required.find(sub => entries.some(entry => !entry.has(sub.name)))
  if (missing !== undefined) {
    throw refused('invalidValue', `an entry of ${name} has no ${missing.name}`)
  }
  const used = entries.filter(entry => entry.size > 0)
  return used.length === 0 ? undefined : used
}

/** Some senders shorten `{ "value": "x" }` to `"x"`: https://github.com/pond/scimitar/issues/48 */
function readEntry(attribute: Attribute, value: unknown, name: string): Entry {
  const isShort = typeof value === 'string' && findSub(attribute, 'value') !== undefined
  const given: unknown = isShort ? { value } : value
  if (!isObject(given)) throw refused('invalidValue', `${name} is not an object`)
  const entry = new Map<string, string | boolean>()
  for (const [key, part] of Object.entries(given)) {
    const sub = findSub(attribute, key)
    const read = sub && readSimple(sub, part, `${name}.${sub.name}`)
    if (sub !== undefined && read !== undefined) entry.set(sub.name, read)
  }
  followReference(entry)
  return entry
}

/** An entry without `value` gets it from `$ref`: the address of a user ends with the id. */
function followReference(entry: Map<string, string | boolean>): void {
  const reference = entry.get('$ref')
  entry.delete('$ref')
  if (typeof reference !== 'string' || entry.has('value')) return
  const id = reference.slice(reference.lastIndexOf('/') + 1)
  if (id !== '') entry.set('value', id)
}

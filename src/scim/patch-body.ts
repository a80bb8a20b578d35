/**
 * Reads the body of a PATCH into operations on attributes that are kept. Every value is checked here, so that patch.ts
 * cannot fail half way for the type of a value. An operation without path becomes one operation for each attribute.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2
 */
import { isObject } from '../json.ts'
import { isSchema, nameOf } from './attribute-path.ts'
import { expectFewNames, namesIn } from './names-in.ts'
import { entriesOf } from './parts.ts'
import { type PatchPath, readPath } from './patch-path.ts'
import { refused } from './refused.ts'
import type { TypeName } from './resource-types.ts'
import type { Schema, Value } from './schema.ts'
import { readEntries, readSimple, readValue } from './values.ts'

export type Operation = Readonly<{
  op: 'add' | 'replace' | 'remove'
  path: PatchPath
  /** With 'remove': the entries to remove; undefined for the whole attribute. */
  value: Value | undefined
}>

type Fields = Readonly<Record<string, unknown>>
type Op = Operation['op']

const maxOperations = 1000
const maxEntries = 10_000
/** Of all paths together whose filter is more than one `eq`: these take far longer to read than other paths. */
const maxFilterLength = 30_000

/** Throws Failure 'resource-invalid'. */
export function readPatch(type: TypeName, body: unknown): readonly Operation[] {
  const given = isObject(body) ? fieldNamed(body, 'operations') : undefined
  if (!Array.isArray(given)) throw refused('invalidSyntax', 'Operations is not a list')
  expectFewOperations(given)
  const list: readonly Fields[] = given.map(readFields)
  const paths = list.flatMap(pathsOf)
  expectFewNames(paths)
  expectShortFilters(paths)
  const operations = list.flatMap(one => readOperation(type, one))
  expectFewOperations(operations)
  const entries = operations.reduce((sum, { value }) => sum + entriesOf(value).length, 0)
  if (entries <= maxEntries) return operations
  throw refused('invalidValue', `there are more than ${maxEntries} entries in all`)
}

function readFields(given: unknown): Fields {
  if (isObject(given)) return given
  throw refused('invalidSyntax', 'an operation is not an object')
}

function fieldNamed(fields: Fields, name: string): unknown {
  return Object.entries(fields).find(([key]) => key.toLowerCase() === name)?.[1]
}

function expectFewOperations({ length }: readonly unknown[]): void {
  if (length <= maxOperations) return
  throw refused('invalidValue', `there are more than ${maxOperations} operations`)
}

/** Without a path, the names in the value are paths. */
function pathsOf(fields: Fields): readonly string[] {
  const path = fieldNamed(fields, 'path')
  const names = namesIn(fieldNamed(fields, 'value'))
  return typeof path === 'string' ? [path, ...names] : names
}

const simpleFilter = /^[^[\]]+\[\w+ eq "[^"\\[\]]*"\](?:\.\w+)?$/

function expectShortFilters(paths: readonly string[]): void {
  const filters = paths.filter(path => path.includes('[') && !simpleFilter.test(path))
  const length = filters.reduce((sum, path) => sum + path.length, 0)
  if (length <= maxFilterLength) return
  throw refused('invalidFilter', `the filters are longer than ${maxFilterLength} characters in all`)
}

function readOperation(type: TypeName, fields: Fields): Operation[] {
  const op = readOp(fieldNamed(fields, 'op'))
  const path = fieldNamed(fields, 'path')
  const value = fieldNamed(fields, 'value')
  if (path === undefined || path === null || path === '') {
    if (op === 'remove') throw refused('noTarget', 'a remove needs a path')
    return readAttributes(type, op, value, 'the value of an operation without path')
  }
  if (typeof path !== 'string') throw refused('invalidPath', 'the path is not a text')
  const found = readPath(type, path)
  if (found === undefined) return []
  if (isSchema(found)) return onSchema(type, op, found, value)
  if (found.attribute.mutability === 'readOnly') {
    throw refused('mutability', `${found.attribute.name} is read-only`)
  }
  return [{ op, path: found, value: readOperand(op, found, value) }]
}

function readOp(given: unknown): Op {
  const op = typeof given === 'string' ? given.toLowerCase() : undefined
  if (op === 'add' || op === 'replace' || op === 'remove') return op
  throw refused('invalidSyntax', 'op is none of add, replace, remove')
}

/** readOnly attributes are ignored: Okta sends `id` along with a new displayName. */
function readAttributes(type: TypeName, op: Op, value: unknown, name: string): Operation[] {
  if (!isObject(value)) throw refused('invalidValue', `${name} is not an object`)
  return Object.entries(value).flatMap(([key, given]) => {
    const found = readPath(type, key)
    if (found === undefined) return []
    if (isSchema(found)) return given === null ? [] : readAttributes(type, op, given, found.id)
    if (found.attribute.mutability === 'readOnly') return []
    return [{ op, path: found, value: readOperand(op, found, given) }]
  })
}

/** An operation on a whole schema. When it is removed, an attribute that always has a value gets its initial one. */
function onSchema(type: TypeName, op: Op, schema: Schema, value: unknown): Operation[] {
  if (op !== 'remove') return readAttributes(type, op, value, schema.id)
  return schema.attributes
    .filter(({ mutability }) => mutability !== 'readOnly')
    .map(attribute =>
      attribute.initial === undefined
        ? { op, path: { attribute }, value: undefined }
        : { op: 'replace', path: { attribute }, value: attribute.initial },
    )
}

function readOperand(op: Op, path: PatchPath, value: unknown): Value | undefined {
  const { attribute, sub, entries } = path
  if (op === 'remove') {
    const isList = attribute.multiValued && entries === undefined
    if (!isList || value === null || value === undefined) return undefined
    // Entra: { "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "…" }] }
    const removed = sub ? readSimple(sub, value, nameOf(path)) : readValue(attribute, value)
    // An empty list removes no entry. undefined would remove all of them.
    return removed ?? []
  }
  if (sub !== undefined) return readSimple(sub, value, nameOf(path))
  if (entries === undefined || value === null) return readValue(attribute, value)
  // A filter finds the entry, so its value need not be given again.
  return value === undefined ? undefined : readEntries(attribute, value, attribute.name)
}

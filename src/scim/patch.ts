/**
 * Carries out the operations of a PATCH on a resource, one after another. Names come from the schemas, never from the
 * body, and nothing is written to a plain object. Owners and members of groups are changed row by row instead:
 * people-changes.ts.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2
 */
import { withoutCase } from '../directory/queries/condition.ts'
import { findSub } from './attribute-path.ts'
import type { Entries } from './filter.ts'
import { entriesOf, isEntries, isEntry, withoutPart, withPart } from './parts.ts'
import type { Operation } from './patch-body.ts'
import { relationOf } from './people-changes.ts'
import { refused } from './refused.ts'
import type { Attribute, Entry, Resource, Value } from './schema.ts'

/** Throws Failure 'resource-invalid'. */
export function patchResource(resource: Resource, operations: readonly Operation[]): Resource {
  const patched = new Map(resource)
  for (const operation of operations) {
    const { attribute } = operation.path
    if (relationOf(attribute) !== undefined) continue
    const before = patched.get(attribute.name)
    const after = apply(before, operation)
    expectAllowed(operation, before, after)
    if (after === undefined) patched.delete(attribute.name)
    else patched.set(attribute.name, after)
  }
  return patched
}

/** A required attribute cannot be removed, nor get a blank text. */
function expectAllowed(
  { op, path: { attribute } }: Operation,
  before: Value | undefined,
  after: Value | undefined,
) {
  if (attribute.required && before !== undefined && after === undefined) {
    const scimType = op === 'remove' ? 'mutability' : 'invalidValue'
    throw refused(scimType, `${attribute.name} is required and cannot be removed`)
  }
  const { limit } = attribute
  if (limit !== undefined && isEntries(after) && after.length > limit) {
    throw refused('invalidValue', `${attribute.name} would have more than ${limit} entries`)
  }
}

function apply(before: Value | undefined, operation: Operation): Value | undefined {
  const { entries, sub, attribute } = operation.path
  if (entries !== undefined) return applyToEntries(entriesOf(before), entries, operation)
  const { op, value } = operation
  if (value === undefined && op === 'add') return before
  if (sub !== undefined) {
    return isPart(value) && op !== 'remove'
      ? withPart(before, attribute, sub.name, value)
      : withoutPart(before, sub.name)
  }
  if (op === 'remove') return value === undefined ? undefined : without(attribute, before, value)
  if (op === 'add' && isEntries(value)) return withEntries(attribute, entriesOf(before), value)
  // "replaces any existing values or adds where an attribute did not previously exist"
  return isEntry(value) ? new Map([...(entriesOf(before)[0] ?? []), ...value]) : value
}

function isPart(value: Value | undefined): value is string | boolean {
  return typeof value === 'string' || typeof value === 'boolean'
}

/** A list without entries is no value. */
function listOf(entries: readonly Entry[]): readonly Entry[] | undefined {
  const kept = entries.filter(entry => entry.size > 0)
  return kept.length === 0 ? undefined : kept
}

/**
 * Where no entry meets the filter, add and replace create one with the values that the filter asks for:
 * https://github.com/thomaspoignant/scim-patch/issues/42
 */
function applyToEntries(
  before: readonly Entry[],
  { meet, described }: Entries,
  { op, path: { sub }, value }: Operation,
): Value | undefined {
  const change = (entry: Entry): Entry => {
    if (sub === undefined) return new Map([...entry, ...(entriesOf(value)[0] ?? [])])
    const part = isPart(value) ? ([[sub.name, value]] as const) : []
    return new Map([...[...entry].filter(([name]) => name !== sub.name), ...part])
  }
  if (op === 'remove' || (op === 'replace' && value === undefined)) {
    const left = (entry: Entry) => (sub === undefined ? new Map() : change(entry))
    return listOf(before.map(entry => (meet(entry) ? left(entry) : entry)))
  }
  if (value === undefined) return listOf(before)
  if (before.some(meet)) return before.map(entry => (meet(entry) ? change(entry) : entry))
  if (described === undefined) throw refused('noTarget', 'the filter of a path finds no entry')
  return [...before, change(described)]
}

/** An added entry with the value of an existing one is merged into it. */
function withEntries(
  attribute: Attribute,
  before: readonly Entry[],
  added: readonly Entry[],
): readonly Entry[] {
  const merged = new Map(before.map(entry => [keyOf(attribute, entry), entry]))
  for (const entry of added) {
    const key = keyOf(attribute, entry)
    merged.set(key, new Map([...(merged.get(key) ?? []), ...entry]))
  }
  return [...merged.values()]
}

function without(attribute: Attribute, before: Value | undefined, removed: Value) {
  const keys = new Set(entriesOf(removed).map(entry => keyOf(attribute, entry)))
  return listOf(entriesOf(before).filter(entry => !keys.has(keyOf(attribute, entry))))
}

/** Two entries with the same key are the same entry. Without a value, an entry is the same as no other. */
function keyOf(attribute: Attribute, entry: Entry): unknown {
  const value = entry.get('value')
  if (typeof value !== 'string') return entry
  return findSub(attribute, 'value')?.caseExact ? value : withoutCase(value)
}

/**
 * Reads a filter on resources, whose attributes become the directory's properties, and on the entries of one attribute,
 * as in the path of a PATCH. An attribute that is not kept is refused: a sender that got an empty list would create people
 * who exist already.
 */
import {
  type Condition,
  meets,
  never,
  type Operand,
  withoutCase,
} from '../directory/queries/condition.ts'
import { findAttribute, findSub, isSchema } from './attribute-path.ts'
import { invalidFilter, type Leaf, parseFilterText, type Tree } from './filter-text.ts'
import { quoted } from './refused.ts'
import type { TypeName } from './resource-types.ts'
import type { Attribute, Entry } from './schema.ts'
import { readSimple } from './values.ts'

/** Entries of one attribute. */
export type Entries = Readonly<{
  meet: (entry: Entry) => boolean
  /** An entry with the values that the filter asks for; undefined unless the filter is made of `eq` and `and` only. */
  described: Entry | undefined
}>

/** Throws Failure 'resource-invalid' with 'invalidFilter'. */
export function parseFilter(type: TypeName, text: string): Condition {
  return toCondition(parseFilterText(text), leaf => onProperty(type, leaf))
}

/** Throws Failure 'resource-invalid' with 'invalidFilter'. */
export function parseEntryFilter(attribute: Attribute, text: string): Entries {
  const tree = parseFilterText(text)
  const condition = toCondition(tree, leaf => {
    const sub = subNamed(attribute, leaf.name)
    return onValue(sub, sub.name, leaf)
  })
  return {
    meet: entry => meets(condition, name => comparableIn(attribute, entry, name)),
    described: describeEntry(attribute, tree),
  }
}

function subNamed(attribute: Attribute, name: string): Attribute {
  const sub = findSub(attribute, name)
  if (sub === undefined) throw unknownName(name)
  return sub
}

function comparableIn(attribute: Attribute, entry: Entry, name: string): Operand | undefined {
  const value = entry.get(name)
  return value === undefined ? undefined : comparable(subNamed(attribute, name), value)
}

/** `type eq "work" and primary eq true`, in any depth. */
function describeEntry(attribute: Attribute, tree: Tree): Entry | undefined {
  if ('and' in tree) {
    const parts = tree.and.map(one => describeEntry(attribute, one))
    const known = parts.filter(part => part !== undefined)
    return known.length < parts.length ? undefined : joinEntries(known)
  }
  if ('or' in tree || 'not' in tree || tree.operator !== 'eq') return undefined
  const sub = subNamed(attribute, tree.name)
  const value = readSimple(sub, tree.value, `${attribute.name}.${sub.name}`)
  return value === undefined ? undefined : new Map([[sub.name, value]])
}

/** undefined when two of them have different values for one sub-attribute: no entry can have both. */
function joinEntries(entries: readonly Entry[]): Entry | undefined {
  const joined: Entry = new Map(entries.flatMap(entry => [...entry]))
  const agrees = (entry: Entry) => [...entry].every(([name, value]) => joined.get(name) === value)
  return entries.every(agrees) ? joined : undefined
}

function toCondition(tree: Tree, toLeaf: (leaf: Leaf) => Condition): Condition {
  if ('and' in tree) return { and: tree.and.map(one => toCondition(one, toLeaf)) }
  if ('or' in tree) return { or: tree.or.map(one => toCondition(one, toLeaf)) }
  if ('not' in tree) return { not: toCondition(tree.not, toLeaf) }
  return toLeaf(tree)
}

function onProperty(type: TypeName, leaf: Leaf): Condition {
  const found = findAttribute(type, leaf.name)
  if (found === undefined || isSchema(found)) throw unknownName(leaf.name)
  const main = findSub(found.attribute, 'value')
  const attribute = found.sub ?? main ?? found.attribute
  const property = attribute.property ?? main?.property
  if (property === undefined) throw unknownName(leaf.name)
  if (people.has(property) && !ofPeople.has(leaf.operator)) {
    throw invalidFilter(`compares ${leaf.name} with ${leaf.operator}`)
  }
  const condition = onValue(attribute, property, leaf)
  const { always } = attribute
  if (always === undefined) return condition
  // The value is always the same, and it is there when the entry is.
  return meets(condition, () => comparable(attribute, always))
    ? { property, operator: 'pr' }
    : never
}

/** `eq` is answered by an index. Any other comparison would read all people of every group, up to 200,000 in each. */
const people: ReadonlySet<string> = new Set(['members', 'owners'])
const ofPeople: ReadonlySet<Leaf['operator']> = new Set(['eq', 'ne', 'pr'])

function onValue(attribute: Attribute, property: string, leaf: Leaf): Condition {
  if (leaf.operator === 'pr') return { property, operator: 'pr' }
  const { operator } = leaf
  const value = operandOf(attribute, leaf)
  if (operator === 'ne') return { not: { property, operator: 'eq', value } }
  const isPartOfText = operator === 'co' || operator === 'sw' || operator === 'ew'
  if (isPartOfText && value === '') return { property, operator: 'pr' }
  if (
    operator !== 'eq' &&
    (attribute.type === 'boolean' || (isPartOfText && typeof value !== 'string'))
  ) {
    throw invalidFilter(`compares ${leaf.name} with ${operator}`)
  }
  return { property, operator, value }
}

function operandOf(
  attribute: Attribute,
  { name, value }: Exclude<Leaf, { operator: 'pr' }>,
): Operand {
  switch (attribute.type) {
    case 'boolean':
      if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true'
      throw invalidFilter(`compares ${name} with ${quoted(value)}, which is neither true nor false`)
    case 'dateTime': {
      const time = Date.parse(value)
      if (Number.isFinite(time)) return time
      throw invalidFilter(`compares ${name} with ${quoted(value)}, which is no time`)
    }
    default:
      return comparable(attribute, value)
  }
}

function comparable<Given extends string | boolean>({ caseExact }: Attribute, value: Given) {
  return typeof value === 'string' && !caseExact ? withoutCase(value) : value
}

function unknownName(name: string) {
  return invalidFilter(`names ${quoted(name)}, which is not kept here`)
}

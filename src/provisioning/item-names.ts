/** The names in the items of a JSON list -> properties, as columns.ts finds them for headers, but for each item. */
import type { ChosenColumns } from './columns.ts'
import { isList, isObject, type Json, type JsonObject, nameOf } from './json-value.ts'
import type { Cells } from './kinds.ts'
import { writeList } from './list-cell.ts'
import { formOf, type Kind, plain, propertyNamed } from './properties.ts'
import { quoted, refused } from './refused.ts'
import { Unreadable } from './values.ts'

export type Names = Readonly<{
  /** Throws Unreadable for two names of one property. */
  find: (item: JsonObject) => Found
  has: (property: string) => boolean
  /** Which name stands for which property, as a sentence. */
  describe: () => string
  /** Throws Failure 'resource-invalid' if no item has a name that the operator chose. */
  expectChosen: () => void
}>

/** Property -> name, in one item. */
type Found = ReadonlyMap<string, string>

/** Names of a hostile file that are remembered. */
const maxNames = 1_000

/** `own`: names that the caller reads. */
export function createNames(kind: Kind, chosen: ChosenColumns, own: readonly string[]): Names {
  const known = new Map<string, string | undefined>(own.map(name => [name, undefined]))
  const used = new Map<string, string>()
  const unused = new Set<string>()
  const learn = (name: string) => {
    const property = propertyOf(kind, chosen, name)
    if (known.size < maxNames) known.set(name, property)
    if (property !== undefined && !used.has(property)) used.set(property, name)
    if (property === undefined && unused.size < shownNames) unused.add(name)
    return property
  }
  return {
    find(item) {
      const found = new Map<string, string>()
      for (const name of item.keys()) {
        const property = known.has(name) ? known.get(name) : learn(name)
        if (property === undefined) continue
        refuseRivals(property, name, found.get(property))
        found.set(property, name)
      }
      return found
    },
    has: property => used.has(property),
    describe: () => describe(used, unused),
    expectChosen() {
      const lost = [...chosen].find(([property]) => !used.has(property))
      if (lost !== undefined) throw refused(`--column: no item has the name ${quoted(lost[1])}`)
    },
  }
}

function propertyOf(kind: Kind, chosen: ChosenColumns, name: string): string | undefined {
  const asked = [...chosen].find(([, wanted]) => plain(wanted) === plain(name))
  if (asked !== undefined) return asked[0]
  const property = propertyNamed(kind, name)
  return property !== undefined && chosen.has(property) ? undefined : property
}

function refuseRivals(property: string, name: string, other: string | undefined): void {
  if (other === undefined) return
  throw new Unreadable(`${quoted(other)} and ${quoted(name)} could both be ${property}`)
}

const shownNames = 20

function describe(used: ReadonlyMap<string, string>, unused: ReadonlySet<string>): string {
  const pairs = [...used].map(([property, name]) =>
    name === property ? property : `${property} from ${quoted(name)}`,
  )
  const skipped = unused.size === 0 ? '' : ` Not used: ${[...unused].map(quoted).join(', ')}.`
  return `${pairs.join(', ') || 'no property'}.${skipped}`
}

/** The values of an item as texts, the same as in a CSV. */
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

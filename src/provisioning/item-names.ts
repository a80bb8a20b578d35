/** Finds the properties that the names in an item of JSON stand for, as columns.ts does for the headers of a CSV. */
import type { ChosenColumns } from './columns.ts'
import type { JsonObject } from './json-value.ts'
import { type Kind, plain, propertyNamed } from './properties.ts'
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
export type Found = ReadonlyMap<string, string>

/** Names that are remembered: a hostile file may have any number. */
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

/**
 * The names of attributes in a body. Each is looked up, in any case and behind any URN, so there may not be many, and none
 * twice in one object.
 */
import { isObject } from '../json.ts'
import { quoted, refused } from './refused.ts'

/** Of objects within objects too; not of the entries of lists, which have limits of their own. */
export function namesIn(value: unknown): readonly string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)])
}

/** Some milliseconds of work; all schemas together have fewer than a hundred. */
const maxNames = 5000

/** Throws Failure 'resource-invalid'. */
export function expectFewNames(names: readonly string[]): void {
  if (names.length <= maxNames) return
  throw refused('invalidValue', `there are more than ${maxNames} names of attributes`)
}

/**
 * "Attribute names are case insensitive": https://www.rfc-editor.org/rfc/rfc7643#section-2.1. Throws Failure
 * 'resource-invalid'.
 */
export function refuseNamesTwice(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) refuseTwice(Object.keys(value))
  for (const inner of Object.values(value)) refuseNamesTwice(inner)
}

function refuseTwice(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const folded = name.toLowerCase()
    if (seen.has(folded)) throw refused('invalidSyntax', `${quoted(name)} is there twice`)
    seen.add(folded)
  }
}

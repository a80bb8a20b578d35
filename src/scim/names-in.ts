/** The names of attributes in a body. Each is looked up, in any case and behind any URN, so there may not be many. */
import { isObject } from '../json.ts'
import { refused } from './refused.ts'

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

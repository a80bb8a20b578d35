/**
 * What a writer demands of the photo that is there, so that of many concurrent writers who all saw
 * the same version exactly one wins.
 */
import { Failure } from '../failure.ts'

/** 'any': one must exist; 'none': none may; lists: it must, or must not, be one of these versions. */
export type WriteCondition =
  | 'any'
  | 'none'
  | Readonly<{ oneOf: readonly string[] }>
  | Readonly<{ noneOf: readonly string[] }>
  | undefined

/** Throws 'photo-changed' unless the demand holds for the current version (undefined: no photo). */
export function expectCondition(condition: WriteCondition, version: string | undefined): void {
  if (!holds(condition, version)) throw new Failure('photo-changed')
}

export function holds(condition: WriteCondition, version: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition === 'any') return version !== undefined
  if (condition === 'none') return version === undefined
  if ('noneOf' in condition) return version === undefined || !condition.noneOf.includes(version)
  return version !== undefined && condition.oneOf.includes(version)
}

/**
 * What a writer demands of the photo that is there, so that of many concurrent writers who all saw
 * the same version exactly one wins.
 */
import { Failure } from '../failure.ts'

/** 'any': one must exist; 'none': none may; a set: it must be one of these versions. */
export type WriteCondition = 'any' | 'none' | ReadonlySet<string> | undefined

/** Throws 'photo-changed' unless the demand holds for the current version (undefined: no photo). */
export function expectCondition(condition: WriteCondition, version: string | undefined): void {
  if (!holds(condition, version)) throw new Failure('photo-changed')
}

export function holds(condition: WriteCondition, version: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition === 'none') return version === undefined
  if (version === undefined) return false
  return condition === 'any' || condition.has(version)
}

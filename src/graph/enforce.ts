/** A verdict of the permissions -> nothing, or the failure that says what was missing. */
import { Failure } from '../failure.ts'
import type { Verdict } from '../permissions/decide.ts'

export function enforce(verdict: Verdict): void {
  if (verdict.allowed) return
  const { why, sufficient, roles } = verdict
  throw new Failure(why, { facts: { sufficient, ...(roles && { roles }) } })
}

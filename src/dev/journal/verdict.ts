/**
 * What decided a call, as data: the permission and the role that allowed it, or those that were missing. The words are
 * the reader's.
 */
import type { Answered } from '../../events.ts'
import { Failure } from '../../failure.ts'

export type Verdict =
  | Readonly<{
      outcome: 'allowed'
      permission: string
      /** 'application', 'own' or 'others'. */
      reach: string | undefined
      role: string | undefined
    }>
  | Readonly<{
      outcome: 'refused'
      /** Our own code of the refusal: 'permission-missing', 'token-expired'. */
      why: string
      /** Any one of these would be enough, together with one of `roles` if there are any. */
      permissions: readonly string[]
      roles: readonly string[]
    }>
  /** Nobody was asked for a permission: the address is wrong, or it is public. */
  | Readonly<{ outcome: 'undecided' }>

export function verdictOf({ grant, failure, reply }: Answered): Verdict {
  if (failure instanceof Failure && (reply.status === 401 || reply.status === 403)) {
    const { code, facts } = failure
    const permissions = textsOf(facts.sufficient)
    return { outcome: 'refused', why: code, permissions, roles: textsOf(facts.roles) }
  }
  if (grant === undefined) return { outcome: 'undecided' }
  const { permission, reach, role } = grant
  return { outcome: 'allowed', permission, reach, role }
}

function textsOf(fact: unknown): readonly string[] {
  return Array.isArray(fact) ? fact.map(String) : []
}

/**
 * The story of a request, top to bottom: match -> identify -> permit -> find -> admit ->
 * relate -> restrict -> keep -> do -> reply.
 * The order of these lines is where the precedence of 400/404/405, 401, 403 and 404 is written; the
 * body is read only after all of them. It knows no socket: a call comes in, a reply goes out.
 */

import type { Call, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import { permit, relate, type Verdict } from '../permissions/decide.ts'
import { settle } from '../settle.ts'
import type { Caller } from '../tokens/caller.ts'
import { parseAddress } from './address.ts'
import { demandOf } from './demands.ts'
import { refuse } from './errors.ts'
import { operations } from './operations.ts'
import type { Parts } from './request.ts'
import { restrictCall } from './restrict.ts'
import { type Match, match } from './routes.ts'
import { find, knownRelation, type Target, wholeRelation } from './target.ts'
import { admit, measure } from './throttle.ts'

export async function answer(call: Call, parts: Parts): Promise<Reply> {
  return await settle(call, parts, refuse, async log => {
    const address = parseAddress(call.url)
    const matched = match(address, call.method)
    log.route = matched
    const caller = await parts.identify(call.headers.authorization)
    log.caller = caller
    permitCall(matched, caller)
    const target = await find(matched, caller, parts)
    using admission = admit(matched, caller, target, parts)
    await relateCall(matched, caller, target, parts)
    await restrictCall(matched, caller, target, parts)
    refuseWhileReadOnly(call, parts)
    const measured = measure(call, admission)
    const request = { call: measured, address, match: matched, caller, target }
    return await operations[matched.operation](request, parts)
  })
}

/** By the published table alone, before anything is looked up. */
function permitCall(matched: Match, caller: Caller): void {
  // No permission would help an application here, so it hears that before it hears of permissions.
  if (matched.isMe && caller.kind === 'application') throw new Failure('me-needs-a-user')
  const { action, resource } = demandOf(matched)
  enforce(permit(action, resource, caller))
}

/** By what the caller is to the target; the database is asked only when the token is not enough. */
function relateCall(
  matched: Match,
  caller: Caller,
  target: Target,
  parts: Parts,
): Promise<void> | undefined {
  const { action, resource } = demandOf(matched)
  if (relate(action, resource, caller, knownRelation(caller, target)).allowed) return undefined
  return wholeRelation(caller, target, parts).then(relation =>
    enforce(relate(action, resource, caller, relation)),
  )
}

function enforce(verdict: Verdict): void {
  if (verdict.allowed) return
  const { why, sufficient, roles } = verdict
  throw new Failure(why, { facts: { sufficient, ...(roles && { roles }) } })
}

/** Half a minute: what stands between here and the other store is the last pass of `visage move`. */
const retryAfterSeconds = 30

function refuseWhileReadOnly({ method }: Call, { isReadOnly }: Parts): void {
  if (isReadOnly !== true || method === 'GET' || method === 'HEAD') return
  throw new Failure('store-read-only', { facts: { retryAfterSeconds } })
}

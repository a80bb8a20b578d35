/**
 * Handles a request of SCIM: match -> identify -> admit -> keep -> do -> reply. The order of these lines is the precedence
 * of 404 and 405, 401, 429, 503 and what the operation refuses; the body is read only after them.
 */
import type { Call, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import { settle } from '../settle.ts'
import { createThrottle } from '../throttling/throttle.ts'
import { refuse } from './errors.ts'
import type { Match, ScimParts } from './request.ts'
import { match } from './routes.ts'
import { findSender, type Sender } from './sender.ts'
import { createSuccesses } from './successes.ts'

/** Of one tenant, in one process. Entra and Okta send a few dozen. */
const maxAtOnce = 100

export function createAnswer(parts: ScimParts): (call: Call) => Promise<Reply> {
  const throttle = createThrottle({ concurrent: maxAtOnce }, parts.elapsed)
  const successes = createSuccesses(parts)
  return call =>
    settle(call, parts, refuse, async log => {
      const matched = match(call)
      log.route = matched
      const sender = await identify(call, parts)
      log.caller = asCaller(sender)
      using _admission = throttle.admit(sender.tenantId)
      refuseWhileReadOnly(matched, parts)
      const reply = await matched.perform({ ...matched, call, sender }, parts)
      await successes.note(sender)
      return reply
    })
}

async function identify(call: Call, parts: ScimParts): Promise<Sender> {
  const { authorization } = call.headers
  const sender = await findSender(parts, authorization)
  if (sender !== undefined) return sender
  throw new Failure(authorization === undefined ? 'token-missing' : 'token-malformed')
}

/** A sender is an application to the log: its source, and the id of its token. */
function asCaller({ source, tokenId }: Sender) {
  return { kind: 'application', objectId: tokenId, appId: source, profile: {} } as const
}

/** The last pass of `visage move` takes about half a minute. */
const retryAfterSeconds = 30

function refuseWhileReadOnly({ writes }: Match, { isReadOnly }: ScimParts): void {
  if (!writes || isReadOnly !== true) return
  throw new Failure('store-read-only', { facts: { retryAfterSeconds } })
}

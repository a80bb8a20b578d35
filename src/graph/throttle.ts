/**
 * Throttles one application at one mailbox; throttling/ has the limits. A request counts only after
 * its mailbox was found.
 */

import type { Call } from '../call.ts'
import type { Action } from '../permissions/tables.ts'
import type { Admission, Throttle } from '../throttling/throttle.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Match } from './request/operation.ts'
import type { Target } from './request/target.ts'

/** Dispose of the admission when the answer is ready. Throws the failures of Throttle.admit. */
export function admit(
  throttle: Throttle,
  match: Match,
  caller: Caller,
  target: Target,
): Admission | undefined {
  const mailbox = isOutlook(match) ? mailboxIdOf(target) : undefined
  if (mailbox === undefined) return undefined
  return throttle.admit(JSON.stringify([caller.tenantId, caller.appId, mailbox]))
}

/** Counts the upload of the call. A declared length over the limit is refused before the upload. */
export function measure(call: Call, admission: Admission): Call {
  return {
    ...call,
    async readBody(maxBytes) {
      const declared = Number(call.headers['content-length'] ?? 0)
      if (declared <= maxBytes) admission.expectUpload(declared)
      const bytes = await call.readBody(maxBytes)
      admission.addUpload(bytes.length)
      return bytes
    },
  }
}

/**
 * "Outlook service resources": profilePhoto, contact and contactFolder are among them; people,
 * groups and teams are not.
 * https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-resources
 */
function isOutlook({ action, resource }: Match): boolean {
  return photoActions.has(action) || resource === 'contact' || resource === 'contactFolder'
}

const photoActions: ReadonlySet<Action> = new Set(['read', 'readMetadata', 'update', 'delete'])

/**
 * "…a specific app accessing a specific mailbox (user or group)": a team has its group's mailbox.
 */
function mailboxIdOf(target: Target): string | undefined {
  if ('user' in target) return target.user.id
  if ('group' in target) return target.group.id
  return undefined
}

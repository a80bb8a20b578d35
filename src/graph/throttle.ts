/**
 * What is throttled: one application at one mailbox. The limits are in throttling/. A request counts only
 * once the mailbox is found: one that is refused before does not.
 */

import type { Call } from '../call.ts'
import type { Action } from '../permissions/tables.ts'
import type { Admission, Throttle } from '../throttling/throttle.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Match } from './operation.ts'
import type { Target } from './target.ts'

/** To be disposed of when the answer is there. @throws as Throttle.admit does. */
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

/** The call with its upload counted; one that is too much already is refused before it is sent. */
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
 * "Outlook service resources": among them profilePhoto, contact and contactFolder; people, groups
 * and teams as such are not.
 * https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-resources
 */
function isOutlook({ action, resource }: Match): boolean {
  return photoActions.has(action) || resource === 'contact' || resource === 'contactFolder'
}

const photoActions: ReadonlySet<Action> = new Set(['read', 'readMetadata', 'update', 'delete'])

/** "…a specific app accessing a specific mailbox (user or group)": a team's is its group's. */
function mailboxIdOf(target: Target): string | undefined {
  if ('user' in target) return target.user.id
  if ('group' in target) return target.group.id
  return undefined
}

/**
 * What of Graph is throttled, and as whose: one application at one mailbox. How much is too much is
 * throttling/'s to say. Asked once the mailbox is known, so an address that leads nowhere, like one
 * that is refused by permission, costs nobody their limit.
 */

import type { Call } from '../call.ts'
import type { Action } from '../permissions/tables.ts'
import type { Admission } from '../throttling/throttle.ts'
import type { Caller } from '../tokens/caller.ts'
import { demandOf } from './demands.ts'
import type { Parts } from './request.ts'
import type { Match } from './routes.ts'
import type { Target } from './target.ts'

/** To be disposed of when the answer is there. @throws as Throttle.admit does. */
export function admit(
  match: Match,
  caller: Caller,
  target: Target,
  { throttle }: Parts,
): Admission | undefined {
  if (throttle === undefined || !isOutlook(match)) return undefined
  const mailbox = mailboxIdOf(target)
  if (mailbox === undefined) return undefined
  return throttle.admit(JSON.stringify([caller.tenantId, caller.appId, mailbox]))
}

/** The call with its upload counted; one that is too much already is refused before it is sent. */
export function measure(call: Call, admission: Admission | undefined): Call {
  if (admission === undefined) return call
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
function isOutlook(match: Match): boolean {
  const { action, resource } = demandOf(match)
  return photoActions.has(action) || resource === 'contact' || resource === 'contactFolder'
}

const photoActions: ReadonlySet<Action> = new Set(['read', 'readMetadata', 'update', 'delete'])

/** "…a specific app accessing a specific mailbox (user or group)": a team's is its group's. */
function mailboxIdOf(target: Target): string | undefined {
  if ('user' in target) return target.user.id
  if ('group' in target) return target.group.id
  return undefined
}

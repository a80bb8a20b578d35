/**
 * The mount of SCIM 2.0: every call below /scim/v2. Senders are programs, so there is no CORS: pages of other origins get
 * no access.
 */
import type { Around, Mount } from '../call.ts'
import { createAnswer } from './answer.ts'
import type { ScimParts } from './request.ts'
import { isScim } from './routes.ts'

export function scimMount(parts: ScimParts, around: Around = answer => answer): Mount {
  return { answers: isScim, answer: around(createAnswer(parts)) }
}

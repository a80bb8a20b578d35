/**
 * Answers without effect: a status in Graph's envelope, or no answer. The caller is read only for the log;
 * a fault needs no permission.
 */
import type { Call, Reply } from '../../call.ts'
import { writeError } from '../../graph/errors.ts'
import type { Parts } from '../../graph/request/request.ts'
import { STATUS_CODES } from '../../node-http.ts'
import { requestIds } from '../../settle.ts'
import type { Effect } from './rule.ts'

/** Graph's own names, where they differ from those of the status. */
const codes: Readonly<Record<number, string>> = {
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
}

export async function refuseAs(
  { status, retryAfterSeconds }: Extract<Effect, { kind: 'refuse' }>,
  text: string,
  call: Call,
  parts: Parts,
): Promise<Reply> {
  const ids = requestIds(call.headers, parts.newId)
  const reply = writeError({
    status,
    code: codes[status] ?? (STATUS_CODES[status] ?? 'UnknownError').replaceAll(/[^A-Za-z]/g, ''),
    message: `A requested fault: ${text}`,
    headers: {
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer error="invalid_token"' }),
    },
    ids,
    now: parts.now(),
  })
  return await logAnswer(call, reply, ids, parts)
}

/** The connection ends. */
export const nothing: Reply = { status: 0, headers: {} }

export async function cut(call: Call, parts: Parts): Promise<Reply> {
  return await logAnswer(call, nothing, requestIds(call.headers, parts.newId), parts)
}

async function logAnswer(
  call: Call,
  reply: Reply,
  ids: Readonly<{ requestId: string; clientRequestId: string }>,
  parts: Parts,
): Promise<Reply> {
  const caller = await parts.identify(call.headers.authorization).catch(() => undefined)
  parts.events.answered({ call, caller, reply, ids, failure: undefined, durationMs: 0 })
  return reply
}

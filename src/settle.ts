/**
 * The common part of all answers: request ids, one `try` around the handler, and one event for the log.
 * A handler returns a reply or throws; both become an answer, and both are logged. The form of a refusal
 * is a parameter.
 */

import type { Call, Headers, Reply } from './call.ts'
import type { Answered, Events } from './events.ts'
import { Failure } from './failure.ts'

/** Filled in by the handler step by step, so that the log of a refusal has it too. */
type LogContext = {
  /** The operation and its path in the table, once the address is matched. */
  route: Answered['route']
  /** Once the token is verified. */
  caller: Answered['caller']
  /** Once the caller may do it. */
  grant: Answered['grant']
}

type Handler = (log: LogContext) => Promise<Reply>

/** The answer to a failure, or to a bug (undefined). */
type Refuse = (failure: Failure | undefined, ids: RequestIds, now: number) => Reply

export type SettleParts = Readonly<{
  newId: () => string
  now: () => number
  elapsed: () => number
  events: Pick<Events, 'answered'>
}>

export async function settle(
  call: Call,
  { newId, now, elapsed, events }: SettleParts,
  refuse: Refuse,
  handler: Handler,
): Promise<Reply> {
  const ids = requestIds(call.headers, newId)
  const startedAtMs = elapsed()
  const log: LogContext = { route: undefined, caller: undefined, grant: undefined }
  let failure: unknown
  let reply: Reply
  try {
    const answer = await handler(log)
    reply = { ...answer, headers: { ...answer.headers, ...ids.headers } }
  } catch (error) {
    failure = error
    reply = refuse(error instanceof Failure ? error : undefined, ids, now())
  }
  const { route, caller, grant } = log
  const durationMs = elapsed() - startedAtMs
  events.answered({ call, route, caller, grant, reply, ids, failure, durationMs })
  return reply
}

export type RequestIds = Readonly<{
  requestId: string
  clientRequestId: string
  headers: Readonly<Record<string, string>>
}>

/** Headers, bodies and logs repeat the id that a client chooses, so nothing else is accepted. */
const clientRequestIdPattern = /^[\w.:{}-]{1,128}$/

/** `client-request-id` is echoed; without one it equals `request-id`, as in Graph. */
export function requestIds(headers: Headers, newId: () => string): RequestIds {
  const requestId = newId()
  const asked = headers['client-request-id']
  const clientRequestId =
    asked !== undefined && clientRequestIdPattern.test(asked) ? asked : requestId
  return {
    requestId,
    clientRequestId,
    headers: { 'request-id': requestId, 'client-request-id': clientRequestId },
  }
}

/**
 * What every answer has in common: request ids, one `try` around the handler, and one event for the log.
 * A handler returns a reply or throws; both become an answer, and both are logged.
 */

import type { Call, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import type { Caller } from '../tokens/caller.ts'
import { refuse } from './errors.ts'
import { requestIds } from './headers.ts'
import type { Parts } from './request.ts'

/** What is known of the call so far, filled in by the handler, so that the log of a refusal has it too. */
export type LogContext = {
  /** The operation and its path in the table, once the address is matched. */
  route: Readonly<{ operation: string; path: string }> | undefined
  /** Once the token is verified. */
  caller: Caller | undefined
}

export type Handler = (log: LogContext) => Promise<Reply>

export async function settle(call: Call, parts: Parts, handler: Handler): Promise<Reply> {
  const ids = requestIds(call.headers, parts.newId)
  const startedAtMs = parts.elapsed()
  const log: LogContext = { route: undefined, caller: undefined }
  let failure: unknown
  let reply: Reply
  try {
    const answer = await handler(log)
    reply = { ...answer, headers: { ...answer.headers, ...ids.headers } }
  } catch (error) {
    failure = error
    reply = refuse(error instanceof Failure ? error : undefined, ids, parts.now())
  }
  const { route, caller } = log
  const durationMs = parts.elapsed() - startedAtMs
  parts.events.answered({ call, route, caller, reply, ids, failure, durationMs })
  return reply
}

/**
 * What every answer has in common: its ids, one `try` around the story, and the word to the events. A
 * story gives a reply or throws; either way there is an answer, and either way it is told.
 */

import type { Call, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import type { Caller } from '../tokens/caller.ts'
import { refuse } from './errors.ts'
import { requestIds } from './headers.ts'
import type { Parts } from './request.ts'

/** What a story has found out so far, filled in by it: a refusal is told with what was known by then. */
export type Told = {
  /** The operation, and the place of the route table, once the address has led to one. */
  place: Readonly<{ operation: string; path: string }> | undefined
  /** Once the token is believed. */
  caller: Caller | undefined
}

export type Story = (told: Told) => Promise<Reply>

export async function settle(call: Call, parts: Parts, story: Story): Promise<Reply> {
  const ids = requestIds(call.headers, parts.newId)
  const startedAtMs = parts.stopwatch()
  const told: Told = { place: undefined, caller: undefined }
  let failure: unknown
  let reply: Reply
  try {
    const answer = await story(told)
    reply = { ...answer, headers: { ...answer.headers, ...ids.headers } }
  } catch (error) {
    failure = error
    reply = refuse(error instanceof Failure ? error : undefined, ids, parts.now())
  }
  const { place, caller } = told
  const durationMs = parts.stopwatch() - startedAtMs
  parts.events.answered({ call, place, caller, reply, ids, failure, durationMs })
  return reply
}

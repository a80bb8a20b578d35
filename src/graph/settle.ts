/**
 * What every answer has in common: its ids, one `try` around the story, and the word to the events. A
 * story gives a reply or throws; either way there is an answer, and either way it is told.
 */
import { Failure } from '../failure.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Call, Reply } from './call.ts'
import { refuse } from './errors.ts'
import { requestIds } from './headers.ts'
import type { Parts } from './request.ts'

/** `heard` is told who calls as soon as that is believed. */
export type Story = (heard: (caller: Caller) => void) => Promise<Reply>

export async function settle(call: Call, parts: Parts, story: Story): Promise<Reply> {
  const ids = requestIds(call.headers, parts.newId)
  const startedAt = parts.now()
  let caller: Caller | undefined
  let failure: unknown
  let reply: Reply
  try {
    const told = await story(known => {
      caller = known
    })
    reply = { ...told, headers: { ...told.headers, ...ids.headers } }
  } catch (error) {
    failure = error
    reply = refuse(error instanceof Failure ? error : undefined, ids, parts.now())
  }
  parts.events.answered({ call, caller, reply, ids, failure, durationMs: parts.now() - startedAt })
  return reply
}

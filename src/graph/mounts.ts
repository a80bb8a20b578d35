/**
 * Mounts of Graph: single requests, $batch, and all calls that no other mount claims, because every
 * refusal has Graph's form. Pages of other origins may read all answers.
 */
import type { Answer, Call, Headers, Mount, Reply } from '../call.ts'
import type { Failure } from '../failure.ts'
import { requestIds } from '../settle.ts'
import { answer } from './answer.ts'
import { answerBatch, isBatch } from './batch.ts'
import { answerPage, corsHeaders } from './cors.ts'
import { refuse } from './errors.ts'
import { versionPattern } from './request/address.ts'
import type { Parts } from './request/request.ts'

/** A function from parts to an answer, so that a wrapper can replace the parts. */
export type GraphAnswer = (parts: Parts) => Answer
export type AroundGraph = (answer: GraphAnswer) => GraphAnswer

type GraphMounts = Readonly<{
  /** Mounts for addresses of Graph. */
  own: readonly Mount[]
  /** Claims every call; must be the last mount. */
  rest: Mount
}>

/** `around` wraps single requests, batches and each part of a batch. */
export function graphMounts(
  parts: Parts,
  around: AroundGraph = graphAnswer => graphAnswer,
): GraphMounts {
  const single = around(parts => call => answer(call, parts))
  const batch = around(parts => {
    const part = single(parts)
    return call => answerBatch(call, parts, part)
  })
  const answerSingle = openToPages(single(parts), parts.newId)
  return {
    own: [
      { answers: isSingle, answer: answerSingle },
      { answers: isBatch, answer: openToPages(batch(parts), parts.newId) },
    ],
    rest: { answers: () => true, answer: answerSingle },
  }
}

/** An address under a version except $batch and $metadata: nearly every request. */
const singlePath = new RegExp(`^/(?:${versionPattern})/[^$%?]`, 'i')

function isSingle({ url }: Call): boolean {
  return singlePath.test(url)
}

/** Adds CORS headers to the answer, and answers preflights. */
export function openToPages(answer: Answer, newId: () => string): Answer {
  return call =>
    call.headers.origin === undefined && call.method !== 'OPTIONS'
      ? answer(call)
      : answerPage(call, answer, newId)
}

/** Refuses a request that failed before it reached a mount. */
export function graphRefusal({
  newId,
  now,
}: Pick<Parts, 'newId' | 'now'>): (failure: Failure, headers: Headers) => Reply {
  return (failure, headers) => {
    const reply = refuse(failure, requestIds(headers, newId), now())
    return { ...reply, headers: { ...corsHeaders(headers), ...reply.headers } }
  }
}

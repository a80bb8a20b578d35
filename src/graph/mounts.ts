/**
 * Graph as mounts: single requests, $batch, and everything that nobody else answers, since every
 * refusal is in Graph's form. Pages of other sites may read all of them.
 */
import type { Answer, Call, Headers, Mount, Reply } from '../call.ts'
import type { Failure } from '../failure.ts'
import { requestIds } from '../settle.ts'
import { answer } from './answer.ts'
import { answerBatch, isBatch } from './batch.ts'
import { answerPage, corsHeaders } from './cors.ts'
import { refuse } from './errors.ts'
import type { Parts } from './request.ts'

/** An answer before it has its parts: what stands around it may give it others. */
export type GraphAnswer = (parts: Parts) => Answer
export type AroundGraph = (answer: GraphAnswer) => GraphAnswer

type GraphMounts = Readonly<{
  /** What only Graph answers. */
  own: readonly Mount[]
  /** Claims every call: the last of all mounts. */
  rest: Mount
}>

/** `around` stands around single requests, around batches and around each part of a batch. */
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

/** Something below a version that is no $batch and no $metadata: nearly every request. */
const singlePath = /^\/(?:v1\.0|beta)\/[^$%?]/i

function isSingle({ url }: Call): boolean {
  return singlePath.test(url)
}

/** The same answer for pages of any site, and for the preflights of browsers. */
export function openToPages(answer: Answer, newId: () => string): Answer {
  return call =>
    call.headers.origin === undefined && call.method !== 'OPTIONS'
      ? answer(call)
      : answerPage(call, answer, newId)
}

/** How a request is refused that no mount gets to see. */
export function graphRefusal({
  newId,
  now,
}: Pick<Parts, 'newId' | 'now'>): (failure: Failure, headers: Headers) => Reply {
  return (failure, headers) => {
    const reply = refuse(failure, requestIds(headers, newId), now())
    return { ...reply, headers: { ...corsHeaders(headers), ...reply.headers } }
  }
}

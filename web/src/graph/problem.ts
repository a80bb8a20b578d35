/**
 * Why a call failed, as the views tell it: the kind, the server's own words, and the request id to quote.
 * What is written on the page about it is in words/explain-problem.ts.
 */

export type ProblemKind =
  | 'offline'
  | 'signed-out'
  | 'forbidden'
  | 'missing'
  | 'changed'
  | 'busy'
  | 'refused'
  | 'failed'

export type ProblemFacts = Readonly<{
  kind: ProblemKind
  /** 0 where no answer came. */
  status?: number
  code?: string
  requestId?: string | undefined
  retryAfterSeconds?: number | undefined
  /** The server's message. */
  words?: string
}>

export class Problem extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly words: string

  constructor(facts: ProblemFacts, cause?: unknown) {
    super(`${facts.kind}: ${facts.words ?? ''}`, { cause })
    this.name = 'Problem'
    this.kind = facts.kind
    this.status = facts.status ?? 0
    this.code = facts.code ?? ''
    this.requestId = facts.requestId
    this.retryAfterSeconds = facts.retryAfterSeconds
    this.words = facts.words ?? ''
  }
}

const kinds: Readonly<Record<number, ProblemKind>> = {
  401: 'signed-out',
  403: 'forbidden',
  404: 'missing',
  412: 'changed',
  429: 'busy',
  503: 'busy',
}

export function kindOf(status: number): ProblemKind {
  return kinds[status] ?? (status >= 500 ? 'failed' : 'refused')
}

/** An answer from 400 on, or a part of a $batch with such a status. */
export type Refusal = Readonly<{
  status: number
  /** By any spelling of the name. */
  header: (name: string) => string | null | undefined
  body: unknown
}>

export function toProblem({ status, header, body }: Refusal): Problem {
  const error = member(body, 'error')
  const inner = member(error, 'innerError')
  return new Problem({
    kind: kindOf(status),
    status,
    code: textOf(member(error, 'code')),
    words: textOf(member(error, 'message')),
    requestId: textOf(member(inner, 'request-id')) || header('request-id') || undefined,
    retryAfterSeconds: readSeconds(header('retry-after')),
  })
}

/** Retry-After as a number. Visage sends no dates; a proxy's date counts as unknown. */
function readSeconds(value: string | null | undefined): number | undefined {
  return value && /^\d{1,6}$/.test(value.trim()) ? Number(value) : undefined
}

/** Something between the page and the server may have answered: the body can be anything. */
function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/**
 * What is worth telling an operator, one function each. It does not know where the words go: a
 * writer of lines is handed in.
 */
import { Failure } from './failure.ts'

export type Answered = Readonly<{
  call: Readonly<{
    method: string
    url: string
    headers: Readonly<Record<string, string | undefined>>
  }>
  /** Undefined when the call was refused before its token was believed. */
  caller: Asker | undefined
  reply: Readonly<{
    status: number
    headers: Readonly<Record<string, string>>
    body?: Uint8Array | string
    isCut?: true
  }>
  ids: Readonly<{ requestId: string }>
  /** Undefined for a success; a Failure, or a bug. */
  failure: unknown
  durationMs: number
  /** The faults that a developer asked for and that shaped this answer, in their words. */
  faults?: readonly string[]
}>

/** As much of a caller as can be told. */
export type Asker = Readonly<{
  kind: 'delegated' | 'personal' | 'application'
  objectId: string
  appId: string
  profile: Readonly<{ userPrincipalName?: string }>
}>

export type Events = Readonly<{
  answered: (event: Answered) => void
  /** Something went wrong that no request waits for. */
  troubled: (what: string, error: unknown) => void
}>

export type Severity = 'info' | 'warning' | 'error'
export type WriteLine = (severity: Severity, fields: Readonly<Record<string, unknown>>) => void

/**
 * Writes what an operator has to act on: answers of 500 and above with their cause, and trouble in the
 * background. Never a token, never a byte of a picture, and no query of an url.
 */
export function createEvents(write: WriteLine, watch?: (event: Answered) => void): Events {
  return {
    answered(event) {
      watch?.(event)
      const { call, reply, ids, failure, durationMs } = event
      // Without a failure it is a fault that was asked for.
      if (reply.status < 500 || failure === undefined) return
      write('error', {
        event: 'answered',
        status: reply.status,
        method: call.method,
        path: call.url.split('?')[0]?.slice(0, 500),
        requestId: ids.requestId,
        durationMs: Math.round(durationMs),
        ...describe(failure),
      })
    },
    troubled(what, error) {
      write('error', { event: 'troubled', what, ...describe(error) })
    },
  }
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) }
  if (!(error instanceof Failure)) return { bug: error.stack }
  return {
    failure: error.code,
    detail: error.detail,
    ...(error.cause !== undefined && { cause: String(error.cause) }),
  }
}

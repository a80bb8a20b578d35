/**
 * One call in detail, for the page of `visage dev`: what the token says, which permission decided, the headers and the
 * error. Secrets are left out: no Authorization, no cookie, no signature, no body, and of a query only options whose
 * names begin with $. All texts are limited, because many calls are kept.
 */
import { withoutSecrets } from '../../events.ts'
import { isObject } from '../../json.ts'
import type { AnsweredWithFaults, Entry } from './entry.ts'
import { printable } from './printable.ts'
import { readShownClaims, type ShownClaims } from './shown-claims.ts'
import { type ShownHeaders, showHeaders } from './shown-headers.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export type Detail = Entry &
  Readonly<{
    requestId: string
    /** As in the table of operations; undefined when no operation was matched. */
    operation: string | undefined
    verdict: Verdict
    /** Whether the token was accepted; undefined without a token. */
    isTokenAccepted: boolean | undefined
    claims: ShownClaims | undefined
    requestHeaders: ShownHeaders
    responseHeaders: ShownHeaders
    error: ShownError | undefined
  }>

type ShownError = Readonly<{ code: string; message: string }>

export function describeDetail(event: AnsweredWithFaults, entry: Entry): Detail {
  const { call, reply, ids, route, caller } = event
  const { authorization } = call.headers
  return {
    ...entry,
    requestId: ids.requestId,
    operation: route?.operation,
    verdict: verdictOf(event),
    isTokenAccepted: authorization === undefined ? undefined : caller !== undefined,
    claims: readShownClaims(authorization),
    requestHeaders: showHeaders(call.headers),
    responseHeaders: showHeaders(reply.headers),
    error: reply.status >= 400 ? errorOf(reply.body) : undefined,
  }
}

const longestMessage = 1000

/** The error of Graph's envelope. */
function errorOf(body: Uint8Array | string | undefined): ShownError | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const { error } = JSON.parse(body)
    if (!isObject(error)) return undefined
    const text = (value: unknown) =>
      printable(withoutSecrets(String(value))).slice(0, longestMessage)
    return { code: text(error.code), message: text(error.message) }
  } catch {
    // No JSON, as in the answer of a cut.
    return undefined
  }
}

/**
 * The id that a client gives a request to find it again: MSAL sends it as a header or a parameter,
 * and compares it with the answer.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

const name = 'client-request-id'

/** A header must not hold everything that a parameter can. */
const pattern = /^[\w-]{1,100}$/

/** Echoes the id of the header, or else of the parameters. */
export function echoCorrelationId(
  req: IncomingMessage,
  params: URLSearchParams,
  res: ServerResponse,
): void {
  const ids = [req.headers[name], params.get(name)]
  const id = ids.find(one => typeof one === 'string' && pattern.test(one))
  if (typeof id === 'string') res.setHeader(name, id)
}

/** undefined if the client sent none. */
export function correlationIdOf(res: ServerResponse): string | undefined {
  const id = res.getHeader(name)
  return typeof id === 'string' ? id : undefined
}

/**
 * Which requests may tell `visage dev` what to do: JSON by POST, from a program or from a page of this
 * server's own. What the order says is not looked at here.
 */
import type { IncomingMessage } from 'node:http'

/** undefined when it may be read. */
export function whyNoOrder(
  req: IncomingMessage,
): Readonly<{ status: number; problem: string }> | undefined {
  if (req.method !== 'POST') return { status: 405, problem: 'POST a JSON order here.' }
  if (isForeignPage(req)) {
    return { status: 403, problem: 'This endpoint takes no requests from web pages.' }
  }
  if (!isJson(req)) {
    return { status: 415, problem: 'Send the order as content-type application/json.' }
  }
  return undefined
}

/**
 * Stops a foreign page from posting an order with the visitor's browser: a page cannot leave out
 * Origin, nor send application/json across sites without a preflight, which nobody answers here.
 * It does not stop another program of this machine.
 */
function isForeignPage(req: IncomingMessage): boolean {
  const { origin, host } = req.headers
  return origin !== undefined && URL.parse(origin)?.host !== host
}

function isJson(req: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')
}

/**
 * Which requests may give orders to `visage dev`: JSON by POST, from a program or from one of this
 * server's own pages. It does not read the order.
 */
import type { IncomingMessage } from 'node:http'

export const mintPath = '/_visage/token'
export const resetPath = '/_visage/reset'
export const scimTokenPath = '/_visage/scim-token'

/** Why it is refused; undefined if it is not. */
export function whyOrderRefused(
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
 * Stops another site's page from posting an order with the visitor's browser: a page cannot leave out
 * Origin, nor send application/json across sites without a preflight, which is never answered here. Does
 * not stop another program of this machine.
 */
export function isForeignPage(req: IncomingMessage): boolean {
  const { origin, host } = req.headers
  return origin !== undefined && URL.parse(origin)?.host !== host
}

export function isJson(req: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')
}

/**
 * Who may see what `visage dev` shows a developer: programs of this machine, and the pages that it serves itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from './issuer/exchange.ts'
import { whyRefused } from './issuer/loopback.ts'
import { isForeignPage } from './issuer/orders.ts'

/** True if the request was for this; it is then being answered. */
export type Handle = (req: IncomingMessage, res: ServerResponse) => boolean

/**
 * Answers a refused request, and returns true. Stops what loopback.ts stops, and pages of other sites, also those on
 * another port of this machine. Does not stop other programs or users of this machine.
 */
export function refuseStrangers(
  req: IncomingMessage,
  res: ServerResponse,
  origin: string,
): boolean {
  const problem = whyRefused(req, origin) ?? (isForeign(req) ? foreign : undefined)
  if (problem === undefined) return false
  req.resume()
  refuse(res, 403, problem)
  return true
}

const foreign = 'Only pages of this server may ask here.'

/** Browsers send no Origin with an image or a script of another site, but say where it is used. */
function isForeign(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site'] ?? 'none'
  return isForeignPage(req) || (site !== 'same-origin' && site !== 'none')
}

/** As POST /_visage/token writes errors. */
export function refuse(res: ServerResponse, status: number, problem: string): void {
  sendJson(res, status, { error: 'invalid_request', error_description: problem })
}

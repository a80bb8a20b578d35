/**
 * POST /_visage/reset, which `visage reset` calls. It decides who may call; the reset itself is a
 * parameter.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from './issuer/exchange.ts'
import { whyRefused } from './issuer/loopback.ts'
import { resetPath, whyOrderRefused } from './issuer/orders.ts'

/** True if the request was for this; it is then being answered. */
export type HandleReset = (req: IncomingMessage, res: ServerResponse) => boolean

export function createResetEndpoint(
  origin: string,
  reset: () => Promise<void>,
  onError: (error: unknown) => void,
): HandleReset {
  return (req, res) => {
    if (req.url?.split('?', 1)[0] !== resetPath) return false
    req.resume()
    const refused = whyRefused(req, origin)
    const unfit = refused === undefined ? whyOrderRefused(req) : { status: 403, problem: refused }
    if (unfit === undefined) {
      reset().then(
        () => sendJson(res, 200, { reset: true }),
        error => {
          onError(error)
          sendJson(res, 500, refusal('The reset failed; the log has the cause.'))
        },
      )
    } else {
      sendJson(res, unfit.status, refusal(unfit.problem))
    }
    return true
  }
}

/** As POST /_visage/token writes errors. */
function refusal(problem: string) {
  return { error: 'invalid_request', error_description: problem }
}

/**
 * A path of `visage dev` where a command posts an order, such as POST /_visage/reset. It decides who may call; the work
 * is a parameter.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyRefused, readBody, sendJson } from './issuer/exchange.ts'
import { whyRefused } from './issuer/loopback.ts'
import { OrderRefused } from './issuer/mint.ts'
import { whyOrderRefused } from './issuer/orders.ts'

/** True if the request was for this; it is then being answered. */
export type HandleOrder = (req: IncomingMessage, res: ServerResponse) => boolean

type Endpoint = Readonly<{
  path: string
  origin: string
  /** Returns the answer. Throws OrderRefused. */
  carryOut: (order: string) => Promise<Readonly<Record<string, unknown>>>
  onError: (error: unknown) => void
}>

export function createOrderEndpoint(endpoint: Endpoint): HandleOrder {
  return (req, res) => {
    if (req.url?.split('?', 1)[0] !== endpoint.path) return false
    void answer(endpoint, req, res)
    return true
  }
}

async function answer(
  { origin, carryOut, onError }: Endpoint,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const refused = whyRefused(req, origin)
  const unfit = refused === undefined ? whyOrderRefused(req) : { status: 403, problem: refused }
  if (unfit !== undefined) {
    req.resume()
    return sendJson(res, unfit.status, refusal(unfit.problem))
  }
  try {
    sendJson(res, 200, await carryOut(await readBody(req)))
  } catch (error) {
    if (error instanceof OrderRefused) return sendJson(res, 400, refusal(error.message))
    if (error instanceof BodyRefused) return sendJson(res, error.status, refusal(error.message))
    onError(error)
    sendJson(res, 500, refusal('It failed; the log of `visage dev` has the cause.'))
  }
}

/** As POST /_visage/token writes errors. */
function refusal(problem: string) {
  return { error: 'invalid_request', error_description: problem }
}

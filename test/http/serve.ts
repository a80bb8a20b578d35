/** Graph or other mounts behind a socket, with the parts that the server needs. */
import type { Answer, Mount } from '../../src/call.ts'
import { descriptionMount } from '../../src/description/documents.ts'
import { type AroundGraph, graphMounts, graphRefusal } from '../../src/graph/mounts.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import {
  createServer,
  type HttpOptions,
  type HttpServer,
  type Served,
} from '../../src/http/server.ts'

export type Options = Partial<HttpOptions> & Pick<HttpOptions, 'budget'>

export function openHttp(
  parts: Parts,
  options: Options,
  served: Served = { mounts: mountsOf(parts) },
): HttpServer {
  const server = createServer({
    stallTimeoutMs: 10_000,
    refuse: graphRefusal(parts),
    troubled: parts.events.troubled,
    elapsed: parts.elapsed,
    ...options,
  })
  server.serve(served)
  return server
}

/** In the order of a server. */
export function mountsOf(parts: Parts, around?: AroundGraph): readonly Mount[] {
  const { own, rest } = graphMounts(parts, around)
  return [...own, descriptionMount(parts), rest]
}

/** The first mount that claims the call answers it. */
export function answerBy(mounts: readonly Mount[]): Answer {
  return call => {
    const mount = mounts.find(({ answers }) => answers(call))
    if (mount === undefined) throw new TypeError(`no mount for ${call.url}`)
    return mount.answer(call)
  }
}

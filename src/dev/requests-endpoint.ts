/**
 * GET /_visage/requests: the latest calls as JSON. With `?follow` they come one by one as server-sent events, until the
 * client or the server closes. A follower that does not read is dropped, so that it costs no memory.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { queryOf, sendJson } from './issuer/exchange.ts'
import type { Recent } from './journal/recent.ts'
import { type Handle, refuse, refuseStrangers } from './window-door.ts'

const requestsPath = '/_visage/requests'

type RequestsEndpoint = Readonly<{
  handle: Handle
  /** Ends every stream. */
  close: () => void
}>

type EndpointOptions = Readonly<{
  origin: string
  recent: Recent
  /** How often an idle stream says that it is alive. Shorter than the timeout of an idle connection. */
  aliveMs?: number
}>

/** A browser has about six connections to a server; so few windows are all that can be of use. */
export const mostFollowers = 8
/** What may wait for a slow follower. */
const mostWaitingBytes = 1_000_000

export function createRequestsEndpoint({
  origin,
  recent,
  aliveMs = 15_000,
}: EndpointOptions): RequestsEndpoint {
  const following = new Set<ServerResponse>()
  let isClosed = false
  const follow = (res: ServerResponse, after: number) => {
    if (isClosed) return refuse(res, 503, 'Visage is being stopped.')
    if (following.size >= mostFollowers) {
      return refuse(res, 503, `${mostFollowers} windows follow already. Close one of them.`)
    }
    following.add(res)
    res.writeHead(200, streamHeaders)
    const stop = recent.follow({
      take: seen => send(res, `id: ${seen.id}\ndata: ${JSON.stringify(seen)}\n\n`),
      forget: () => send(res, 'event: forget\ndata: {}\n\n'),
    })
    const alive = setInterval(() => send(res, ': alive\n\n'), aliveMs)
    res.once('close', () => {
      clearInterval(alive)
      stop()
      following.delete(res)
    })
    const first = recent
      .after(after)
      .map(seen => `id: ${seen.id}\ndata: ${JSON.stringify(seen)}\n\n`)
    res.write(`: following\n\n${first.join('')}`)
  }
  return {
    handle(req, res) {
      if (req.url?.split('?', 1)[0] !== requestsPath) return false
      if (refuseStrangers(req, res, origin)) return true
      req.resume()
      const after = readAfter(req)
      if (req.method !== 'GET') refuse(res, 405, 'GET the latest requests here.')
      else if (after === undefined) refuse(res, 400, "'after' is not a whole number.")
      else if (queryOf(req).has('follow')) follow(res, after)
      else sendJson(res, 200, { requests: recent.after(after) })
      return true
    },
    close() {
      isClosed = true
      for (const res of following) res.end()
    },
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

function send(res: ServerResponse, text: string): void {
  if (res.writableEnded || res.destroyed) return
  if (res.writableLength > mostWaitingBytes) res.destroy()
  else res.write(text)
}

/** The number of the last call that the client has; 0 for none. */
function readAfter(req: IncomingMessage): number | undefined {
  const text = queryOf(req).get('after') ?? '0'
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

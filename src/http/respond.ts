/**
 * One request from its call to the bytes of its answer: the mount that claims it answers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Call, Headers, Mount, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import type { Discarding } from './discarding.ts'
import { lingerAfter } from './lingering.ts'
import { type CallOptions, isMalformed, toCall } from './to-call.ts'

/** How a request is refused that no mount gets to see. */
export type Refuse = (failure: Failure, headers: Headers) => Reply

type Responding = CallOptions &
  Readonly<{
    refuse: Refuse
    discarding: Discarding
    /** Connections whose client waits for this server. */
    beingAnswered: WeakSet<Socket>
    /** Whether the request that came on it is the last one of this connection. */
    isLast: (socket: Socket) => boolean
  }>

export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  mounts: readonly Mount[],
  options: Responding,
): Promise<void> {
  const { socket } = request
  const { refuse, beingAnswered, discarding } = options
  const { call, awaitsContinue, release } = toCall(request, response, options)
  const isBroken = isMalformed(request)
  let reply: Reply
  beingAnswered.add(socket)
  try {
    reply = isBroken ? refuse(httpMalformed, call.headers) : await answerOf(call, mounts, refuse)
  } finally {
    beingAnswered.delete(socket)
    release()
  }
  if (reply.status === 0) return void socket.destroy()
  if (asksToRetry(reply) && !awaitsContinue()) await discarding.discard(request)
  // Also of a request that came before the end: the connection is closed behind its answer.
  if (options.isLast(socket) || isBroken) response.shouldKeepAlive = false
  if (!request.complete) lingerAfter(response, request)
  send(response, call.method, reply)
}

const httpMalformed = new Failure('http-malformed')

function answerOf(call: Call, mounts: readonly Mount[], refuse: Refuse): Promise<Reply> | Reply {
  for (const { answers, answer } of mounts) if (answers(call)) return answer(call)
  const [, segment = ''] = call.url.split(/[/?]/, 2)
  return refuse(new Failure('segment-unknown', { facts: { segment } }), call.headers)
}

/** The client sends the request again, in some SDKs from the stream that it is still sending. */
function asksToRetry({ status }: Reply): boolean {
  return status === 429 || status === 503
}

export function send(response: ServerResponse, method: string, reply: Reply): void {
  const { status, headers, body } = reply
  const lines: string[] = []
  for (const name in headers) lines.push(name, headers[name] ?? '')
  // Never with a 204; with a 304 it would have to be the photo's (RFC 9110, 8.6).
  if (status !== 204 && status !== 304) {
    lines.push('content-length', String(body === undefined ? 0 : Buffer.byteLength(body)))
  }
  response.writeHead(status, lines)
  if (method === 'HEAD') response.end()
  else response.end(body)
}

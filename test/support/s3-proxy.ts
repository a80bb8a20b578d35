/**
 * A proxy in front of an S3 gateway that answers some requests itself, with the errors of an S3 that has internal
 * faults. It passes on the rest.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Refusal = Readonly<{
  status: keyof typeof errors
  /** The part of all requests: 0 to 1. */
  share: number
  /**
   * 'before': the store never gets the request; 'after': the store has done it, and the answer is lost.
   */
  when: 'before' | 'after'
}>

export type S3Proxy = AsyncDisposable &
  Readonly<{
    port: number
    refuse: (refusal: Refusal) => void
    mend: () => void
    /** The number of requests so far. */
    refused: () => number
  }>

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const errors = {
  500: { code: 'InternalError', message: 'An internal error occurred. Try again.' },
  503: { code: 'SlowDown', message: 'Please reduce your request rate.' },
} as const

export async function startS3Proxy(
  targetPort: number,
  chance: () => number = Math.random,
): Promise<S3Proxy> {
  let refusal: Refusal | undefined
  let refused = 0
  const server = createServer((asked, answer) => {
    const now = refusal !== undefined && chance() < refusal.share ? refusal : undefined
    if (now !== undefined) refused += 1
    if (now?.when === 'before') return void asked.resume().on('end', () => refuse(answer, now))
    passOn(targetPort, asked, answer, now)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    refuse(wanted) {
      refusal = wanted
    },
    mend() {
      refusal = undefined
    },
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** With its own Host, which the signature covers. */
function passOn(
  port: number,
  asked: IncomingMessage,
  answer: ServerResponse,
  refusal: Refusal | undefined,
): void {
  const { method = '', url = '', rawHeaders } = asked
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers: rawHeaders })
  onward.on('response', told => {
    if (refusal) return void told.resume().on('end', () => refuse(answer, refusal))
    answer.writeHead(told.statusCode ?? 502, told.rawHeaders)
    told.on('error', () => answer.destroy()).pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  answer.on('close', () => onward.destroy())
  asked.on('error', () => onward.destroy()).pipe(onward)
}

function refuse(answer: ServerResponse, { status }: Refusal): void {
  const { code, message } = errors[status]
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  answer.writeHead(status, { 'content-type': 'application/xml' }).end(body)
}

/**
 * Reads what is left of a refused request's body and throws it away, so that the client has sent all of
 * it before it hears that it may try again. Several SDKs send their next attempt from a stream that the
 * first one is still reading: without this it arrives empty or broken. respond.ts decides when.
 */
import type { IncomingMessage } from 'node:http'
import { maxUploadBytes } from '../call.ts'

export type DiscardLimits = Readonly<{ maxBytes: number; timeoutMs: number; maxAtOnce: number }>

const defaultLimits: DiscardLimits = {
  /** What a photo may have, counted as it arrives: nothing is inflated. */
  maxBytes: maxUploadBytes,
  /** From the refusal on, however the bytes come. */
  timeoutMs: 2_000,
  /**
   * Each holds its headers (32 KB at most), the piece that was read last (64 KB) and its answer: 13 MB for
   * all. Clients that send slowly can use all of them; others are answered at once then.
   */
  maxAtOnce: 128,
}

export type Discarding = Readonly<{
  /** Resolves when the body has come whole, at a limit, and when the client has gone. Never rejects. */
  discard(request: IncomingMessage): Promise<void>
  /** Nothing is waited for any more. */
  stop(): void
}>

export function createDiscarding(changed: Partial<DiscardLimits> = {}): Discarding {
  const limits = { ...defaultLimits, ...changed }
  const waiting = new Set<() => void>()
  let isStopped = false
  return {
    async discard(request) {
      if (request.complete || request.destroyed) return
      if (isStopped || waiting.size >= limits.maxAtOnce) return
      if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      const leave = readOn(request, limits, resolve)
      await promise
      leave()
      waiting.delete(resolve)
    },
    stop() {
      isStopped = true
      for (const resolve of waiting) resolve()
    },
  }
}

/** Calls `done` at the end of the body or at a limit. Returns what takes its listeners away. */
function readOn(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: DiscardLimits,
  done: () => void,
): () => void {
  let length = 0
  const count = (chunk: Buffer) => {
    length += chunk.length
    if (length > maxBytes) done()
  }
  const timer = setTimeout(done, timeoutMs)
  request.on('data', count).on('end', done).on('close', done).resume()
  return () => {
    clearTimeout(timer)
    request.off('data', count).off('end', done).off('close', done)
  }
}

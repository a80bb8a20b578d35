/**
 * Reads the rest of a refused request's body and discards it, so that the client has sent all of it before it gets an
 * answer that asks for a retry. Several SDKs send the retry from a stream that the first attempt is still reading:
 * without this it arrives empty or broken. respond.ts decides when.
 */
import type { IncomingMessage } from 'node:http'
import { maxUploadBytes } from '../call.ts'

export type DiscardLimits = Readonly<{ maxBytes: number; timeoutMs: number; maxAtOnce: number }>

const defaultLimits: DiscardLimits = {
  /** The size limit of a photo, counted as it arrives: nothing is inflated. */
  maxBytes: maxUploadBytes,
  /** From the refusal on, whether or not bytes arrive. */
  timeoutMs: 2_000,
  /**
   * Each holds its headers (at most 32 KB), the last chunk (64 KB) and its answer: 13 MB for all. If slow clients use
   * all of them, other requests are answered at once.
   */
  maxAtOnce: 128,
}

export type Discarding = Readonly<{
  /** Resolves at the end of the body, at a limit, or when the client has gone. Never rejects. */
  discard(request: IncomingMessage): Promise<void>
  /** Ends all waiting. */
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

/** Calls `done` at the end of the body or at a limit. Returns a function that removes its listeners. */
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

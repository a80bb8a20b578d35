/**
 * Follows the requests to the server as they come, until the signal ends it. After a break it begins again by itself; the
 * server then tells everything that it still has, because it may have been started anew meanwhile.
 */
import { readEvents } from './event-stream.ts'
import type { ShownRequest } from './shown-request.ts'

export type Follow = Readonly<{
  fetch: (address: string, init: RequestInit) => Promise<Response>
  /** Of the server, without a slash at the end. */
  base: string
  signal: AbortSignal
  /** Between two attempts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** The stream has begun: what was told before is told again. */
  begun: () => void
  told: (request: ShownRequest) => void
  /** The server has forgotten its requests. */
  forgotten: () => void
  /** `why` is the server's own words, where it refused; undefined where it did not answer. */
  broken: (why: string | undefined) => void
}>

const pauseMs = 1500

export async function followRequests(follow: Follow): Promise<void> {
  while (!follow.signal.aborted) {
    const why = await followOnce(follow).catch(() => undefined)
    if (follow.signal.aborted) return
    follow.broken(why)
    await follow.wait(pauseMs, follow.signal)
  }
}

/** Returns when the stream ends: why it was refused, if it was. */
async function followOnce({ fetch, base, signal, ...tell }: Follow): Promise<string | undefined> {
  const response = await fetch(`${base}/_visage/requests?follow`, { signal })
  if (!response.ok || response.body === null) return await refusalOf(response)
  tell.begun()
  const feed = readEvents()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return undefined
    for (const { name, data } of feed(value)) {
      if (name === 'forget') tell.forgotten()
      else if (name === 'message') tell.told(JSON.parse(data))
    }
  }
}

async function refusalOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const said = (body as Readonly<{ error_description?: unknown }> | undefined)?.error_description
  return typeof said === 'string' ? said : String(response.status)
}

/**
 * Rendering for a server: one queue, one memory budget, the renderer processes, and an end
 * that takes no longer than one picture may.
 */
import type { Limits } from './limits.ts'
import { ownDecodedBytes } from './limits.ts'
import { type Allow, createQueue, type Postponed, type QueueCounts } from './queue.ts'
import {
  createRendererPool,
  type RendererCounts,
  type RendererPoolOptions,
} from './renderer-pool.ts'
import type { Framing, RenderedPack } from './rendition.ts'

/** Without the time in the queue. */
export type RenderOne = (
  bytes: Uint8Array,
  framing: Framing,
  allow: Allow,
) => Promise<RenderedPack | Postponed>

type RenderingOptions = Pick<RendererPoolOptions, 'ended' | 'unlimited' | 'entry' | 'wait'> &
  Readonly<{
    renderers: number
    maxWaiting: number
    limits: Limits
    /** The budget of all pictures decoded at the same time, beyond `ownDecodedBytes` of each. */
    decodeMemoryBytes: number
    around?: ((render: RenderOne) => RenderOne) | undefined
  }>

export type Rendering = Readonly<{
  /** Starts the renderers in the background; the first picture does it too. */
  start: () => void
  /**
   * Throws what pool and queue throw. A waiting picture is dropped when `gone` is aborted; one that is
   * being decoded is finished, since killing its renderer would let anyone who hangs up cost a start.
   */
  render: (bytes: Uint8Array, framing: Framing, gone?: AbortSignal) => Promise<RenderedPack>
  queue: () => QueueCounts
  renderers: () => RendererCounts
  /**
   * Accepted pictures get as long as one picture may take; then waiting ones are refused and the rest
   * killed.
   */
  endInTime: () => void
  close: () => Promise<void>
}>

export function createRendering(options: RenderingOptions): Rendering {
  const { renderers, maxWaiting, limits, decodeMemoryBytes, around } = options
  const pool = createRendererPool({ ...options, count: renderers })
  const queue = createQueue({
    concurrency: renderers,
    maxWaiting,
    memoryBytes: decodeMemoryBytes,
  })
  const renderOne = around?.(pool.render) ?? pool.render
  let ending: NodeJS.Timeout | undefined

  async function close(): Promise<void> {
    clearTimeout(ending)
    queue.end()
    await pool.close()
  }

  return {
    start: pool.start,
    render: (bytes, framing, gone) =>
      queue.run(allow => renderOne(bytes, framing, beyondOwn(allow)), gone),
    queue: queue.counts,
    renderers: pool.counts,
    endInTime() {
      ending ??= setTimeout(() => void close(), limits.timeoutSeconds * 1000)
    },
    close,
  }
}

function beyondOwn(allow: Allow): Allow {
  return decodedBytes => allow(Math.max(0, decodedBytes - ownDecodedBytes))
}

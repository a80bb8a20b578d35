/**
 * The renderers of a server: processes with one picture at a time, killed when a picture takes too long,
 * and replaced when they end. queue.ts decides which picture is next, renderer-process.ts what a renderer
 * may do.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import type { Limits } from './limits.ts'
import type { Allow, Postponed } from './queue.ts'
import {
  type End,
  LostRenderer,
  type Picture,
  type Renderer,
  startRenderer,
} from './renderer-process.ts'
import type { Framing, RenderedPack } from './rendition.ts'
import { waitBeforeNext } from './restart.ts'

export type RendererCounts = Readonly<{
  /** Ready or working processes. */
  ready: number
  pids: readonly number[]
  /** Since the start. */
  started: number
  /** For a picture that took too long. */
  killed: number
  /** By themselves, or by a signal from outside. */
  died: number
}>

type RendererPool = Readonly<{
  /** Starts all in the background; the first picture does it too. */
  start: () => void
  /**
   * Throws the Failure that refuses the picture; 'image-too-slow' after `timeoutSeconds`,
   * 'image-ended-renderer' when the process ended during it, 'renderers-unavailable' when none can be
   * started, or all that tried it were killed from outside.
   */
  render: (bytes: Uint8Array, framing: Framing, allow: Allow) => Promise<RenderedPack | Postponed>
  counts: () => RendererCounts
  /** Ends running pictures. Resolves when no process is left. */
  close: () => Promise<void>
}>

export type RendererPoolOptions = Readonly<{
  count: number
  limits: Limits
  /** A renderer ended before the pool was closed; the next one starts after `nextInMs`. */
  ended?: (end: End & Readonly<{ nextInMs: number }>) => void
  /** Once: the kernel's limits could not be set. */
  unlimited?: () => void
  entry?: string
  wait?: Wait
}>

/** Resolves after this many milliseconds, or when `signal` is aborted. */
type Wait = (ms: number, signal: AbortSignal) => Promise<void>

/** Heap, the upload, the renditions, the stacks of threads. */
const ownMemoryBytes = 128 * 1024 * 1024
/** How long a picture waits for a renderer to start. */
const startTimeoutMs = 15_000

/** Of one picture, on renderers that are killed from outside. */
const mostTries = 4

export function createRendererPool(options: RendererPoolOptions): RendererPool {
  const { count, limits, ended, unlimited, wait = waitMs } = options
  const all = new Set<Renderer>()
  const idle = idleRenderers()
  const used = new WeakSet<Renderer>()
  const closing = new AbortController()
  const { signal } = closing
  const counts = { ready: 0, started: 0, killed: 0, died: 0 }
  const memoryBytes = limits.maxDecodedBytes + ownMemoryBytes
  let kept: Promise<void>[] | undefined
  let reportUnlimited = unlimited

  /**
   * Until the pool is closed, a renderer that ends is replaced: at once, unless several end unused.
   */
  async function keepOne(): Promise<void> {
    for (let unused = 0; !signal.aborted; ) {
      const renderer = startRenderer({ memoryBytes, entry: options.entry })
      all.add(renderer)
      counts.started++
      const end = await runUntilEnd(renderer)
      all.delete(renderer)
      idle.remove(renderer)
      if (signal.aborted) return
      unused = used.has(renderer) ? 0 : unused + 1
      const nextInMs = waitBeforeNext(unused)
      counts[end.killedFor === 'too slow' ? 'killed' : 'died']++
      ended?.({ ...end, nextInMs })
      if (nextInMs > 0) await wait(nextInMs, signal)
    }
  }

  async function runUntilEnd(renderer: Renderer): Promise<End> {
    const ready = await renderer.ready.catch(() => undefined)
    // It may have ended while its limits were set.
    if (ready === undefined || renderer.isOver()) return await renderer.ended
    if (!ready.isLimited) {
      reportUnlimited?.()
      reportUnlimited = undefined
    }
    counts.ready++
    idle.give(renderer)
    const end = await renderer.ended
    counts.ready--
    return end
  }

  async function renderOn(renderer: Renderer, picture: Picture, allow: Allow) {
    const done = new AbortController()
    void waitInSlices(limits.timeoutSeconds * 1000, wait, done.signal).then(isOver => {
      if (isOver) renderer.kill('too slow')
    })
    used.add(renderer)
    try {
      return await renderer.render(picture, allow)
    } finally {
      done.abort()
      // The next picture must not be blamed for this one.
      if (!renderer.isOver()) idle.give(renderer)
    }
  }

  async function render(bytes: Uint8Array, framing: Framing, allow: Allow) {
    start()
    const picture = { bytes, framing, limits }
    for (let tries = 1; ; tries += 1) {
      const renderer = await idle.take(wait, signal)
      try {
        return await renderOn(renderer, picture, allow)
      } catch (error) {
        if (!(error instanceof LostRenderer)) throw error
        if (tries === mostTries || !wasKilledFromOutside(error.end)) throw failureOf(error)
      }
    }
  }

  function start(): void {
    if (signal.aborted) return
    kept ??= Array.from({ length: count }, keepOne)
  }

  async function close(): Promise<void> {
    closing.abort()
    for (const renderer of all) renderer.kill('closing')
    await Promise.all([...(kept ?? []), ...[...all].map(renderer => renderer.ended)])
  }

  const pids = () => [...all].flatMap(({ pid }) => pid ?? [])
  return { start, render, counts: () => ({ ...counts, pids: pids() }), close }
}

/** No decoder ends by SIGKILL: it came from outside, so the picture is not the cause. */
function wasKilledFromOutside({ signal, killedFor }: End): boolean {
  return signal === 'SIGKILL' && killedFor === undefined
}

function failureOf(lost: LostRenderer): Failure {
  const { killedFor } = lost.end
  if (killedFor === 'too slow') return new Failure('image-too-slow', { detail: lost.message })
  if (killedFor === 'closing' || wasKilledFromOutside(lost.end)) {
    return new Failure('renderers-unavailable')
  }
  return new Failure('image-ended-renderer', { detail: lost.message })
}

/** Idle renderers and waiting pictures: never both at the same time. */
function idleRenderers() {
  const idle: Renderer[] = []
  const takers: ((renderer: Renderer) => void)[] = []
  return {
    give(renderer: Renderer): void {
      const taker = takers.shift()
      if (taker) taker(renderer)
      else idle.push(renderer)
    },
    remove(renderer: Renderer): void {
      if (idle.includes(renderer)) idle.splice(idle.indexOf(renderer), 1)
    },
    /** Throws 'renderers-unavailable' when none becomes free in time, or the pool closes. */
    async take(wait: Wait, closing: AbortSignal): Promise<Renderer> {
      const first = idle.shift()
      if (first) return first
      const given = Promise.withResolvers<Renderer>()
      const done = new AbortController()
      takers.push(given.resolve)
      void wait(startTimeoutMs, AbortSignal.any([done.signal, closing])).then(() => {
        if (takers.includes(given.resolve)) takers.splice(takers.indexOf(given.resolve), 1)
        given.reject(new Failure('renderers-unavailable'))
      })
      try {
        return await given.promise
      } finally {
        done.abort()
      }
    },
  }
}

async function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}

/**
 * True when the time is over, false when `signal` came first. In slices: a machine that stands still for a
 * minute takes one slice from a picture, not its whole time.
 */
async function waitInSlices(ms: number, wait: Wait, signal: AbortSignal): Promise<boolean> {
  for (let slice = 0; slice < slices && !signal.aborted; slice++) await wait(ms / slices, signal)
  return !signal.aborted
}

const slices = 8

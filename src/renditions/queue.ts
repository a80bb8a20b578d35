/**
 * Which picture is rendered next, and which waits: for a place, and for memory. Whoever comes when too many
 * wait is refused at once. It knows no process and no pixel; a job says itself how much memory it needs,
 * once it knows.
 *
 * Jobs start in the order they came, with one exception: a job that waits for memory is overtaken by those
 * that need none of it. It is not overtaken by others that need some, so that it comes to its turn.
 */
import { Failure } from '../failure.ts'

export type QueueCounts = Readonly<{
  running: number
  waiting: number
  finished: number
  refused: number
  /** Bytes that running jobs have been allowed. */
  memoryBytes: number
}>

/** Whether so many bytes may be taken now; they are given back when the job ends. */
export type Allow = (bytes: number) => boolean

/** What a job gives back that was not allowed its memory: it is started again when there is enough. */
export const postponed = Symbol('postponed')
export type Postponed = typeof postponed

export type Job<T> = (allow: Allow) => Promise<T | Postponed>

export type Queue = Readonly<{
  /**
   * Resolves or rejects as the job does. Throws Failure 'overloaded' (facts: retryAfterSeconds), and
   * 'client-gone' when `gone` is aborted while the job waits.
   */
  run<T>(job: Job<T>, gone?: AbortSignal): Promise<T>
  counts(): QueueCounts
  /** Refuses what waits and what comes; what runs is left to itself. */
  end(): void
}>

export type QueueOptions = Readonly<{
  concurrency: number
  maxWaiting: number
  /** Shared by all jobs. One that needs more than all of it is started when nothing else has any. */
  memoryBytes?: number
  /** Milliseconds on a monotonic clock. */
  elapsed?: () => number
}>

type Entry = {
  /** The oldest has the smallest. */
  readonly number: number
  /** undefined until the job has said. */
  bytes: number | undefined
  start: () => void
  refuse: (why: Failure) => void
}

export function createQueue(options: QueueOptions): Queue {
  const { concurrency, maxWaiting, memoryBytes = Number.MAX_SAFE_INTEGER } = options
  const elapsed = options.elapsed ?? (() => performance.now())
  /** By number. */
  const waiting: Entry[] = []
  /** Those that were not allowed their memory; they are on their way back to `waiting`, or there. */
  const denied = new Set<Entry>()
  let numbers = 0
  let running = 0
  let finished = 0
  let refused = 0
  let takenBytes = 0
  let usualMs = 100
  let hasEnded = false

  function fits(bytes: number): boolean {
    return bytes === 0 || takenBytes === 0 || takenBytes + bytes <= memoryBytes
  }

  function startNext(): void {
    while (running < concurrency) {
      const next = findNext(waiting, fits)
      if (next === undefined) return
      waiting.splice(waiting.indexOf(next), 1)
      denied.delete(next)
      running++
      takenBytes += next.bytes ?? 0
      next.start()
    }
  }

  async function takePlace(entry: Entry, gone: AbortSignal | undefined): Promise<void> {
    const place = Promise.withResolvers<void>()
    entry.start = place.resolve
    entry.refuse = place.reject
    const leave = () => {
      const at = waiting.indexOf(entry)
      if (at < 0) return
      waiting.splice(at, 1)
      denied.delete(entry)
      place.reject(new Failure('client-gone'))
      startNext()
    }
    const behind = waiting.findIndex(({ number }) => number > entry.number)
    waiting.splice(behind < 0 ? waiting.length : behind, 0, entry)
    gone?.addEventListener('abort', leave)
    if (gone?.aborted) leave()
    startNext()
    try {
      await place.promise
    } finally {
      gone?.removeEventListener('abort', leave)
    }
  }

  /** Once for each job: with what it has said it waits, or goes on. */
  function allow(entry: Entry, bytes: number): boolean {
    if (entry.bytes !== undefined) return true
    entry.bytes = bytes
    const isBehind = [...denied].some(({ number }) => number < entry.number)
    if (bytes > 0 && (isBehind || !fits(bytes))) {
      denied.add(entry)
      return false
    }
    takenBytes += bytes
    return true
  }

  function refuse(): Failure {
    refused++
    const seconds = ((running + waiting.length) * usualMs) / concurrency / 1000
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil(seconds)))
    return new Failure('overloaded', { facts: { retryAfterSeconds } })
  }

  async function runOnce<T>(entry: Entry, job: Job<T>): Promise<T | Postponed> {
    const sinceMs = elapsed()
    let heldBytes = entry.bytes ?? 0
    let result: T | Postponed | undefined
    try {
      result = await job(bytes => {
        const isAllowed = allow(entry, bytes)
        if (isAllowed) heldBytes = entry.bytes ?? 0
        return isAllowed
      })
      return result
    } finally {
      running--
      takenBytes -= heldBytes
      if (result !== postponed) {
        usualMs += (elapsed() - sinceMs - usualMs) / 8
        finished++
        startNext()
      }
    }
  }

  async function run<T>(job: Job<T>, gone?: AbortSignal): Promise<T> {
    const isFull = running >= concurrency && waiting.length >= maxWaiting
    if (hasEnded || isFull) throw refuse()
    const entry: Entry = { number: numbers++, bytes: undefined, start() {}, refuse() {} }
    for (;;) {
      await takePlace(entry, gone)
      const result = await runOnce(entry, job)
      if (result !== postponed) return result
      if (hasEnded) throw refuse()
    }
  }

  return {
    run,
    counts: () => ({
      running,
      waiting: waiting.length,
      finished,
      refused,
      memoryBytes: takenBytes,
    }),
    end() {
      hasEnded = true
      for (const entry of waiting.splice(0)) entry.refuse(refuse())
    },
  }
}

/** The oldest that may start now. */
function findNext(waiting: readonly Entry[], fits: (bytes: number) => boolean): Entry | undefined {
  let isMemoryAwaited = false
  return waiting.find(({ bytes }) => {
    if (bytes === undefined) return true
    const mayStart = !isMemoryAwaited && fits(bytes)
    isMemoryAwaited = true
    return mayStart
  })
}

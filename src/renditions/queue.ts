/**
 * Decides which picture is rendered next, and which waits for a renderer or for memory. When too many wait, the next
 * is refused at once. A job reports the memory it needs as soon as its header is read.
 *
 * Jobs start in order of arrival, with one exception: a job that waits for memory is overtaken by jobs
 * that need none. It is not overtaken by others that need some, so that its turn comes.
 */
import { Failure } from '../failure.ts'

export type QueueCounts = Readonly<{
  running: number
  waiting: number
  finished: number
  refused: number
  /** Bytes granted to running jobs. */
  memoryBytes: number
}>

/** Whether this many bytes may be taken now; they are released when the job ends. */
export type Allow = (bytes: number) => boolean

/** Returned by a job that did not get its memory: it is started again when there is enough. */
export const postponed = Symbol('postponed')
export type Postponed = typeof postponed

type Job<T> = (allow: Allow) => Promise<T | Postponed>

export type Queue = Readonly<{
  /**
   * Settles as the job does. Throws Failure 'overloaded' (facts: retryAfterSeconds), and 'client-gone' if
   * `gone` is aborted while the job waits.
   */
  run<T>(job: Job<T>, gone?: AbortSignal): Promise<T>
  counts(): QueueCounts
  /** Refuses waiting and new jobs; running jobs continue. */
  end(): void
}>

type QueueOptions = Readonly<{
  concurrency: number
  maxWaiting: number
  /** Shared by all jobs. A job that needs more than the whole starts when no other job holds memory. */
  memoryBytes?: number
  elapsed?: () => number
}>

type Entry = {
  /** The oldest job has the lowest number. */
  readonly number: number
  /** undefined until the job has reported it. */
  bytes: number | undefined
  start: () => void
  refuse: (why: Failure) => void
}

export function createQueue(options: QueueOptions): Queue {
  const { concurrency, maxWaiting, memoryBytes = Number.MAX_SAFE_INTEGER } = options
  const elapsed = options.elapsed ?? (() => performance.now())
  /** By number. */
  const waiting: Entry[] = []
  /** Jobs that did not get their memory, until they are started again. */
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

  async function waitForStart(entry: Entry, gone: AbortSignal | undefined): Promise<void> {
    const start = Promise.withResolvers<void>()
    entry.start = start.resolve
    entry.refuse = start.reject
    const leave = () => {
      const at = waiting.indexOf(entry)
      if (at < 0) return
      waiting.splice(at, 1)
      denied.delete(entry)
      start.reject(new Failure('client-gone'))
      startNext()
    }
    const behind = waiting.findIndex(({ number }) => number > entry.number)
    waiting.splice(behind < 0 ? waiting.length : behind, 0, entry)
    gone?.addEventListener('abort', leave)
    if (gone?.aborted) leave()
    startNext()
    try {
      await start.promise
    } finally {
      gone?.removeEventListener('abort', leave)
    }
  }

  /** Called once for each job, which then waits or continues. */
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
      await waitForStart(entry, gone)
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

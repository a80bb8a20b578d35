/**
 * Faces for lists: what is on the screen is asked for in batches, two at a time, with the etag of what is here already.
 * What leaves the screen before it was asked for is not asked for, and a batch that nobody waits for is cut off.
 */
import { type BatchAnswer, maxBatchItems, readBatch } from './batch.ts'
import type { FaceAddress } from './face-sizes.ts'
import type { Graph } from './graph.ts'
import { keepFaces } from './kept-faces.ts'
import { Problem } from './problem.ts'

export type Faces = Readonly<{
  /** What is here, even if it is to be asked for again. Undefined: no picture, or not known. */
  known: (address: FaceAddress) => Blob | undefined
  /** Undefined if there is no picture. Rejects when `signal` aborts, or the server fails. */
  show: (address: FaceAddress, signal: AbortSignal) => Promise<Blob | undefined>
  /** After a photo was changed: faces of this owner are asked for again. */
  forget: (owner: string) => void
  /** Ends every request. */
  close: () => void
}>

export type FacesOptions = Readonly<{
  graph: Graph
  permissions: readonly string[]
  /** Monotonic, in ms. */
  elapsed: () => number
  later: (callback: () => void, ms: number) => void
}>

const limits = {
  /** From the wish to the question: tiles that pass by in fast scrolling are gone again before. */
  waitMs: 120,
  /** A browser has six connections to a host of HTTP/1.1: the rest of the page asks, too. */
  batches: 2,
  freshMs: 60_000,
  attempts: 3,
  longestPauseMs: 60_000,
}

type Waiter = Readonly<{
  resolve: (picture: Blob | undefined) => void
  reject: (reason: unknown) => void
  signal: AbortSignal
}>
type Job = {
  readonly address: FaceAddress
  readonly waiters: Set<Waiter>
  readonly sinceMs: number
  /** Where it is asked for: in its size, then as a whole. */
  path: string
  attempts: number
  /** The batch it is in; undefined while it waits for one. */
  batch: AbortController | undefined
}

// One function, because its parts share the state: what waits, what runs, and the pause that the server asked for.
export function createFaces({ graph, permissions, elapsed, later }: FacesOptions): Faces {
  const kept = keepFaces()
  const jobs = new Map<string, Job>()
  const running = new Set<AbortController>()
  let isPlanned = false
  let pausedUntilMs = 0

  function show(address: FaceAddress, signal: AbortSignal): Promise<Blob | undefined> {
    const here = kept.get(address.path)
    if (here && elapsed() - here.checkedMs < limits.freshMs) return Promise.resolve(here.picture)
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const job = jobs.get(address.path) ?? newJob(address, elapsed())
      jobs.set(address.path, job)
      const waiter = { resolve, reject, signal }
      job.waiters.add(waiter)
      signal.addEventListener('abort', () => leave(job, waiter), { once: true })
      plan(limits.waitMs)
    })
  }

  function leave(job: Job, waiter: Waiter): void {
    if (!job.waiters.delete(waiter)) return
    waiter.reject(waiter.signal.reason)
    if (job.waiters.size > 0) return
    end(job)
    const { batch } = job
    if (batch && ![...jobs.values()].some(other => other.batch === batch)) batch.abort()
  }

  function end(job: Job): void {
    if (jobs.get(job.address.path) === job) jobs.delete(job.address.path)
  }

  function plan(ms: number): void {
    if (isPlanned) return
    isPlanned = true
    later(() => {
      isPlanned = false
      sendWaiting()
    }, ms)
  }

  function sendWaiting(): void {
    const waiting = [...jobs.values()].filter(({ batch }) => batch === undefined)
    const [first] = waiting
    if (first === undefined) return
    const startMs = Math.max(pausedUntilMs, first.sinceMs + limits.waitMs)
    if (startMs > elapsed()) {
      plan(startMs - elapsed())
      return
    }
    const ripe = waiting.filter(({ sinceMs }) => sinceMs + limits.waitMs <= elapsed())
    if (ripe.length < waiting.length) plan(limits.waitMs)
    while (ripe.length > 0 && running.size < limits.batches) {
      void sendBatch(ripe.splice(0, maxBatchItems))
    }
  }

  async function sendBatch(batch: readonly Job[]): Promise<void> {
    const controller = new AbortController()
    running.add(controller)
    for (const job of batch) job.batch = controller
    try {
      const { signal } = controller
      const answers = await readBatch(graph, batch.map(toItem), { permissions, signal })
      for (const [index, job] of batch.entries()) settle(job, answers[index])
    } catch (problem) {
      for (const job of batch) if (!retries(job, secondsOf(problem))) fail(job, problem)
    } finally {
      running.delete(controller)
      for (const job of batch) job.batch = undefined
      if (jobs.size > 0) plan(0)
    }
  }

  /** All sizes of a photo have one etag. */
  function toItem({ address, path }: Job) {
    const etag = kept.get(address.path)?.etag
    return { path, ...(etag && { headers: { 'If-None-Match': etag } }) }
  }

  function settle(job: Job, answer: BatchAnswer | undefined): void {
    const { status = 0, headers = {}, body, problem } = answer ?? {}
    const { path, whole } = job.address
    // A photo that is smaller than the size does not have it.
    if (status === 404 && whole !== undefined && job.path !== whole) {
      job.path = whole
      return
    }
    if (retries(job, secondsOf(problem))) return
    const face = toFace(status, headers, body, kept.get(path))
    // It went while it was asked for: once more, without an etag.
    if (face === undefined) return
    kept.put(path, { ...face, checkedMs: elapsed() })
    end(job)
    for (const { resolve } of job.waiters) resolve(face.picture)
  }

  function fail(job: Job, problem: unknown): void {
    end(job)
    for (const { reject } of job.waiters) reject(problem)
  }

  /** Whether the job is asked again, after so many seconds. */
  function retries(job: Job, seconds: number | undefined): boolean {
    if (seconds === undefined || ++job.attempts >= limits.attempts) return false
    const pauseMs = Math.min(seconds * 1000, limits.longestPauseMs)
    pausedUntilMs = Math.max(pausedUntilMs, elapsed() + pauseMs)
    return true
  }

  return {
    known: ({ path }) => kept.get(path)?.picture,
    show,
    forget: owner => kept.forget(`${owner}/`),
    close() {
      for (const controller of running) controller.abort()
    },
  }
}

function newJob(address: FaceAddress, sinceMs: number): Job {
  return { address, waiters: new Set(), sinceMs, path: address.path, attempts: 0, batch: undefined }
}

type Face = Readonly<{ picture: Blob | undefined; etag: string | undefined }>

/** No photo, or one that may not be seen, is a face without a picture. Undefined: unchanged, but no longer here. */
function toFace(
  status: number,
  headers: BatchAnswer['headers'],
  body: unknown,
  former: Face | undefined,
): Face | undefined {
  if (status === 304) return former
  if (status !== 200 || typeof body !== 'string') return { picture: undefined, etag: undefined }
  const picture = new Blob([fromBase64(body)], { type: 'image/jpeg' })
  return { picture, etag: headers.etag }
}

/** Undefined: waiting does not help. */
function secondsOf(problem: unknown): number | undefined {
  if (!(problem instanceof Problem) || problem.kind !== 'busy') return undefined
  return problem.retryAfterSeconds ?? 1
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  return Uint8Array.from(binary, character => character.charCodeAt(0))
}

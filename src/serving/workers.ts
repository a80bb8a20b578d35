/**
 * Several processes on one port: the primary, which serves no requests, and its workers. It decides when a
 * worker starts, when it is replaced and when all end. shares.ts decides how much a worker may use, and work.ts is
 * the worker.
 */
import cluster, { type Worker } from 'node:cluster'
import { extname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type WriteLine, withoutSecrets } from '../events.ts'
import { waitBeforeNext } from '../renditions/restart.ts'
import type { Certificate } from '../settings/certificate.ts'
import type { Config } from '../settings/config.ts'
import { shareOf } from './shares.ts'
import { LostProcess } from './start-error.ts'
import {
  errorOf,
  isReport,
  type Order,
  type Report,
  type SerializedError,
  serializeError,
} from './worker-messages.ts'

export type Workers = Readonly<{
  /** `http://localhost:8080`, the same for all. */
  origin: string
  /** In the order of their numbers. */
  pids: readonly (number | undefined)[]
  /** The workers that serve now. */
  current: () => readonly Worker[]
  /** For the workers that run, and for their replacements. */
  useCertificate: (certificate: Certificate) => void
  /** Every worker finishes its accepted requests. Resolves when all have ended. */
  close: () => Promise<void>
}>

/** A worker that ends after this time did not fail at its start. */
const settledMs = 10_000

/**
 * Resolves when all workers serve. The first starts alone: it updates the tables, and an error that would stop every
 * worker (a taken port, no database) is thrown once.
 */
export async function startWorkers(
  config: Config,
  write: WriteLine,
  elapsed: () => number = () => performance.now(),
): Promise<Workers> {
  prepareCluster()
  const members = new Map<number, Member>()
  const ending = new AbortController()
  const ports = sharePort(config.port)
  let { tls } = config

  const current = () =>
    [...members.values()].filter(({ isReady }) => isReady()).map(({ worker }) => worker)

  function start(number: number): Member {
    const member = startMember(worker => {
      const share = shareOf({ ...config, tls, port: ports.askFor(worker) }, number)
      order(worker, { order: 'start', number, config: share })
    })
    member.worker.once('listening', ({ port }) => {
      if (!ports.isRight(member.worker, port)) member.worker.process.kill('SIGKILL')
    })
    members.set(number, member)
    void member.ready.then(sendWorkerSetState)
    void member.ended.then(() => {
      ports.forget(member.worker)
      if (members.get(number) === member) members.delete(number)
      sendWorkerSetState()
    })
    return member
  }

  /** Each worker answers /readyz for all of them. */
  function sendWorkerSetState(): void {
    const serving = current()
    const isComplete = serving.length === config.workers
    for (const worker of serving) order(worker, { order: 'update-worker-set', isComplete })
  }

  /** Replaces a worker that ends, until `close` is called. */
  async function keepRunning(number: number, first: Member): Promise<void> {
    let earlyDeaths = 0
    for (let member = first; ; ) {
      const startedAtMs = elapsed()
      const end = await member.ended
      if (ending.signal.aborted) return
      earlyDeaths = elapsed() - startedAtMs < settledMs ? earlyDeaths + 1 : 0
      const waitMs = waitBeforeNext(earlyDeaths)
      write('error', { event: 'died', worker: number, ...describeEnd(end), nextInMs: waitMs })
      await delay(waitMs, undefined, { signal: ending.signal }).catch(() => {})
      if (ending.signal.aborted) return
      member = start(number)
      const { pid } = member.worker.process
      void member.ready.then(() => write('info', { event: 'replaced', worker: number, pid }))
    }
  }

  async function close(): Promise<void> {
    ending.abort()
    const all = [...members.values()]
    for (const { worker } of all) order(worker, { order: 'end' })
    const ends = await Promise.all(all.map(({ ended }) => ended))
    const failed = ends.find(end => end.code !== 0 && !endedBySignal(end))
    if (failed) throw errorOfEnd(failed)
  }

  // No worker outlives the primary, even one that hangs.
  process.once('exit', () => {
    for (const { worker } of members.values()) worker.process.kill('SIGKILL')
  })
  try {
    const first = start(1)
    const { origin } = await expectReady(first)
    const others = Array.from({ length: config.workers - 1 }, (_, index) => start(index + 2))
    await Promise.all(others.map(expectReady))
    for (const [index, member] of [first, ...others].entries()) void keepRunning(index + 1, member)
    const pids = [first, ...others].map(({ worker }) => worker.process.pid)
    const useCertificate = (certificate: Certificate) => {
      if (tls) tls = { ...tls, ...certificate }
      for (const { worker } of members.values())
        order(worker, { order: 'use-certificate', certificate })
    }
    return { origin, pids, current, useCertificate, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** A worker process. A replacement has the same number and is another member. */
type Member = Readonly<{
  worker: Worker
  ready: Promise<Report & { report: 'ready' }>
  isReady: () => boolean
  ended: Promise<End>
}>

type End = Readonly<{
  pid: number | undefined
  code: number | null
  signal: string | null
  error: SerializedError | undefined
}>

/**
 * One port for all workers. Workers that ask for port 0 share one while at least one of them listens. When
 * all end at once, their replacements must ask for that port by its number. A worker that asked for 0 too early
 * and got another port has to start again.
 */
function sharePort(wanted: number) {
  const asked = new Map<Worker, number>()
  const listening = new Set<Worker>()
  let shared: number | undefined
  return {
    askFor(worker: Worker): number {
      const [holder] = listening
      const port = (holder && asked.get(holder)) ?? shared ?? wanted
      asked.set(worker, port)
      return port
    },
    isRight(worker: Worker, port: number): boolean {
      shared ??= port
      if (port === shared) listening.add(worker)
      return port === shared
    },
    forget(worker: Worker): void {
      asked.delete(worker)
      listening.delete(worker)
    },
  }
}

/** The entry of a worker is beside main.js. Serialization is 'advanced' because settings contain bytes. */
function prepareCluster(): void {
  const entry = `../worker${extname(import.meta.filename)}`
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({
    exec: fileURLToPath(new URL(entry, import.meta.url)),
    args: [],
    serialization: 'advanced',
  })
}

/** `give` is called when the worker is ready for its first order. */
function startMember(give: (worker: Worker) => void): Member {
  const worker = cluster.fork()
  const { pid } = worker.process
  let error: SerializedError | undefined
  let isReady = false
  const ready = new Promise<Report & { report: 'ready' }>(resolve => {
    worker.on('message', (message: unknown) => {
      if (!isReport(message)) return
      if (message.report === 'waiting') give(worker)
      if (message.report === 'ready') {
        isReady = true
        resolve(message)
      }
      if (message.report === 'failed') error = message.error
    })
  })
  const cutLast = trackLastConnection(worker)
  const ended = new Promise<End>(resolve => {
    worker.once('exit', (code, signal) => {
      cutLast()
      resolve({ pid, code, signal, error })
    })
    worker.on('error', cause => {
      // Without a pid the process could not be created. Otherwise a message came too late, and an exit follows.
      if (pid === undefined) resolve({ pid, code: 1, signal: null, error: serializeError(cause) })
    })
  })
  return { worker, ready, isReady: () => isReady, ended }
}

/**
 * node:cluster passes on one connection at a time, and closes its own end when the worker confirms it. If the worker
 * is killed before that, the client would wait without end. Returns a function that closes that connection; it does
 * nothing if the connection is closed already.
 */
function trackLastConnection({ process: child }: Worker): () => void {
  let last: unknown
  // Undefined if the process could not be created.
  const send = child.send?.bind(child)
  if (send) {
    Object.assign(child, {
      send(...handedOver: Parameters<typeof send>) {
        if (handedOver[1] !== undefined) last = handedOver[1]
        return send(...handedOver)
      },
    })
  }
  return () => {
    if (hasClose(last)) last.close()
  }
}

function hasClose(handle: unknown): handle is { close: () => void } {
  return typeof handle === 'object' && handle !== null && 'close' in handle
}

async function expectReady({ ready, ended }: Member): Promise<{ origin: string }> {
  return await Promise.race([
    ready,
    ended.then(end => {
      throw errorOfEnd(end)
    }),
  ])
}

function order(worker: Worker, message: Order): void {
  if (worker.isConnected()) worker.send(message)
}

/** A signal to the whole process group can end a worker before it handles signals. */
function endedBySignal({ signal }: End): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM'
}

function errorOfEnd(end: End): Error {
  const { pid, code, signal, error } = end
  if (error) return errorOf(error)
  const message = `a worker (process ${pid}) ended with ${signal ?? code}`
  return new LostProcess(message, endedBySignal(end) ? 'by signal' : 'by itself')
}

function describeEnd({ pid, code, signal, error }: End): Record<string, unknown> {
  const why = error && (error.failure?.detail || error.message)
  return { pid, code, signal, ...(why !== undefined && { error: withoutSecrets(why) }) }
}

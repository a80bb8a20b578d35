/**
 * Several processes on one port: the primary, which serves nobody, and its workers. It decides when a
 * worker starts, when another takes its place and when all end; what each may spend is shares.ts, what
 * it does is work.ts.
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
  /** `http://localhost:8080`, of all of them. */
  origin: string
  /** The processes that started, the first one's first. */
  pids: readonly (number | undefined)[]
  /** Those that serve just now. */
  current: () => readonly Worker[]
  /** Of those that serve, and of those that take their places. */
  useCertificate: (certificate: Certificate) => void
  /** Every worker finishes what it accepted; resolves when all have gone. */
  close: () => Promise<void>
}>

/** A worker that lived for so long did not die of its start. */
const settledMs = 10_000

/**
 * Resolves when all of them serve. The first goes ahead: it brings the tables up to date, and what keeps
 * it from serving (a taken port, no database) would keep the others too, and is thrown once.
 */
export async function startWorkers(
  config: Config,
  write: WriteLine,
  elapsed: () => number = () => performance.now(),
): Promise<Workers> {
  prepareCluster()
  const crew = new Map<number, Member>()
  const ending = new AbortController()
  const ports = sharePort(config.port)
  let { tls } = config

  const current = () =>
    [...crew.values()].filter(({ isReady }) => isReady()).map(({ worker }) => worker)

  function start(number: number): Member {
    const member = startMember(worker => {
      const share = shareOf({ ...config, tls, port: ports.askFor(worker) }, number)
      order(worker, { order: 'start', number, config: share })
    })
    member.worker.once('listening', ({ port }) => {
      if (!ports.isRight(member.worker, port)) member.worker.process.kill('SIGKILL')
    })
    crew.set(number, member)
    void member.ready.then(tellCrew)
    void member.ended.then(() => {
      ports.forget(member.worker)
      if (crew.get(number) === member) crew.delete(number)
      tellCrew()
    })
    return member
  }

  /** Each worker answers /readyz for the machine. */
  function tellCrew(): void {
    const serving = current()
    const isCrewComplete = serving.length === config.workers
    for (const worker of serving) order(worker, { order: 'know', isCrewComplete })
  }

  /** Until the end is wanted, whoever dies is followed by another. */
  async function keep(number: number, first: Member): Promise<void> {
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
    const members = [...crew.values()]
    for (const { worker } of members) order(worker, { order: 'end' })
    const ends = await Promise.all(members.map(({ ended }) => ended))
    const failed = ends.find(end => end.code !== 0 && !wasTold(end))
    if (failed) throw errorOfEnd(failed)
  }

  // Who does not wait for the end leaves nobody behind, not even one that hangs and would not notice.
  process.once('exit', () => {
    for (const { worker } of crew.values()) worker.process.kill('SIGKILL')
  })
  try {
    const first = start(1)
    const { origin } = await expectReady(first)
    const others = Array.from({ length: config.workers - 1 }, (_, index) => start(index + 2))
    await Promise.all(others.map(expectReady))
    for (const [index, member] of [first, ...others].entries()) void keep(index + 1, member)
    const pids = [first, ...others].map(({ worker }) => worker.process.pid)
    const useCertificate = (certificate: Certificate) => {
      if (tls) tls = { ...tls, ...certificate }
      for (const { worker } of crew.values()) order(worker, { order: 'certify', certificate })
    }
    return { origin, pids, current, useCertificate, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** One process in one place of the crew. */
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
 * all end at once, their successors must ask for that port by its number; a worker that asked for 0 too early
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

/** Workers are this program's other entry, beside main.ts or main.js. Advanced: settings hold bytes. */
function prepareCluster(): void {
  const entry = `../worker${extname(import.meta.filename)}`
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({
    exec: fileURLToPath(new URL(entry, import.meta.url)),
    args: [],
    serialization: 'advanced',
  })
}

/** `give` is called when the worker asks what to do. */
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
  const cutLast = keepLastConnection(worker)
  const ended = new Promise<End>(resolve => {
    worker.once('exit', (code, signal) => {
      cutLast()
      resolve({ pid, code, signal, error })
    })
    worker.on('error', cause => {
      // A process that could not be made; otherwise a message that came too late, and an exit follows.
      if (pid === undefined) resolve({ pid, code: 1, signal: null, error: serializeError(cause) })
    })
  })
  return { worker, ready, isReady: () => isReady, ended }
}

/**
 * node:cluster closes its end of a connection when the worker has said that it has it, one after the
 * other. A worker that is killed just then says nothing, and the client would wait for ever: returns
 * what ends that connection. On one that was closed long ago it does nothing.
 */
function keepLastConnection({ process: child }: Worker): () => void {
  let last: unknown
  // A process that could not be made has none.
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

/** By a signal for every process of the group, before it had learned to leave that to its primary. */
function wasTold({ signal }: End): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM'
}

function errorOfEnd(end: End): Error {
  const { pid, code, signal, error } = end
  if (error) return errorOf(error)
  const message = `a worker (process ${pid}) ended with ${signal ?? code}`
  return new LostProcess(message, wasTold(end) ? 'told' : 'unasked')
}

function describeEnd({ pid, code, signal, error }: End): Record<string, unknown> {
  const why = error && (error.failure?.detail || error.message)
  return { pid, code, signal, ...(why !== undefined && { error: withoutSecrets(why) }) }
}

/**
 * Several processes on one port: the primary, which serves nobody, and its workers. It decides when a
 * worker starts, when another takes its place and when all end; what each may spend is shares.ts, what
 * it does is work.ts.
 */
import cluster, { type Worker } from 'node:cluster'
import { extname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import type { WriteLine } from '../events.ts'
import { shareOf } from './shares.ts'
import {
  errorOf,
  isReport,
  type Order,
  type Report,
  type ToldError,
  tellError,
} from './worker-messages.ts'

export type Workers = Readonly<{
  /** `http://localhost:8080`, of all of them. */
  origin: string
  /** The processes that started, the first one's first. */
  pids: readonly (number | undefined)[]
  /** Every worker finishes what it accepted; resolves when all have gone. */
  close: () => Promise<void>
}>

/** A worker that lived for so long did not die of its start. */
const settledMs = 10_000
const firstWaitMs = 250
const longestWaitMs = 10_000

/** After so many in one place that died soon after their start: the first is replaced at once. */
export function waitBeforeNext(earlyDeaths: number): number {
  return earlyDeaths < 2 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (earlyDeaths - 2))
}

/**
 * Resolves when all of them serve. The first goes ahead: it brings the tables up to date, and what keeps
 * it from serving (a taken port, no database) would keep the others too, and is thrown once.
 */
export async function startWorkers(
  config: Config,
  write: WriteLine,
  nowMs: () => number = () => performance.now(),
): Promise<Workers> {
  prepareCluster()
  const crew = new Map<number, Member>()
  const ending = new AbortController()
  let { port } = config

  function start(number: number): Member {
    // Workers that listen on "any free port" share one, which goes with the last of them.
    const whole = crew.size === 0 ? { ...config, port } : config
    const member = startMember(number, shareOf(whole, number))
    crew.set(number, member)
    void member.ended.then(() => crew.get(number) === member && crew.delete(number))
    return member
  }

  /** Until the end is wanted, whoever dies is followed by another. */
  async function keep(number: number, first: Member): Promise<void> {
    let earlyDeaths = 0
    for (let member = first; ; ) {
      const startedAtMs = nowMs()
      const end = await member.ended
      if (ending.signal.aborted) return
      earlyDeaths = nowMs() - startedAtMs < settledMs ? earlyDeaths + 1 : 0
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
    const failed = ends.find(({ code }) => code !== 0)
    if (failed) throw errorOfEnd(failed)
  }

  try {
    const first = start(1)
    const { origin } = await expectReady(first)
    port = await first.port
    const others = Array.from({ length: config.workers - 1 }, (_, index) => start(index + 2))
    await Promise.all(others.map(expectReady))
    for (const [number, member] of crew) void keep(number, member)
    return { origin, pids: [first, ...others].map(({ worker }) => worker.process.pid), close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** One process in one place of the crew. */
type Member = Readonly<{
  worker: Worker
  ready: Promise<Report & { report: 'ready' }>
  port: Promise<number>
  ended: Promise<End>
}>

type End = Readonly<{
  pid: number | undefined
  code: number | null
  signal: string | null
  error: ToldError | undefined
}>

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

function startMember(number: number, config: Config): Member {
  const worker = cluster.fork()
  const { pid } = worker.process
  let error: ToldError | undefined
  const ready = new Promise<Report & { report: 'ready' }>(resolve => {
    worker.on('message', (message: unknown) => {
      if (!isReport(message)) return
      if (message.report === 'waiting') order(worker, { order: 'start', number, config })
      if (message.report === 'ready') resolve(message)
      if (message.report === 'failed') error = message.error
    })
  })
  const port = new Promise<number>(resolve => {
    worker.once('listening', address => resolve(address.port))
  })
  const cutLast = keepLastConnection(worker)
  const ended = new Promise<End>(resolve => {
    worker.once('exit', (code, signal) => {
      cutLast()
      resolve({ pid, code, signal, error })
    })
    worker.on('error', cause => {
      // A process that could not be made; otherwise a message that came too late, and an exit follows.
      if (pid === undefined) resolve({ pid, code: 1, signal: null, error: tellError(cause) })
    })
  })
  return { worker, ready, port, ended }
}

/**
 * node:cluster closes its end of a connection when the worker has said that it has it, one after the
 * other. A worker that is killed just then says nothing, and the client would wait for ever: returns
 * what ends that connection. On one that was closed long ago it does nothing.
 */
function keepLastConnection({ process: child }: Worker): () => void {
  let last: unknown
  const send = child.send.bind(child)
  Object.assign(child, {
    send(...handedOver: Parameters<typeof send>) {
      if (handedOver[1] !== undefined) last = handedOver[1]
      return send(...handedOver)
    },
  })
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

function errorOfEnd({ pid, code, signal, error }: End): Error {
  if (error) return errorOf(error)
  return new Error(`a worker (process ${pid}) ended with ${signal ?? code}`)
}

function describeEnd({ pid, code, signal, error }: End): Record<string, unknown> {
  const why = error && (error.failure?.detail || error.message)
  return { pid, code, signal, ...(why !== undefined && { error: why }) }
}

/**
 * Two processes of `visage serve` on one PostgreSQL, and what all faults there share: load on both, the
 * fault, recovery, calm, and at the end every photo compared on both. PostgreSQL and Ceph are started once
 * for all faults of a run.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { parseS3 } from '../../src/storage/location.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { openS3Packs } from '../../src/storage/s3.ts'
import { type Ceph, startCeph } from '../support/ceph.ts'
import { findFreePort } from '../support/free-port.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { type Exit, inFolder, type Running } from '../support/visage.ts'
import { createClient } from './client.ts'
import { setClock, withClock } from './clock.ts'
import { originAt, serve } from './embedded.ts'
import type { Outcome, Say } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { sweepAll } from './leftovers.ts'
import { type Load, type LoadOptions, type Seen, startLoad } from './load.ts'
import { isBug, judgeLog } from './logs.ts'
import { signIn } from './people.ts'
import { whileSomeRest } from './rests.ts'

export type Environment = Readonly<Record<string, string>>

export type Nodes = Readonly<{
  origins: readonly string[]
  ledger: Ledger
  load: Load
  postgres: PostgresServer
  /** For these nodes only. */
  database: string
  /** Between the nodes and PostgreSQL. */
  line: TcpProxy
  kill: (at: number) => Promise<void>
  start: (at: number) => Promise<void>
  /** How far the clock is ahead of the right time. */
  setClock: (at: number, offsetMs: number) => Promise<void>
  /** Resolves when a request that begins after the call has succeeded there. */
  serves: (method: 'GET' | 'PUT', at: number) => Promise<void>
}>

export type Strike = Readonly<{
  rounds: number
  say: Say
  /** When left out: a folder that both share. */
  packs?: Environment
  cuts?: LoadOptions['cuts']
  /** Default 'allowed': a part is unavailable. */
  refusals?: LoadOptions['refusals']
  /** Whether at least one 503 is required; without one the fault has tested nothing. */
  isFelt: boolean
  /** One round; resolves when the fault has ended. */
  strike: (nodes: Nodes, round: number) => Promise<void>
}>

const nodeCount = 2
const peopleCount = 6
/** Later than any clock is set. */
const tokenDays = 60
/** Long enough for readers and writers to come to both nodes. */
const calmMs = 400

export async function strikeNodes({ rounds, say, ...how }: Strike): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const ledger = openLedger(signIn(issuer, peopleCount, tokenDays))
  const recoveryMs: number[] = []
  const notes: string[] = []
  await withProcesses(issuer, how.packs ?? {}, async processes => {
    const { origins } = processes
    const { cuts = 'never', refusals = 'allowed' } = how
    const load = startLoad({ origins, ledger, cuts, refusals, pauseMs: 10 })
    const nodes = { ...processes, ledger, load, serves: servesOn(origins, load) }
    const client = createClient()
    await load.recovered()
    const troubleMs: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      await whileSomeRest({ load, ledger, client, origins }, async () => {
        await how.strike(nodes, round)
        const endMs = performance.now()
        recoveryMs.push(await load.recovered())
        troubleMs.push(await waitForCalm(load, ledger, endMs))
      })
      say(`${round} of ${rounds}, served again after ${recoveryMs.at(-1)} ms`)
    }
    await load.stop()
    await ledger.check(client, origins)
    client.close()
    notes.push(...describeAnswers(load.seen, troubleMs))
    for (const log of await processes.stop()) judgeLog(ledger, log, isBug)
    await using rows = await openPostgres({ url: processes.address, connections: 2 })
    notes.push(await sweepAll(rows, await openPacks(processes.folder, how.packs)))
  })
  const outcome = ledger.outcome(recoveryMs, notes)
  if (!how.isFelt || outcome.refused > 0) return outcome
  return { ...outcome, problems: [...outcome.problems, 'nobody was refused: no fault was felt'] }
}

function describeAnswers(seen: readonly Seen[], troubleMs: readonly number[]): string[] {
  const tookMs = (answers: readonly Seen[]) =>
    answers.map(answer => answer.tookMs).toSorted((one, other) => one - other)
  const refusals = tookMs(seen.filter(({ status }) => status === 503))
  const half = refusals[Math.floor(refusals.length / 2)]
  return [
    `longest answer ${seconds(tookMs(seen).at(-1) ?? 0)} s`,
    ...(half === undefined ? [] : [`half of the 503 within ${seconds(half)} s`]),
    `last 503 begun ${seconds(Math.max(...troubleMs))} s after the end of a fault`,
  ]
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}

async function openPacks(folder: string, environment: Environment = {}): Promise<Packs> {
  const { VISAGE_PACKS = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment
  const location = parseS3(VISAGE_PACKS)
  if (location === undefined) return await openDiskPacks(join(folder, 'packs'))
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
  return await openS3Packs({ location, credentials })
}

type Processes = Omit<Nodes, 'ledger' | 'load' | 'serves'> &
  Readonly<{
    /** The place of the database. */
    address: string
    /** The data folder. */
    folder: string
    /** Resolves with the logs of all processes. */
    stop: () => Promise<readonly string[]>
  }>

async function withProcesses(
  issuer: TestIssuer,
  packs: Environment,
  work: (processes: Processes) => Promise<void>,
): Promise<void> {
  const postgres = await sharedPostgres()
  const url = new URL(await postgres.createDatabase())
  const database = url.pathname.slice(1)
  await using line = await startTcpProxy(postgres.port)
  url.port = String(line.port)
  await inFolder(async cwd => {
    const folder = join(cwd, 'data')
    const ports = [await findFreePort(), await findFreePort()]
    const running: (Running | undefined)[] = []
    const logs: string[] = []
    const died = Promise.withResolvers<never>()
    // Also after a failure, when no server listens any more.
    died.promise.catch(() => {})
    const clockOf = (at: number) => join(cwd, `clock of ${at}`)
    const start = async (at: number) => {
      const env = {
        VISAGE_DATABASE: url.href,
        VISAGE_DATA: folder,
        VISAGE_SWEEP_EVERY: '1',
        ...packs,
        ...withClock(clockOf(at)),
        // The first node reads from the store, without a cache.
        ...(at === 0 && { VISAGE_PACK_CACHE: '0' }),
      }
      const node = await serve({ cwd, issuer, port: ports[at] ?? 0, env })
      running[at] = node
      // Only a fault may end a node.
      void node.ended.then(exit => running[at] === node && died.reject(endOf(node, exit)))
    }
    const end = async (at: number, signal: NodeJS.Signals) => {
      const node = running[at]
      if (node === undefined) return
      running[at] = undefined
      node.send(signal)
      const exit = await node.ended
      logs.push(node.stderr())
      if (signal !== 'SIGKILL' && exit.code !== 0) throw endOf(node, exit)
    }
    const stop = async () => {
      for (let at = 0; at < nodeCount; at += 1) await end(at, 'SIGTERM')
      return logs
    }
    for (let at = 0; at < nodeCount; at += 1) {
      await setClock(clockOf(at), 0)
      await start(at)
    }
    const kill = (at: number) => end(at, 'SIGKILL')
    const origins = ports.map(originAt)
    const address = url.href
    const working = work({
      origins,
      postgres,
      database,
      address,
      folder,
      line,
      kill,
      start,
      setClock: (at, offsetMs) => setClock(clockOf(at), offsetMs, running[at]),
      stop,
    })
    await Promise.race([working, died.promise])
  })
}

function endOf({ stderr }: Running, exit: Exit): Error {
  const last = stderr().split('\n').slice(-20).join('\n')
  return new Error(`a node ended with ${JSON.stringify(exit)}:\n${last}`)
}

/** When the last request began that was still refused, in milliseconds after the fault's end. */
async function waitForCalm(load: Load, ledger: Ledger, endMs: number): Promise<number> {
  let lastMs = endMs
  let next = 0
  for (;;) {
    await delay(20)
    for (; next < load.seen.length; next += 1) {
      const { beganMs = 0, status } = load.seen[next] ?? {}
      if (status === 503) lastMs = Math.max(lastMs, beganMs)
    }
    const nowMs = performance.now()
    if (nowMs - lastMs > calmMs) return lastMs - endMs
    if (nowMs - endMs < 30_000) continue
    ledger.count('wrongStatus', 'half a minute after the fault uploads or reads are still refused')
    return lastMs - endMs
  }
}

function servesOn(origins: readonly string[], load: Load): Nodes['serves'] {
  return async (wanted, at) => {
    const [sinceMs, first] = [performance.now(), load.seen.length]
    const isThere = () =>
      load.seen
        .slice(first)
        .some(
          ({ method, origin, beganMs, status }) =>
            method === wanted && origin === origins[at] && beganMs >= sinceMs && status === 200,
        )
    while (!isThere()) {
      if (performance.now() - sinceMs > 30_000) throw new Error(`no ${wanted} succeeds meanwhile`)
      await delay(5)
    }
  }
}

let postgres: Promise<PostgresServer> | undefined
let ceph: Promise<Ceph> | undefined

/** Few connections, so that a fault can take them all. */
export function sharedPostgres(): Promise<PostgresServer> {
  postgres ??= startPostgres({ flags: ['-c', 'max_connections=50'] })
  return postgres
}

export function sharedCeph(): Promise<Ceph> {
  ceph ??= startCeph(3)
  return ceph
}

/** After the last fault of a run. */
export async function closeShared(): Promise<void> {
  const open = [postgres, ceph]
  postgres = undefined
  ceph = undefined
  for (const server of open) await (await server)?.[Symbol.asyncDispose]()
}

/**
 * Composition root: settings -> stores -> parts -> a listening server. Everything below gets what it
 * uses handed in; which stores there are is stores.ts.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { openDirectory } from '../directory/directory.ts'
import { finishRemovals } from '../directory/remove-folder.ts'
import {
  type Answered,
  createEvents,
  type Events,
  type ServerEvents,
  type Severity,
  type WriteLine,
} from '../events.ts'
import type { Parts } from '../graph/request.ts'
import { type BodyBudget, createBodyBudget } from '../http/body-budget.ts'
import { type Around, createServer } from '../http/server.ts'
import { type Instruments, joinInstruments } from '../monitoring/instruments.ts'
import { answerProbes } from '../monitoring/probes.ts'
import { type ReadinessWatch, watchReadiness } from '../monitoring/readiness.ts'
import { forgetUnnamed } from '../photos/forget.ts'
import { rememberLooks } from '../photos/patience.ts'
import { sweepPatiently } from '../photos/sweep.ts'
import { openUnreadSweep, type UnreadSweep } from '../photos/unread.ts'
import { createRendering, type Rendering } from '../renditions/rendering.ts'
import type { Config } from '../settings/config.ts'
import type { Limits } from '../settings/limits.ts'
import { claimForServing } from '../storage/marks.ts'
import type { Database } from '../storage/schema.ts'
import { createSlices } from '../storage/slices.ts'
import { takeTurn } from '../storage/turns.ts'
import { countConnections, pingDatabase } from '../storage/vital-signs.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import { createThrottle } from '../throttling/throttle.ts'
import type { IssuerWatch } from '../tokens/issuer-watch.ts'
import type { Fetch } from '../tokens/key-set.ts'
import type { Trust } from '../tokens/trust.ts'
import { createVerifier } from '../tokens/verify.ts'
import { readVersion } from '../version.ts'
import { openStores, placesOf, type StoreOptions, type Stores } from './stores.ts'

/** "可以更新到的照片的大小限制为 4 MB。" The size of the photo to update is limited to 4 MB. */
export const maxUploadBytes = 4 * 1024 * 1024

/** Whose tokens count, and where the keys come from. */
export type Identity = Readonly<{
  trust: Trust
  fetch: Fetch
  /** Sees every request first; true when it has answered. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean
}>

/** Several processes that serve together: whether all do, and how often that has become so. */
export type Crew = Readonly<{ isComplete: () => boolean; completions: () => number }>

export type ServerOptions = StoreOptions &
  Readonly<{
    host: string
    /** 0 takes a free port. */
    port: number
    tls?: Readonly<{ cert: string | Buffer; key: string | Buffer }> | undefined
    baseUrl?: string | undefined
    /** Asked once the address is known, before the first request. */
    identity: (origin: string) => Identity
    strictContentType: boolean
    /** While the store is moved: nothing is changed and nothing swept. */
    isReadOnly?: boolean | undefined
    /** Of several processes that serve together. */
    crew?: Crew | undefined
    /** Whether somebody who signs in and is not in the directory is added; undefined: yes. */
    signIn?: Config['signIn'] | undefined
    /** Per application and mailbox, in this process; undefined for none. */
    throttle?: ThrottleLimits | undefined
    limits: Limits
    write: WriteLine
    /** The least grave that is written; 'warning' unless it says otherwise. */
    logLevel?: Severity | undefined
    /** Sees every answer, besides what is written to the log. */
    watch?: ((event: Answered) => void) | undefined
    /** Something around the answers, for development. */
    around?: Around | undefined
    /** Answers may show a photo that was replaced: its pack waits for the sweep, in memory too. */
    showsReplaced?: boolean | undefined
    /** Measures and traces, the outermost first. */
    instruments?: readonly Instruments[] | undefined
    /** How long it goes on serving once its end has begun. */
    drainMs?: number | undefined
    now?: () => number
    /** Milliseconds on a monotonic clock: how long something has lasted. */
    elapsed?: () => number
  }>

export type RunningServer = Readonly<{
  /** `http://localhost:8080`, without a slash at the end. */
  origin: string
  parts: Parts
  readiness: ReadinessWatch
  /** In the background. Who does not call it waits for them with the first picture. */
  startRenderers: () => void
  /** For the connections that come from now on. */
  useCertificate: (tls: NonNullable<ServerOptions['tls']>) => void
  /** Finishes what was accepted, then closes the stores. */
  close: () => Promise<void>
}>

/** Throws Failure 'storage-unavailable' or the error of listening (EADDRINUSE, EACCES…). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { now = Date.now, elapsed = () => performance.now() } = options
  const instruments = joinInstruments([{ answered: options.watch }, ...(options.instruments ?? [])])
  const watch = instruments.answered
  const events = createEvents(options.write, { level: options.logLevel, watch })
  const stores = await openStores({ ...options, ...instruments }, now)
  const { database } = stores
  await claimOrClose(database, options)
  const { limits } = options
  const rendering = openRendering(limits, events, instruments)
  const budget = createBodyBudget(limits.uploadMemoryBytes)
  let issuers: IssuerWatch | undefined
  const opened: Opened = { ...stores, rendering, budget, instruments, issuers: () => issuers }
  const readiness = watchParts(opened, events, options.crew)
  const answerProbe = answerProbes(readiness.look, readVersion())
  let identity: Identity | undefined
  let identify: Parts['identify'] = async () => {
    throw new Error('asked before the server was listening')
  }
  const parts: Parts = {
    ...createParts(opened, options, { now, elapsed }),
    events,
    identify: authorization => identify(authorization),
  }
  const unread =
    stores.packs.isMemory && options.showsReplaced !== true
      ? openUnreadSweep(stores, error => events.troubled('removing replaced photos', error))
      : undefined
  const server = createServer(parts, {
    ...(options.tls && { tls: options.tls }),
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
    budget,
    stallTimeoutMs: limits.stallTimeoutMs,
    connections: limits.connections,
    handOuts: options.crew?.completions,
    around: joinInstruments([
      instruments,
      { around: options.around },
      { around: unread && sweepingBehind(unread) },
    ]).around,
    aroundDescriptions: instruments.around,
    before: (request, response) =>
      answerProbe(request, response) || (identity?.before?.(request, response) ?? false),
  })
  const stopSweeping = keepSweeping(parts, events, limits, instruments.swept)
  const stop = async () => {
    issuers?.end()
    rendering.endInTime()
    await Promise.all([stopSweeping(), server.close()])
    await rendering.close()
    await unread?.end()
    await database.destroy()
  }
  const close = async () => {
    readiness.end()
    await delay(options.drainMs ?? 0)
    await stop()
  }
  try {
    await server.listen({ host: options.host, port: options.port })
    const origin = originOf(options, server.server.address() as AddressInfo)
    identity = options.identity(origin)
    const fetch = instruments.aroundFetch?.(identity.fetch) ?? identity.fetch
    const verifier = createVerifier(identity.trust, { fetch, now, elapsed })
    identify = authorization => verifier.identify(authorization)
    issuers = verifier.watchIssuers(events.issuersChanged)
    const { useCertificate } = server
    return { origin, parts, readiness, startRenderers: rendering.start, useCertificate, close }
  } catch (error) {
    await stop()
    throw error
  }
}

async function claimOrClose(database: Database, options: ServerOptions): Promise<void> {
  try {
    const access = options.isReadOnly === true ? 'read' : 'write'
    await claimForServing(database, placesOf(options), access)
  } catch (error) {
    await database.destroy()
    throw error
  }
}

function openRendering(
  limits: Limits,
  { rendererEnded, renderersUnlimited }: ServerEvents,
  instruments: Instruments,
): Rendering {
  const { maxPixels, decodeMemoryBytes, renderTimeoutMs } = limits
  return createRendering({
    renderers: limits.renderers,
    maxWaiting: limits.renderQueue,
    decodeMemoryBytes,
    limits: {
      maxPixels,
      maxDecodedBytes: decodeMemoryBytes,
      timeoutSeconds: renderTimeoutMs / 1000,
    },
    around: instruments.aroundRender,
    ended: rendererEnded,
    unlimited: renderersUnlimited,
  })
}

type Opened = Stores &
  Readonly<{
    rendering: Rendering
    budget: BodyBudget
    instruments: Instruments
    /** undefined before the server listens. */
    issuers: () => IssuerWatch | undefined
  }>

/** What can be asked of the parts, by who measures and by who wants to know whether they are there. */
function watchParts(
  opened: Opened,
  { readinessChanged }: ServerEvents,
  crew: Crew | undefined,
): ReadinessWatch {
  const { database, packs, rendering, budget, countCache, instruments, issuers } = opened
  instruments.observe?.({
    queue: rendering.queue,
    renderers: rendering.renderers,
    bodies: () => ({ takenBytes: budget.takenBytes(), refusals: budget.refusals() }),
    connections: () => countConnections(database),
    cache: countCache,
    issuersAway: () => issuers()?.countAway() ?? 0,
  })
  const checks = { database: () => pingDatabase(database), packs: () => packs.check() }
  // Not a part: an issuer that is away would take every node out of the load balancer at once, and
  // whoever has a token that was seen before is served without it.
  const remarks = { issuer: () => issuers()?.state() }
  const conditions = crew && {
    workers: () => (crew.isComplete() ? ('ok' as const) : ('unavailable' as const)),
  }
  return watchReadiness(checks, { changed: readinessChanged, remarks, conditions })
}

function createParts(
  { database, packs, rendering }: Opened,
  { strictContentType, isReadOnly, signIn, throttle }: ServerOptions,
  { now, elapsed }: Readonly<{ now: () => number; elapsed: () => number }>,
): Omit<Parts, 'events' | 'identify'> {
  return {
    ...openDirectory(database, createSlices(elapsed)),
    packs,
    render: rendering.render,
    now,
    newId: randomUUID,
    elapsed,
    newVersion: () => randomBytes(16).toString('hex'),
    strictContentType,
    isReadOnly,
    signIn,
    maxUploadBytes,
    throttle: throttle && createThrottle(throttle, elapsed),
  }
}

/** Returns a function that breaks off a sweep under way, and lets no other begin. */
function keepSweeping(
  parts: Parts,
  events: Events,
  limits: Limits,
  swept: Instruments['swept'],
): () => Promise<void> {
  if (limits.sweepEveryMs === 0) return async () => {}
  const ending = new AbortController()
  const { signal } = ending
  const patience = rememberLooks({ now: parts.now, elapsed: parts.elapsed }, limits.sweepGraceMs)
  let sweeping: Promise<void> | undefined
  async function sweep(): Promise<void> {
    try {
      await forgetUnnamed(parts)
      const work = async () => {
        await finishRemovals(parts, parts.now())
        return await sweepPatiently(parts, patience, signal)
      }
      const isLeft = parts.isReadOnly === true || limits.sweeps === 'memory'
      const found = isLeft ? undefined : await takeTurn(parts.database, 'sweep', work)
      swept?.(found)
    } catch (error) {
      if (error !== signal.reason) events.troubled('sweeping old photos', error)
    }
    sweeping = undefined
  }
  const timer = setInterval(() => {
    // One that takes longer than the time between two is not followed by all that it has missed.
    sweeping ??= sweep()
  }, limits.sweepEveryMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    ending.abort()
    await sweeping
  }
}

/** The bytes of a reply are its own: who only reads has ended with it. */
function sweepingBehind({ whileReading, sweep }: UnreadSweep): Around {
  return answer => async (call, parts) => {
    const isRead = call.method === 'GET' || call.method === 'HEAD'
    try {
      return await (isRead ? whileReading(() => answer(call, parts)) : answer(call, parts))
    } finally {
      sweep()
    }
  }
}

/** Loopback goes by its name: that is what certificates, cookies and people say. */
function originOf({ host, tls, baseUrl }: ServerOptions, { port }: AddressInfo): string {
  if (baseUrl !== undefined) return baseUrl
  const isLocal = /^(127\.|localhost$|::1$|0\.0\.0\.0$|::$)/.test(host)
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${tls ? 'https' : 'http'}://${name}:${port}`
}

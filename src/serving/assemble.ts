/**
 * Creates the parts of a server behind its socket: stores, token verifier, renderers, instruments, background jobs and
 * mounts. stores.ts decides which stores these are.
 */
import { randomUUID } from 'node:crypto'
import type { Around } from '../call.ts'
import { descriptionMount } from '../description/documents.ts'
import { openDirectory } from '../directory/directory.ts'
import type { ServerEvents } from '../events.ts'
import { type AroundGraph, graphMounts } from '../graph/mounts.ts'
import type { Parts } from '../graph/request/request.ts'
import type { BodyBudget } from '../http/request-body.ts'
import type { Served } from '../http/server.ts'
import type { Instruments } from '../monitoring/instruments.ts'
import { probes } from '../monitoring/probes.ts'
import { type ReadinessWatch, watchReadiness } from '../monitoring/readiness.ts'
import { pageMount } from '../pages/mount.ts'
import { createRendering, type Rendering } from '../renditions/rendering.ts'
import { scimMount } from '../scim/mount.ts'
import type { ScimParts } from '../scim/request.ts'
import type { Limits } from '../settings/limits.ts'
import { readScim } from '../settings/scim.ts'
import { countConnections, pingDatabase } from '../storage/health.ts'
import { claimForServing } from '../storage/marks.ts'
import { newPackKey } from '../storage/packs.ts'
import { createSlices } from '../storage/slices.ts'
import { createThrottle } from '../throttling/throttle.ts'
import type { IssuerWatch } from '../tokens/issuer-watch.ts'
import { servesTenant } from '../tokens/trust.ts'
import { createVerifier } from '../tokens/verify.ts'
import { readVersion } from '../version.ts'
import { startJobs } from './jobs.ts'
import { leaving } from './leaving.ts'
import type { Clocks, Identity, ServerOptions, WorkerSet } from './options.ts'
import { openSenderPhotos } from './sender-photos.ts'
import { openStores, placesOf, type Stores } from './stores.ts'
import { sweeping } from './sweeping.ts'
import { openUnreadSweep, sweepAfterWrites, type UnreadSweep } from './unread.ts'

/** The parts that exist before the first store is opened. */
type Base = Readonly<{
  identity: Identity
  events: ServerEvents
  instruments: Instruments
  budget: BodyBudget
  clocks: Clocks
}>

type Assembled = Readonly<{
  served: Served
  parts: Parts
  readiness: ReadinessWatch
  startRenderers: () => void
  removeReplaced: () => void
  /** `endRequests` resolves when every request is answered; the stores are closed after that. */
  close: (endRequests: () => Promise<void>) => Promise<void>
}>

/** Throws Failure 'storage-unavailable'. */
export async function assemble(options: ServerOptions, base: Base): Promise<Assembled> {
  const { events, instruments, clocks } = base
  const { trust, fetch, before } = base.identity
  const verifier = createVerifier(trust, {
    fetch: instruments.aroundFetch?.(fetch) ?? fetch,
    ...clocks,
  })
  const stores = await openClaimedStores(options, base)
  const issuers = verifier.watchIssuers(events.issuersChanged)
  const rendering = openRendering(options.limits, events, instruments)
  const readiness = watchParts({ stores, rendering, issuers }, base, options.workerSet)
  const parts: Parts = {
    ...createParts(stores, rendering, options, clocks),
    events,
    identify: verifier.identify,
  }
  const unread = stores.packs.isMemory
    ? openUnreadSweep(
        stores,
        error => events.troubled('removing replaced photos', error),
        options.graceInMemory,
      )
    : undefined
  const stopJobs = startJobs(
    [
      sweeping(parts, events, options.limits, instruments.swept),
      leaving(parts, events, options.limits, instruments),
      unread && (() => unread.end),
    ].filter(job => job !== undefined),
  )
  const scim = createScimParts(parts, options, base)
  const page = openPageMount(options, base)
  const graph = graphMounts(parts, aroundGraph(instruments, options.around, unread))
  const mounts = [
    ...graph.own,
    descriptionMount(parts, instruments.around),
    scimMount(scim, aroundScim(instruments, unread)),
    probes(readiness.look, readVersion()),
    ...(page ? [page] : []),
    graph.rest,
  ]
  return {
    served: { mounts, before },
    parts,
    readiness,
    startRenderers: rendering.start,
    removeReplaced: () => unread?.sweep(),
    async close(endRequests) {
      issuers.end()
      page?.end()
      rendering.endInTime()
      await Promise.all([stopJobs(), endRequests()])
      await rendering.close()
      await stores.database.destroy()
    },
  }
}

function openPageMount({ write }: ServerOptions, { identity, events, clocks }: Base) {
  const { page, trust, fetch } = identity
  const { troubled } = events
  const version = readVersion()
  return (
    page && pageMount(page, { trust, fetch, troubled, version, write, elapsed: clocks.elapsed })
  )
}

async function openClaimedStores(
  options: ServerOptions,
  { instruments: { aroundPacks, queried }, clocks, events }: Base,
): Promise<Stores> {
  const { data, database, packs, packCacheBytes, packCacheFolder, s3Credentials } = options
  const places = { data, database, packs, packCacheBytes, packCacheFolder, s3Credentials }
  const packCacheTroubled = (error: unknown) =>
    events.troubled('keeping photos in the cache folder', error)
  const stores = await openStores(
    { ...places, packCacheTroubled, aroundPacks, queried },
    clocks.now,
  )
  try {
    const access = options.isReadOnly === true ? 'read' : 'write'
    await claimForServing(stores.database, placesOf(places), access)
    return stores
  } catch (error) {
    await stores.database.destroy()
    throw error
  }
}

function openRendering(
  limits: Limits,
  { rendererEnded, renderersUnlimited }: ServerEvents,
  { aroundRender }: Instruments,
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
    around: aroundRender,
    ended: rendererEnded,
    unlimited: renderersUnlimited,
  })
}

type Opened = Readonly<{ stores: Stores; rendering: Rendering; issuers: IssuerWatch }>

/** Measures the parts and checks whether they are available. */
function watchParts(
  { stores: { database, packs, countCache, countFolder }, rendering, issuers }: Opened,
  { instruments, budget, events }: Base,
  workerSet: WorkerSet | undefined,
): ReadinessWatch {
  instruments.observe?.({
    queue: rendering.queue,
    renderers: rendering.renderers,
    bodies: () => ({ takenBytes: budget.takenBytes(), refusals: budget.refusals() }),
    connections: () => countConnections(database),
    cache: countCache,
    folder: countFolder,
    unavailableIssuers: issuers.countUnavailable,
  })
  const checks = { database: () => pingDatabase(database), packs: () => packs.check() }
  // A remark, not a check: an unavailable issuer would take every node out of the load balancer at once, although
  // requests with a cached token can still be served.
  const remarks = { issuer: issuers.state }
  const conditions = workerSet && {
    workers: () => (workerSet.isComplete() ? ('ok' as const) : ('unavailable' as const)),
  }
  return watchReadiness(checks, { changed: events.readinessChanged, remarks, conditions })
}

function createParts(
  { database, packs }: Stores,
  { render }: Rendering,
  { strictContentType, isReadOnly, signIn, linkBy, leavers, throttle }: ServerOptions,
  { now, elapsed }: Clocks,
): Omit<Parts, 'events' | 'identify'> {
  return {
    ...openDirectory(database, createSlices(elapsed), {
      linksByName: linkBy === 'userPrincipalName',
    }),
    packs,
    render,
    now,
    newId: randomUUID,
    elapsed,
    newVersion: newPackKey,
    strictContentType,
    isReadOnly,
    signIn,
    linkBy,
    leavers,
    throttle: throttle && createThrottle(throttle, elapsed),
  }
}

function createScimParts(
  parts: Parts,
  options: ServerOptions,
  { identity, instruments }: Base,
): ScimParts {
  const scim = options.scim ?? readScim({})
  const { photoHosts } = scim
  return {
    ...parts,
    scim,
    servesTenant: tenantId => servesTenant(identity.trust, tenantId),
    photos: photoHosts && openSenderPhotos(new Set(photoHosts), instruments.tookPhoto),
  }
}

/** A sender may replace a photo too. */
function aroundScim(
  { around: measured = answer => answer }: Instruments,
  unread: UnreadSweep | undefined,
): Around {
  const swept: Around = unread ? sweepAfterWrites(unread) : answer => answer
  return answer => measured(swept(answer))
}

/** Instruments are the outermost, so that they measure everything. The sweep of unread packs is the innermost. */
function aroundGraph(
  { around: measured = answer => answer }: Instruments,
  around: AroundGraph = answer => answer,
  unread: UnreadSweep | undefined,
): AroundGraph {
  const swept = unread ? sweepAfterWrites(unread) : undefined
  return answer => {
    const inner = around(swept ? parts => swept(answer(parts)) : answer)
    return parts => measured(inner(parts))
  }
}

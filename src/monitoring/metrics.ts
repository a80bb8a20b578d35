/**
 * Instruments that fill the families of families.ts, with prom-client. Loaded only if metrics are on.
 * metrics-listener.ts serves them.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { Failure } from '../failure.ts'
import { postponed } from '../renditions/queue.ts'
import type { RenderOne } from '../renditions/rendering.ts'
import type { PackStore } from '../storage/packs.ts'
import { type Family, type FamilyName, families } from './families.ts'
import type { Gauges, Instruments } from './instruments.ts'

export type Metrics = Readonly<{ registry: Registry; instruments: Instruments }>

type Clocks = Readonly<{
  now: () => number
  elapsed: () => number
}>

/** Also those of the process and its event loop, with prom-client's names. */
export function createMetrics(version: string, clocks: Clocks = standardClocks): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  gauge(registry, 'processes').set(1)
  gauge(registry, 'build').set({ version }, 1)
  return {
    registry,
    instruments: {
      answered: countAnswers(registry),
      aroundPacks: timePacks(registry, clocks),
      aroundRender: timeRendering(registry, clocks),
      queried: countQueries(registry),
      swept: countSweeps(registry, clocks),
      lookedAtSources: showSources(registry),
      lookedAtTokens: showTokens(registry),
      tookPhoto: countSenderPhotos(registry),
      observe: gauges => observeGauges(registry, gauges),
    },
  }
}

const standardClocks: Clocks = { now: Date.now, elapsed: () => performance.now() }

function countAnswers(registry: Registry): Instruments['answered'] {
  const requests = counter(registry, 'requests')
  const seconds = histogram(registry, 'requestSeconds')
  const changes = counter(registry, 'photoChanges')
  for (const change of ['replaced', 'removed']) changes.inc({ change }, 0)
  return ({ route, reply, durationMs }) => {
    const operation = route?.operation ?? 'none'
    requests.inc({ operation, status: reply.status })
    seconds.observe({ operation }, durationMs / 1000)
    if (reply.changed) changes.inc({ change: reply.changed.change })
  }
}

function timePacks(registry: Registry, { elapsed }: Clocks): (packs: PackStore) => PackStore {
  const seconds = histogram(registry, 'packSeconds')
  const timed = async <T>(kind: string, work: Promise<T>): Promise<T> => {
    const startedAtMs = elapsed()
    let outcome = 'ok'
    try {
      const result = await work
      if (kind === 'read' && result === undefined) outcome = 'missing'
      return result
    } catch (error) {
      outcome = outcomeOf(error)
      throw error
    } finally {
      seconds.observe({ kind, outcome }, (elapsed() - startedAtMs) / 1000)
    }
  }
  return packs => ({
    ...packs,
    write: (key, bytes) => timed('write', packs.write(key, bytes)),
    read: (key, offset, length) => timed('read', packs.read(key, offset, length)),
    remove: key => timed('remove', packs.remove(key)),
    check: () => timed('check', packs.check()),
  })
}

function timeRendering(registry: Registry, { elapsed }: Clocks): (render: RenderOne) => RenderOne {
  const seconds = histogram(registry, 'renderSeconds')
  const made = counter(registry, 'renditions')
  return render => async (bytes, framing, allow) => {
    const startedAtMs = elapsed()
    let outcome = 'rendered'
    try {
      const pack = await render(bytes, framing, allow)
      if (pack === postponed) outcome = 'postponed'
      else made.inc(pack.renditions.length)
      return pack
    } catch (error) {
      outcome = error instanceof Failure ? 'refused' : 'failed'
      throw error
    } finally {
      seconds.observe({ outcome }, (elapsed() - startedAtMs) / 1000)
    }
  }
}

function countQueries(registry: Registry): Instruments['queried'] {
  const queries = counter(registry, 'queries')
  for (const outcome of ['ok', 'unavailable', 'failed']) queries.inc({ outcome }, 0)
  return ({ error }) => queries.inc({ outcome: error === undefined ? 'ok' : outcomeOf(error) })
}

function countSweeps(registry: Registry, { now }: Clocks): Instruments['swept'] {
  const sweeps = counter(registry, 'sweeps')
  const packs = counter(registry, 'sweptPacks')
  const last = gauge(registry, 'lastSweep')
  for (const why of ['retired', 'orphan', 'leftover']) packs.inc({ why }, 0)
  return swept => {
    if (swept === undefined) return
    sweeps.inc()
    packs.inc({ why: 'retired' }, swept.retired)
    packs.inc({ why: 'orphan' }, swept.orphans)
    packs.inc({ why: 'leftover' }, swept.leftovers)
    last.set(now() / 1000)
  }
}

/** Shows the numbers of the database, so they are the same in every process. */
function showSources(registry: Registry): Instruments['lookedAtSources'] {
  const successes = gauge(registry, 'sourceSuccess')
  const waiting = gauge(registry, 'removalsWaiting')
  return sources => {
    successes.reset()
    waiting.reset()
    for (const { source, lastSuccessAt, waiting: people } of sources) {
      waiting.set({ source }, people)
      if (lastSuccessAt !== undefined) successes.set({ source }, lastSuccessAt / 1000)
    }
  }
}

/** From the database too. A token that was revoked leaves no series. */
function showTokens(registry: Registry): Instruments['lookedAtTokens'] {
  const expiry = gauge(registry, 'scimTokenExpiry')
  return expiries => {
    expiry.reset()
    for (const { source, expiresAt } of expiries) expiry.set({ source }, expiresAt / 1000)
  }
}

function countSenderPhotos(registry: Registry): Instruments['tookPhoto'] {
  const photos = counter(registry, 'scimPhotos')
  return outcome => photos.inc({ outcome })
}

/** Read only when the metrics are fetched. */
function observeGauges(registry: Registry, gauges: Gauges): void {
  const { queue, renderers, bodies, connections, cache, folder, unavailableIssuers } = gauges
  gauge(registry, 'unavailableIssuers', unavailableIssuers)
  gauge(registry, 'bodyBytes', () => bodies().takenBytes)
  counter(registry, 'bodiesRefused', () => bodies().refusals)
  gauge(registry, 'rendersRunning', () => queue().running)
  gauge(registry, 'rendersWaiting', () => queue().waiting)
  counter(registry, 'rendersFinished', () => queue().finished)
  counter(registry, 'rendersRefused', () => queue().refused)
  gauge(registry, 'decodeBytes', () => queue().memoryBytes)
  gauge(registry, 'renderers', () => renderers().ready)
  counter(registry, 'renderersStarted', () => renderers().started)
  counter(registry, 'renderersKilled', () => renderers().killed)
  counter(registry, 'renderersDied', () => renderers().died)
  if (connections() !== undefined) {
    gauge(registry, 'connections', () => connections()?.open ?? 0)
    gauge(registry, 'connectionsIdle', () => connections()?.idle ?? 0)
    gauge(registry, 'connectionsAwaited', () => connections()?.waiting ?? 0)
  }
  if (cache) {
    counter(registry, 'cacheHits', () => cache().hits)
    counter(registry, 'cacheMisses', () => cache().misses)
    gauge(registry, 'cacheBytes', () => cache().bytes)
  }
  if (folder) {
    counter(registry, 'folderHits', () => folder().hits)
    counter(registry, 'folderMisses', () => folder().misses)
  }
}

function outcomeOf(error: unknown): string {
  return error instanceof Failure && error.code === 'storage-unavailable' ? 'unavailable' : 'failed'
}

function settingsOf(registry: Registry, name: FamilyName) {
  const family: Family = families[name]
  const { labels, meaning, ofWorkers } = family
  return {
    name: family.name,
    help: meaning.replaceAll('`', ''),
    labelNames: labels,
    registers: [registry],
    aggregator: ofWorkers ?? ('sum' as const),
  }
}

function counter(registry: Registry, name: FamilyName, ask?: () => number): Counter {
  const made: Counter = new Counter({
    ...settingsOf(registry, name),
    ...(ask && {
      collect() {
        made.reset()
        made.inc(ask())
      },
    }),
  })
  return made
}

function gauge(registry: Registry, name: FamilyName, ask?: () => number): Gauge {
  const made: Gauge = new Gauge({
    ...settingsOf(registry, name),
    ...(ask && {
      collect() {
        made.set(ask())
      },
    }),
  })
  return made
}

function histogram(registry: Registry, name: FamilyName): Histogram {
  const { buckets = [] }: Family = families[name]
  return new Histogram({ ...settingsOf(registry, name), buckets: [...buckets] })
}

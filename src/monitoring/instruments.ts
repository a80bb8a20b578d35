/**
 * The hooks where metrics and traces attach to the parts of a server, and how several are combined. The parts do not
 * import them.
 */
import type { Around } from '../call.ts'
import type { Answered } from '../events.ts'
import type { Swept } from '../photos/sweep.ts'
import type { QueueCounts } from '../renditions/queue.ts'
import type { RendererCounts } from '../renditions/renderer-pool.ts'
import type { RenderOne } from '../renditions/rendering.ts'
import type { ConnectionCounts } from '../storage/abilities.ts'
import type { CacheCounts, FolderCounts } from '../storage/health.ts'
import type { PackStore } from '../storage/packs.ts'
import type { QueryWatch } from '../storage/query-watch.ts'
import type { Fetch } from '../tokens/key-set.ts'

/** Values that can be read at any time. */
export type Gauges = Readonly<{
  queue: () => QueueCounts
  renderers: () => RendererCounts
  bodies: () => Readonly<{ takenBytes: number; refusals: number }>
  /** undefined for a database without a pool. */
  connections: () => ConnectionCounts | undefined
  /** undefined where packs are not cached. */
  cache: (() => CacheCounts) | undefined
  /** undefined where there is no cache folder. */
  folder: (() => FolderCounts) | undefined
  /** How many issuers failed at their last attempt. */
  unavailableIssuers: () => number
}>

/** The state of a source of people and groups. */
type SourceState = Readonly<{
  source: string
  /** Epoch milliseconds; undefined for a source without runs. */
  lastSuccessAt: number | undefined
  /** People whose removal waits for an operator. */
  waiting: number
}>

/** The earliest expiry of the tokens of a source, in epoch milliseconds. */
type TokenExpiry = Readonly<{ source: string; expiresAt: number }>

export type Instruments = Readonly<{
  answered?: ((event: Answered) => void) | undefined
  /** Around every answer, also of the parts of a batch. */
  around?: Around | undefined
  aroundPacks?: ((packs: PackStore) => PackStore) | undefined
  /** Around the rendering itself, without the time in the queue. */
  aroundRender?: ((render: RenderOne) => RenderOne) | undefined
  /** Around requests to the token issuer. */
  aroundFetch?: ((fetch: Fetch) => Fetch) | undefined
  queried?: QueryWatch | undefined
  /** After a sweep; undefined if another process was sweeping. */
  swept?: ((swept: Swept | undefined) => void) | undefined
  /** After the states of the sources were read. */
  lookedAtSources?: ((sources: readonly SourceState[]) => void) | undefined
  /** After a photo of a sender over SCIM was taken or not. */
  tookPhoto?: ((outcome: string) => void) | undefined
  /** After the expiries of the tokens for SCIM were read. */
  lookedAtTokens?: ((expiries: readonly TokenExpiry[]) => void) | undefined
  /** Once, before the first request. */
  observe?: ((gauges: Gauges) => void) | undefined
}>

/** Combines several; the first is outermost. A hook that none has stays undefined, and takes no time. */
export function joinInstruments(all: readonly Instruments[]): Instruments {
  return {
    answered: callAll(all.map(({ answered }) => answered)),
    around: nest(all.map(({ around }) => around)),
    aroundPacks: nest(all.map(({ aroundPacks }) => aroundPacks)),
    aroundRender: nest(all.map(({ aroundRender }) => aroundRender)),
    aroundFetch: nest(all.map(({ aroundFetch }) => aroundFetch)),
    queried: callAll(all.map(({ queried }) => queried)),
    swept: callAll(all.map(({ swept }) => swept)),
    lookedAtSources: callAll(all.map(({ lookedAtSources }) => lookedAtSources)),
    tookPhoto: callAll(all.map(({ tookPhoto }) => tookPhoto)),
    lookedAtTokens: callAll(all.map(({ lookedAtTokens }) => lookedAtTokens)),
    observe: callAll(all.map(({ observe }) => observe)),
  }
}

function callAll<Event>(
  listeners: readonly (((event: Event) => void) | undefined)[],
): ((event: Event) => void) | undefined {
  const there = listeners.filter(listener => listener !== undefined)
  if (there.length <= 1) return there[0]
  return event => {
    for (const listener of there) listener(event)
  }
}

function nest<Part>(
  wrappers: readonly (((part: Part) => Part) | undefined)[],
): ((part: Part) => Part) | undefined {
  const there = wrappers.filter(wrapper => wrapper !== undefined)
  if (there.length <= 1) return there[0]
  return part => there.reduceRight((inner, wrapper) => wrapper(inner), part)
}

/**
 * The options of a server: places of its data, trusted issuers, limits, and wrappers for tests and measurements.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answered, Severity, WriteLine } from '../events.ts'
import type { AroundGraph } from '../graph/mounts.ts'
import type { Tls } from '../http/server.ts'
import type { Instruments } from '../monitoring/instruments.ts'
import type { PageSetup } from '../pages/setup.ts'
import type { Config } from '../settings/config.ts'
import type { Limits } from '../settings/limits.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import type { Fetch } from '../tokens/key-set.ts'
import type { Trust } from '../tokens/trust.ts'
import type { StoreOptions } from './stores.ts'

/** Which tokens are accepted, and where their keys come from. */
export type Identity = Readonly<{
  trust: Trust
  fetch: Fetch
  /** Sees every request first; true when it has answered. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** The page for people; undefined for none. */
  page?: PageSetup | undefined
}>

/** All workers of a machine: whether every one serves, and how often the set became complete. */
export type WorkerSet = Readonly<{ isComplete: () => boolean; completions: () => number }>

export type ServerOptions = StoreOptions &
  Readonly<{
    host: string
    /** 0 takes a free port. */
    port: number
    tls?: Tls | undefined
    baseUrl?: string | undefined
    strictContentType: boolean
    /** While the store is moved: nothing is changed, and no sweep runs. */
    isReadOnly?: boolean | undefined
    /** Undefined for a single process. */
    workerSet?: WorkerSet | undefined
    /** Whether a person who signs in is added to the directory if missing; true when left out. */
    signIn?: Config['signIn'] | undefined
    /** Whether somebody who signs in for the first time is linked to a provisioned person; undefined: no. */
    linkBy?: Config['linkBy'] | undefined
    /** Whether photos of people who are disabled are hidden; true when left out. */
    leavers?: Config['leavers'] | undefined
    /** How people and groups of senders are read; the defaults of the settings when left out. */
    scim?: Config['scim'] | undefined
    /** Per application and mailbox, in this process; no limit when left out. */
    throttle?: ThrottleLimits | undefined
    limits: Limits
    write: WriteLine
    /** Lowest severity to log; 'warning' when left out. */
    logLevel?: Severity | undefined
    /** Called for every answer, in addition to the log. */
    watch?: ((event: Answered) => void) | undefined
    /** Wraps Graph's answers. */
    around?: AroundGraph | undefined
    /** Whether replaced photos are kept now for the grace time of the sweep, also if packs are in memory. */
    graceInMemory?: (() => boolean) | undefined
    /** Measures and traces, the outermost first. */
    instruments?: readonly Instruments[] | undefined
    /** How long it still accepts connections after `close` is called. */
    drainMs?: number | undefined
    now?: (() => number) | undefined
    /** Monotonic clock, in milliseconds. */
    elapsed?: (() => number) | undefined
  }>

export type Clocks = Readonly<{ now: () => number; elapsed: () => number }>

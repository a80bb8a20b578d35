/**
 * What a server is told: where it keeps its data, whose tokens it trusts, its limits, and what is put
 * around it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answered, Severity, WriteLine } from '../events.ts'
import type { AroundGraph } from '../graph/mounts.ts'
import type { Instruments } from '../monitoring/instruments.ts'
import type { Config } from '../settings/config.ts'
import type { Limits } from '../settings/limits.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import type { Fetch } from '../tokens/key-set.ts'
import type { Trust } from '../tokens/trust.ts'
import type { StoreOptions } from './stores.ts'

/** Whose tokens count, and where the keys come from. */
export type Identity = Readonly<{
  trust: Trust
  fetch: Fetch
  /** Sees every request first; true when it has answered. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean
}>

/** Several processes that serve together: whether all do, and how often that has become so. */
export type WorkerSet = Readonly<{ isComplete: () => boolean; completions: () => number }>

export type ServerOptions = StoreOptions &
  Readonly<{
    host: string
    /** 0 takes a free port. */
    port: number
    tls?: Readonly<{ cert: string | Buffer; key: string | Buffer }> | undefined
    baseUrl?: string | undefined
    strictContentType: boolean
    /** While the store is moved: nothing is changed and nothing swept. */
    isReadOnly?: boolean | undefined
    /** Of several processes that serve together. */
    workerSet?: WorkerSet | undefined
    /** Whether somebody who signs in and is not in the directory is added; undefined: yes. */
    signIn?: Config['signIn'] | undefined
    /** Per application and mailbox, in this process; undefined for none. */
    throttle?: ThrottleLimits | undefined
    limits: Limits
    write: WriteLine
    /** Lowest severity to log; 'warning' when left out. */
    logLevel?: Severity | undefined
    /** Sees every answer, besides what is written to the log. */
    watch?: ((event: Answered) => void) | undefined
    /** Something around Graph's answers. */
    around?: AroundGraph | undefined
    /** Replaced photos have the grace time of the sweep in memory too. */
    graceInMemory?: boolean | undefined
    /** Measures and traces, the outermost first. */
    instruments?: readonly Instruments[] | undefined
    /** How long it goes on serving once its end has begun. */
    drainMs?: number | undefined
    now?: (() => number) | undefined
    /** Monotonic clock, in milliseconds. */
    elapsed?: (() => number) | undefined
  }>

export type Clocks = Readonly<{ now: () => number; elapsed: () => number }>

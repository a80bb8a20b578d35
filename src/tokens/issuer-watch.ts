/**
 * Watches whether the keys of the issuers in the settings can be fetched: at the start and every
 * minute, unless the keys are fresh. Attempts caused by tokens count too. It decides nothing about
 * tokens, and an unavailable issuer does not stop the server from starting.
 */
import type { Failure } from '../failure.ts'
import { idOf, type KeySource } from './key-set.ts'

type IssuerState = 'ok' | 'unavailable' | 'unknown'

export type IssuerWatch = Readonly<{
  /** 'unknown' until each was tried once; undefined without issuers in the settings. */
  state: () => IssuerState | undefined
  /** The number of issuers whose last attempt failed. */
  countUnavailable: () => number
  end: () => void
}>

export type IssuerWatchOptions = Readonly<{
  sources: readonly KeySource[]
  /** Fetches the keys unless they are fresh; the result is passed to `report`. */
  prepare: (source: KeySource) => Promise<void>
  /**
   * Called when an issuer becomes unavailable or available, with all failures by the address of the
   * keys.
   */
  changed: (causes: ReadonlyMap<string, Failure>) => void
  /** Calls `work` repeatedly; returns a function that stops it. */
  repeat?: (work: () => void) => () => void
}>

export type Report = (source: KeySource, failure: Failure | undefined) => void

export function watchIssuers(options: IssuerWatchOptions): { watch: IssuerWatch; report: Report } {
  const { sources, prepare, changed, repeat = everyMinute } = options
  const known = new Set(sources.map(idOf))
  const outcomes = new Map<string, Failure | undefined>()
  const failures = (): ReadonlyMap<string, Failure> =>
    new Map([...outcomes].flatMap(([id, failure]) => (failure ? [[id, failure]] : [])))

  const prepareAll = () => {
    for (const source of sources) void prepare(source)
  }
  const stop = sources.length === 0 ? () => {} : repeat(prepareAll)
  prepareAll()

  return {
    watch: {
      state: () => {
        if (known.size === 0) return undefined
        if (failures().size > 0) return 'unavailable'
        return outcomes.size < known.size ? 'unknown' : 'ok'
      },
      countUnavailable: () => failures().size,
      end: stop,
    },
    report(source, failure) {
      const id = idOf(source)
      if (!known.has(id)) return
      const hadFailed = outcomes.get(id) !== undefined
      outcomes.set(id, failure)
      if (hadFailed !== (failure !== undefined)) changed(failures())
    },
  }
}

function everyMinute(work: () => void): () => void {
  const timer = setInterval(work, 60_000).unref()
  return () => clearInterval(timer)
}

/**
 * Whether the keys of the issuers in the settings can be fetched: tried at the start and then every
 * minute, unless the keys are fresh. Attempts that a token caused are counted too. It decides nothing
 * about tokens; an unavailable issuer does not stop the server from starting.
 */
import type { Failure } from '../failure.ts'
import { idOf, type KeySource } from './key-set.ts'

type IssuerState = 'ok' | 'unavailable' | 'unknown'

export type IssuerWatch = Readonly<{
  /** 'unknown' until each was tried once; undefined where the settings name no issuer. */
  state: () => IssuerState | undefined
  /** How many failed at their last attempt. */
  countAway: () => number
  end: () => void
}>

export type IssuerWatchOptions = Readonly<{
  sources: readonly KeySource[]
  /** Fetches the keys unless they are fresh; the outcome comes by `tell`. */
  prepare: (source: KeySource) => Promise<void>
  /** Called when an issuer becomes unavailable or available: the failures, by the address of the keys. */
  changed: (causes: ReadonlyMap<string, Failure>) => void
  /** Calls `work` repeatedly; returns a function that stops it. */
  repeat?: (work: () => void) => () => void
}>

export type Tell = (source: KeySource, failure: Failure | undefined) => void

export function watchIssuers(options: IssuerWatchOptions): { watch: IssuerWatch; tell: Tell } {
  const { sources, prepare, changed, repeat = everyMinute } = options
  const known = new Set(sources.map(idOf))
  const outcomes = new Map<string, Failure | undefined>()
  const away = (): ReadonlyMap<string, Failure> =>
    new Map([...outcomes].flatMap(([id, failure]) => (failure ? [[id, failure]] : [])))

  const askAll = () => {
    for (const source of sources) void prepare(source)
  }
  const stop = sources.length === 0 ? () => {} : repeat(askAll)
  askAll()

  return {
    watch: {
      state: () => {
        if (known.size === 0) return undefined
        if (away().size > 0) return 'unavailable'
        return outcomes.size < known.size ? 'unknown' : 'ok'
      },
      countAway: () => away().size,
      end: stop,
    },
    tell(source, failure) {
      const id = idOf(source)
      if (!known.has(id)) return
      const wasAway = outcomes.get(id) !== undefined
      outcomes.set(id, failure)
      if (wasAway !== (failure !== undefined)) changed(away())
    },
  }
}

function everyMinute(work: () => void): () => void {
  const timer = setInterval(work, 60_000).unref()
  return () => clearInterval(timer)
}

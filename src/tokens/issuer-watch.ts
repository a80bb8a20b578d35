/**
 * Whether the issuers that the settings name give out their keys: asked at the start and then every
 * minute, unless their keys are fresh. It is told of every attempt, also of those that a token caused.
 * It decides nothing about tokens, and an issuer that is away keeps nobody from starting.
 */
import type { Failure } from '../failure.ts'
import { idOf, type KeySource } from './key-set.ts'

export type IssuerState = 'ok' | 'unavailable' | 'unknown'

export type IssuerWatch = Readonly<{
  /** Of all of them: 'unknown' before each was asked once; undefined where the settings name none. */
  state: () => IssuerState | undefined
  /** How many did not give out their keys when they were last asked. */
  countAway: () => number
  end: () => void
}>

export type IssuerWatchOptions = Readonly<{
  sources: readonly KeySource[]
  /** Fetches the keys unless they are fresh; the outcome comes by `tell`. */
  prepare: (source: KeySource) => Promise<void>
  /** Why those that are away are, by the address of their keys, whenever which those are changes. */
  changed: (causes: ReadonlyMap<string, Failure>) => void
  /** Calls `work` again and again; returns what ends that. */
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

/**
 * Whether this process should get requests: every part is available, and shutdown has not begun. It decides how often
 * parts are checked and how long a check may take; the checks are parameters. A remark is shown with the parts, and
 * does not affect the result.
 */

/** Resolves if the part is available. */
type Check = () => Promise<unknown>

type Condition = 'ok' | 'unavailable' | 'unknown'

export type Readiness = Readonly<{
  status: 'ready' | 'unavailable' | 'ending'
  parts: Readonly<Record<string, Condition>>
}>

export type ReadinessWatch = Readonly<{
  look: () => Promise<Readiness>
  /** From now on the status is 'ending'. */
  end: () => void
}>

type ReadinessOptions = Readonly<{
  /** Called with the causes when the set of unavailable parts changes. */
  changed?: (causes: ReadonlyMap<string, unknown>) => void
  /** Parts that are known without a check, by name; `changed` is not called for them. */
  conditions?: Readonly<Record<string, () => Condition>> | undefined
  /** By name, for something outside that would be unavailable for every process at once. */
  remarks?: Readonly<Record<string, () => Condition | undefined>>
  timeoutMs?: number
  /** How long an outcome is reused, so that many probes cause no load. */
  freshMs?: number
  elapsed?: () => number
}>

export function watchReadiness(
  checks: Readonly<Record<string, Check>>,
  options: ReadinessOptions = {},
): ReadinessWatch {
  const {
    changed,
    conditions = {},
    remarks = {},
    freshMs = 1000,
    elapsed = () => performance.now(),
  } = options
  const ask = runChecks(checks, options.timeoutMs ?? 2000)
  let isEnding = false
  let away = ''
  let known: Readonly<{ outcome: Promise<Readiness>; atMs: number }> | undefined

  async function judge(): Promise<Readiness> {
    const causes = await ask()
    const names = [...causes.keys()].join()
    if (names !== away) changed?.(causes)
    away = names
    const parts = Object.keys(checks).map(part => [part, causes.has(part) ? 'unavailable' : 'ok'])
    const known = Object.entries(conditions).map(([name, condition]) => [name, condition()])
    const remarked = Object.entries(remarks).map(([name, remark]) => [name, remark()])
    const isReady = causes.size === 0 && known.every(([, condition]) => condition === 'ok')
    return {
      status: isReady ? 'ready' : 'unavailable',
      parts: Object.fromEntries(
        [...parts, ...known, ...remarked].filter(([, condition]) => condition),
      ),
    }
  }

  return {
    look() {
      if (isEnding) return Promise.resolve({ status: 'ending', parts: {} })
      if (known !== undefined && elapsed() - known.atMs < freshMs) return known.outcome
      // Probes that come during a check share it.
      const outcome = judge().then(readiness => {
        known = { outcome, atMs: elapsed() }
        return readiness
      })
      known = { outcome, atMs: Number.POSITIVE_INFINITY }
      return outcome
    },
    end() {
      isEnding = true
    },
  }
}

/**
 * Resolves with the causes of the unavailable parts, in the order of the table. A check that hangs is not
 * started again but waited for next time, so that a hanging part gets one check and not hundreds.
 */
function runChecks(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
): () => Promise<ReadonlyMap<string, unknown>> {
  const underWay = new Map<string, Promise<unknown>>()
  const causeOf = (part: string, check: Check): Promise<unknown> => {
    const asked =
      underWay.get(part) ??
      check()
        .then(() => undefined)
        .catch(error => error ?? new Error('refused without a reason'))
        .finally(() => underWay.delete(part))
    underWay.set(part, asked)
    return within(timeoutMs, asked)
  }
  return async () => {
    const entries = Object.entries(checks).map(
      async ([part, check]) => [part, await causeOf(part, check)] as const,
    )
    const causes = await Promise.all(entries)
    return new Map(causes.filter(([, cause]) => cause !== undefined))
  }
}

function within(timeoutMs: number, asked: Promise<unknown>): Promise<unknown> {
  const tooLate = Promise.withResolvers<unknown>()
  const timer = setTimeout(
    () => tooLate.resolve(new Error(`no answer in ${timeoutMs} ms`)),
    timeoutMs,
  )
  return Promise.race([asked, tooLate.promise]).finally(() => clearTimeout(timer))
}

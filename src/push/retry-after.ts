/** `Retry-After`: seconds, or a date. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */

/** A server that asks for more is not waited for longer. */
const maxPauseMs = 15 * 60_000

/**
 * In ms; undefined if it is missing, neither, or over: then the pauses that grow hold. A date is compared with the `Date` of the answer, because the clock of this
 * machine may be wrong.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return pauseOf(Number(text) * 1000)
  // Date.parse takes -5 for a year.
  const until = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(until)) return undefined
  const sent = Date.parse(headers.get('date') ?? '')
  return pauseOf(until - (Number.isNaN(sent) ? nowMs : sent))
}

function pauseOf(ms: number): number | undefined {
  return ms > 0 ? Math.min(ms, maxPauseMs) : undefined
}

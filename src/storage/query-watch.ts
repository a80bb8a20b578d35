/**
 * Reports every statement sent to a database: its text with placeholders, never its values. Nothing
 * is measured without a watcher.
 */
import type { LogEvent } from 'kysely'

export type Watched = Readonly<{
  text: string
  durationMs: number
  /** undefined when the statement succeeded. */
  error: unknown
}>

/** Called in the asynchronous context of the query's caller. */
export type QueryWatch = (query: Watched) => void

/** For Kysely's `log`: all statements through its connections, `begin` and `commit` included. */
export function toKyselyLog(watch: QueryWatch): (event: LogEvent) => void {
  return event =>
    watch({
      text: event.query.sql,
      durationMs: event.queryDurationMillis,
      error: event.level === 'error' ? event.error : undefined,
    })
}

/** For statements that bypass Kysely. */
export function watchDirect<Result>(run: () => Result, text: string, watch: QueryWatch): Result {
  const startedAtMs = performance.now()
  let error: unknown
  try {
    return run()
  } catch (caught) {
    error = caught
    throw caught
  } finally {
    watch({ text, durationMs: performance.now() - startedAtMs, error })
  }
}

/** For look-ups that are sent together: each takes as long as its caller waits. */
export async function watchAsked<Row>(
  ask: () => Promise<Row>,
  text: string,
  watch: QueryWatch,
): Promise<Row> {
  const startedAtMs = performance.now()
  let error: unknown
  try {
    return await ask()
  } catch (caught) {
    error = caught
    throw caught
  } finally {
    watch({ text, durationMs: performance.now() - startedAtMs, error })
  }
}

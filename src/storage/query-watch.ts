/**
 * Being told of every statement a database is sent: its text with placeholders, never its values. Where
 * nobody watches, nothing is measured.
 */
import type { LogEvent } from 'kysely'
import type { DirectStatement } from './abilities.ts'

export type Watched = Readonly<{
  text: string
  durationMs: number
  /** undefined when the statement was carried out. */
  error: unknown
}>

/** Called in the asynchronous context of whoever asked. */
export type QueryWatch = (query: Watched) => void

/** For Kysely's `log`: all that goes through its connections, `begin` and `commit` too. */
export function toKyselyLog(watch: QueryWatch): (event: LogEvent) => void {
  return event =>
    watch({
      text: event.query.sql,
      durationMs: event.queryDurationMillis,
      error: event.level === 'error' ? event.error : undefined,
    })
}

/** For the statements that go past Kysely. */
export function watchDirect<Row>(
  statement: DirectStatement<Row>,
  text: string,
  watch: QueryWatch,
): DirectStatement<Row> {
  const watched = <T>(run: () => T): T => {
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
  return {
    first: parameters => watched(() => statement.first(parameters)),
  }
}

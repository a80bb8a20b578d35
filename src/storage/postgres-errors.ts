/**
 * Table: which errors of PostgreSQL mean that the database cannot serve just now. Everything else is
 * the statement's own: a constraint, or a bug. It knows no connection and no query.
 *
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import pg from 'pg'
import { Failure } from '../failure.ts'

/** Whole classes, by the first two characters of the code. */
const refusingClasses: Readonly<Record<string, string>> = {
  '08': 'the connection failed',
  '28': 'the database refuses the user or the password',
  '53': 'the database is out of connections, memory or disk space',
  '57': 'the database is shutting down, starting, or has cancelled the statement',
  '58': 'the disk or the system under the database fails',
}

const refusals: Readonly<Record<string, string>> = {
  '25006': 'the database is read-only',
  '25P03': 'the transaction was idle for too long',
  '3D000': 'there is no such database',
  '3F000': 'there is no schema to keep tables in',
  // Both sides of a deadlock have locked rows in another order; whoever tries again finds them free.
  '40001': 'another transaction was quicker',
  '40P01': 'two transactions waited for each other',
  '42501': 'the user of the database lacks a right',
  '55P03': 'a lock was not to be had in time',
  XX001: 'the database is damaged',
  XX002: 'an index of the database is damaged',
}

/**
 * The session is over: the server has said so, or can no longer be heard. One that is read-only stays so
 * for as long as it lives; a new one is had from the server that is written to by then.
 */
export function endsSession(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === undefined || code.startsWith('08') || /^57P|^25P03$|^25006$/.test(code)
}

/**
 * An error without a code comes from the socket, from TLS or from a timeout of the client: there is no
 * other that a statement could cause, since values are bound by the driver as they are.
 */
export function translatePostgresError(error: unknown): unknown {
  if (error instanceof Failure) return error
  const code = sqlStateOf(error)
  if (code === undefined)
    return unavailable(`PostgreSQL cannot be reached: ${messageOf(error)}`, error)
  const reason = refusals[code] ?? refusingClasses[code.slice(0, 2)]
  return reason === undefined
    ? error
    : unavailable(`${reason}: ${messageOf(error)} (SQLSTATE ${code})`, error)
}

function unavailable(detail: string, cause: unknown): Failure {
  return new Failure('storage-unavailable', { detail, cause })
}

/** Of a host with several addresses Node.js reports every attempt, and the whole without words. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/** What the server sent. Errors of Node.js have codes too, some of them (EPIPE) of the same form. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

/**
 * The errors of PostgreSQL that mean that the database is unavailable. Any other error belongs to
 * the statement: a constraint, or a bug.
 *
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import pg from 'pg'
import { Failure } from '../failure.ts'

/** By class, the first two characters of the code. */
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
  '3F000': 'there is no schema for the tables',
  // The server ends one side of a deadlock or of a serialization conflict. A retry can succeed.
  '40001': 'the transaction conflicted with another one',
  '40P01': 'two transactions waited for each other',
  '42501': 'the user of the database lacks a privilege',
  '55P03': 'a lock was not available in time',
  XX001: 'the database is damaged',
  XX002: 'an index of the database is damaged',
}

/**
 * The session is unusable: the server ended it or does not respond. A read-only session stays
 * read-only, so it is replaced; a new one connects to the current primary.
 */
export function endsSession(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === undefined || code.startsWith('08') || /^57P|^25P03$|^25006$/.test(code)
}

/**
 * An error without a code comes from the socket, TLS or a client timeout. A statement cannot cause
 * one, because the driver binds values unchanged.
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

/**
 * For a host with several addresses, Node.js reports one error per attempt, in an AggregateError
 * without a message.
 */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/**
 * The code that the server sent. Node.js errors have codes of the same form (EPIPE), so the class
 * is checked.
 */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

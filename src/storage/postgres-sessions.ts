/**
 * The connection pool for Kysely. It translates errors, prepares the statements of the hot path
 * once per connection, and discards broken connections. Timeouts are set in postgres.ts.
 */
import { createHash } from 'node:crypto'
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { endsSession, sqlStateOf, translatePostgresError } from './postgres-errors.ts'

/**
 * Names of the statements that are prepared on every connection. Other statements are parsed each
 * time.
 */
type StatementNames = Readonly<{
  keep: (text: string) => void
  nameOf: (text: string) => string | undefined
  /**
   * Gives the statement a new name, because the server keeps an outdated plan under the old one.
   */
  renew: (text: string) => void
}>

export function createStatementNames(): StatementNames {
  const rounds = new Map<string, number>()
  const names = new Map<string, string>()
  const assign = (text: string, round: number) => {
    rounds.set(text, round)
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    names.set(text, `visage_${hash}_${round}`)
  }
  return {
    keep: text => void (names.has(text) || assign(text, 0)),
    nameOf: text => names.get(text),
    renew: text => assign(text, (rounds.get(text) ?? 0) + 1),
  }
}

export function createSessions(pool: Pool, names: StatementNames): PostgresPool {
  const sessions = new WeakMap<PoolClient, PostgresPoolClient>()
  // The pool itself removes a connection that breaks while idle. Without a listener, the event
  // would end the process.
  pool.on('error', () => {})
  // On 'connect', before the connection is used: the server may end a session right after it
  // begins, which emits 'error' too.
  pool.on('connect', client => sessions.set(client, openSession(client, names)))
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const session = sessions.get(await connect(pool))
      if (session === undefined) throw new Error('the pool returned an unknown connection')
      return session
    },
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw translatePostgresError(error)
  }
}

function openSession(client: PoolClient, names: StatementNames): PostgresPoolClient {
  let broken: unknown
  // The next query throws this error.
  client.on('error', error => {
    broken ??= translatePostgresError(error)
  })
  async function query<Row>(text: string, values: readonly unknown[]) {
    if (broken !== undefined) throw broken
    try {
      return await send<Row>(client, names, text, values)
    } catch (error) {
      const translated = translatePostgresError(error)
      if (endsSession(error)) broken ??= translated
      throw translated
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: destroy => client.release(destroy === true || broken !== undefined),
  }
}

async function send<Row>(
  client: PoolClient,
  names: StatementNames,
  text: string,
  values: readonly unknown[],
): Promise<PostgresQueryResult<Row>> {
  const name = names.nameOf(text)
  const run = async (as: string | undefined) =>
    // The cast relies on Kysely's type of the query.
    (await client.query({
      text,
      values: values.map(value => (typeof value === 'string' ? storable(value) : value)),
      ...(as !== undefined && { name: as }),
    })) as unknown as PostgresQueryResult<Row>
  try {
    return await run(name)
  } catch (error) {
    if (name === undefined || sqlStateOf(error) !== stalePlan) throw error
    // Skipped when a concurrent request has already renamed it.
    if (names.nameOf(text) === name) names.renew(text)
    return await run(names.nameOf(text))
  }
}

/**
 * PostgreSQL cannot store NUL in a text, and refuses a statement that contains one. NUL is replaced
 * by the replacement character, so a search for such a name finds nothing.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** "cached plan must not change result type": a newer Visage has added a column. */
const stalePlan = '0A000'

/**
 * The connection pool for Kysely. It translates errors, prepares the statements of the hot path
 * once per connection, and discards broken connections. Timeouts are set in postgres.ts.
 */
import { createHash } from 'node:crypto'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient, QueryArrayResult, QueryResult } from 'pg'
import type { ListOfRows } from './abilities.ts'
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

type Session = PostgresPoolClient &
  Readonly<{ readLists: (text: string, values: readonly unknown[]) => Promise<ListOfRows> }>

type Sessions = Omit<PostgresPool, 'connect'> & Readonly<{ connect: () => Promise<Session> }>

export function createSessions(pool: Pool, names: StatementNames): Sessions {
  const sessions = new WeakMap<PoolClient, Session>()
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

/** The statement is prepared once on every connection that runs it. */
export function prepareLists(
  sessions: Sessions,
  names: StatementNames,
  text: string,
): (values: readonly unknown[]) => Promise<ListOfRows> {
  names.keep(text)
  return async values => {
    const session = await sessions.connect()
    try {
      return await session.readLists(text, values)
    } finally {
      session.release()
    }
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw translatePostgresError(error)
  }
}

function openSession(client: PoolClient, names: StatementNames): Session {
  let broken: unknown
  // The next query throws this error.
  client.on('error', error => {
    broken ??= translatePostgresError(error)
  })
  async function query<Result>(query: Query): Promise<Result> {
    if (broken !== undefined) throw broken
    try {
      // The cast relies on Kysely's type of the query.
      return (await send(client, names, query)) as Result
    } catch (error) {
      const translated = translatePostgresError(error)
      if (endsSession(error)) broken ??= translated
      throw translated
    }
  }
  return {
    query: ((text: string, values: readonly unknown[]) =>
      query({ text, values })) as PostgresPoolClient['query'],
    async readLists(text, values) {
      const { fields, rows } = await query<QueryArrayResult>({ text, values, rowMode: 'array' })
      return { columns: fields.map(({ name }) => name), lists: rows }
    },
    release: destroy => client.release(destroy === true || broken !== undefined),
  }
}

type Query = Readonly<{ text: string; values: readonly unknown[]; rowMode?: 'array' }>

async function send(
  client: PoolClient,
  names: StatementNames,
  { text, values, ...mode }: Query,
): Promise<QueryResult> {
  const name = names.nameOf(text)
  const run = async (as: string | undefined) =>
    await client.query({
      text,
      values: values.map(storableValue),
      ...mode,
      ...(as !== undefined && { name: as }),
    })
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

function storableValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storableValue)
  return typeof value === 'string' ? storable(value) : value
}

/** "cached plan must not change result type": a newer Visage has added a column. */
const stalePlan = '0A000'

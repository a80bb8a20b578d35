/**
 * Connections as Kysely sees them: errors translated, the statements of the hot path parsed by the
 * server once per connection, and a connection that nobody can trust any more thrown away instead of
 * handed to the next request. It decides no timeout and knows no table.
 */
import { createHash } from 'node:crypto'
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { endsSession, sqlStateOf, translatePostgresError } from './postgres-errors.ts'

/** Texts that are prepared on every connection; all others are parsed each time. */
type StatementNames = Readonly<{
  keep: (text: string) => void
  nameOf: (text: string) => string | undefined
  /** The server holds on to a plan that no longer fits the tables: under a new name it makes another. */
  renew: (text: string) => void
}>

export function createStatementNames(): StatementNames {
  const rounds = new Map<string, number>()
  const names = new Map<string, string>()
  const give = (text: string, round: number) => {
    rounds.set(text, round)
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    names.set(text, `visage_${hash}_${round}`)
  }
  return {
    keep: text => void (names.has(text) || give(text, 0)),
    nameOf: text => names.get(text),
    renew: text => give(text, (rounds.get(text) ?? 0) + 1),
  }
}

export function createSessions(pool: Pool, names: StatementNames): PostgresPool {
  const sessions = new WeakMap<PoolClient, PostgresPoolClient>()
  // A connection that breaks while it is idle is taken out by the pool; without a listener the event ends the process.
  pool.on('error', () => {})
  // Before anybody has it: the server may end a session in the breath in which it begins, and that is the same event.
  pool.on('connect', client => sessions.set(client, openSession(client, names)))
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const session = sessions.get(await connect(pool))
      if (session === undefined) throw new Error('the pool hands out what it has not connected')
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
  // The same event at any other time: the next query gets to know.
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
    // What a statement returns is what Kysely says of its query: the only place that trusts it.
    (await client.query({
      text,
      values: values.map(value => (typeof value === 'string' ? storable(value) : value)),
      ...(as !== undefined && { name: as }),
    })) as unknown as PostgresQueryResult<Row>
  try {
    return await run(name)
  } catch (error) {
    if (name === undefined || sqlStateOf(error) !== stalePlan) throw error
    // Another request may have given it a new name already.
    if (names.nameOf(text) === name) names.renew(text)
    return await run(names.nameOf(text))
  }
}

/**
 * PostgreSQL holds no NUL in a text and refuses a statement that asks for one. Nothing is found under
 * such a name; in a text it becomes the character that stands for what cannot be shown.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** "cached plan must not change result type": a newer Visage has added a column meanwhile. */
const stalePlan = '0A000'

/**
 * Prepared queries for the hot path: compiled once, executed with new values each time. Where the
 * database can read synchronously (SQLite) they bypass Kysely's queue. Where it is a server, those
 * that arrive together are sent as one statement, because most of their cost, here and there, is
 * the statement itself and not the search. Both return the same rows.
 */
import { type Compilable, type Expression, sql } from 'kysely'
import type { DirectStatement, Gathering, ListOfRows } from './abilities.ts'
import { gather } from './gathered.ts'
import { watchAsked } from './query-watch.ts'
import type { Database } from './schema.ts'

/** A select of Kysely. */
export type Query<Row> = Compilable<Row> & Expression<unknown>

/** Builds a query; `at.name` is the value `name`. */
type Build<Name extends string, Row> = (
  database: Database,
  at: Readonly<Record<Name, Expression<string>>>,
) => Query<Row>

type Values<Name extends string> = Readonly<Record<Name, string>>

type ReadRow<Name extends string, Row> = (values: Values<Name>) => Promise<Row | undefined>

/**
 * Returns a function from values to the first row, or undefined. Each call queries the database, so
 * it sees every committed write. Prepare once, not per request.
 *
 * Do not call it inside `database.transaction()`: like any use of `database`, it would wait for
 * that transaction without end. Do not prepare on a transaction.
 *
 *     const readVersion = prepareRow(database, ['tenantId', 'ownerId'], (db, at) =>
 *       db.selectFrom('photos').select('version').where('tenant_id', '=', at.tenantId)…)
 *     const row = await readVersion({ tenantId, ownerId })
 */
export function prepareRow<const Name extends string, Row>(
  database: Database,
  names: readonly Name[],
  build: Build<Name, Row>,
): ReadRow<Name, Row> {
  const gathering = database.can?.gathering
  return gathering
    ? prepareTogether(gathering, database, names, build)
    : prepareAlone(database, names, build)
}

function prepareAlone<Name extends string, Row>(
  database: Database,
  names: readonly Name[],
  build: Build<Name, Row>,
): ReadRow<Name, Row> {
  const at = expressions(names, name => sql<string>`${new Placeholder(name)}`)
  const query = build(database, at).compile()
  const direct = database.can?.direct
  let statement: DirectStatement<Row> | undefined
  return async values => {
    const parameters = query.parameters.map(parameter =>
      parameter instanceof Placeholder ? parameter.valueIn(values) : parameter,
    )
    if (!direct?.mayReadDirectly) {
      return (await database.executeQuery<Row>({ ...query, parameters })).rows[0]
    }
    statement ??= direct.prepareDirectly<Row>(query)
    return statement.first(parameters)
  }
}

/** More are sent as several statements. */
const maxTogether = 32

function prepareTogether<Name extends string, Row>(
  { prepare, watch }: Gathering,
  database: Database,
  names: readonly Name[],
  build: Build<Name, Row>,
): ReadRow<Name, Row> {
  const query = forEachPlace(database, names, build).compile(database)
  const read = prepare(query.sql)
  const readAll = async (all: readonly Values<Name>[]) => {
    const lists = query.parameters.map(parameter =>
      parameter instanceof Placeholder ? all.map(values => parameter.valueIn(values)) : parameter,
    )
    return byPlace<Row>(await read(lists))
  }
  const readRow = gather(readAll, maxTogether)
  return watch ? values => watchAsked(() => readRow(values), query.sql, watch) : readRow
}

/**
 * The query for each place of lists of values. The number of places is a constant: if PostgreSQL
 * knew the length of the lists (`unnest`), it would make a new plan for each statement, because it
 * takes those for short lists to be cheaper. With its own limit, the query is not joined with the
 * places, but keeps the plan that it has alone.
 */
function forEachPlace<Name extends string, Row>(
  database: Database,
  names: readonly Name[],
  build: Build<Name, Row>,
) {
  const values = names.map(name => {
    const list = sql`${new Placeholder(name)}::text[]`
    return sql`(${list})[place] as ${sql.ref(name)}`
  })
  const at = expressions(names, name => sql<string>`${sql.ref(`asked.${name}`)}`)
  return sql`
    select asked.place, found.* from (
      select place, ${sql.join(values)} from generate_series(1, ${sql.lit(maxTogether)}) as place
    ) as asked
    cross join lateral (${build(database, at)} limit 1) as found
    where ${sql.ref(`asked.${names[0] ?? ''}`)} is not null`
}

/** The first column is the place, counted from 1. */
function byPlace<Row>({ columns, lists }: ListOfRows): (Row | undefined)[] {
  const rows: (Row | undefined)[] = []
  for (const list of lists) {
    const row: Record<string, unknown> = {}
    for (let index = 1; index < columns.length; index++) row[columns[index] ?? ''] = list[index]
    // The cast relies on Kysely's type of the query.
    rows[Number(list[0]) - 1] = row as Row
  }
  return rows
}

/** Among the parameters of a compiled query; the others are constants. */
class Placeholder {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  valueIn(values: Readonly<Record<string, string>>): string {
    const value = values[this.#name]
    if (value === undefined) throw new TypeError(`no value for ${this.#name}`)
    return value
  }
}

function expressions<Name extends string>(
  names: readonly Name[],
  toExpression: (name: Name) => Expression<string>,
): Readonly<Record<Name, Expression<string>>> {
  const at: Partial<Record<Name, Expression<string>>> = {}
  for (const name of names) at[name] = toExpression(name)
  return at as Record<Name, Expression<string>>
}

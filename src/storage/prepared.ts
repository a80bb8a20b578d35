/**
 * Prepared queries for the hot path: compiled once, executed with new values each time. Where the
 * database can read synchronously (SQLite) they bypass Kysely's queue; elsewhere Kysely executes
 * them. Both return the same result.
 */
import type { Compilable, Expression } from 'kysely'
import { sql } from 'kysely'
import type { DirectStatement } from './abilities.ts'
import type { Database } from './schema.ts'

/** Builds a query; `at.name` is the placeholder of the value `name`. */
type Build<Name extends string, Row> = (
  database: Database,
  at: Readonly<Record<Name, Expression<string>>>,
) => Compilable<Row>

type Values<Name extends string> = Readonly<Record<Name, string>>

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
): (values: Values<Name>) => Promise<Row | undefined> {
  const { bind, directly, queued } = compile(database, names, build)
  return async values => {
    const parameters = bind(values)
    const statement = directly()
    return statement ? statement.first(parameters) : (await queued(parameters))[0]
  }
}

type Prepared<Name extends string, Row> = Readonly<{
  bind(values: Values<Name>): unknown[]
  /** The statement, when it can run synchronously now. */
  directly(): DirectStatement<Row> | undefined
  queued(parameters: readonly unknown[]): Promise<Row[]>
}>

function compile<Name extends string, Row>(
  database: Database,
  names: readonly Name[],
  build: Build<Name, Row>,
): Prepared<Name, Row> {
  const query = build(database, placeholders(names)).compile()
  const { direct, keepStatement } = database.can ?? {}
  keepStatement?.(query.sql)
  let statement: DirectStatement<Row> | undefined
  return {
    // Compiled parameters are Placeholders and constants, in the order of the text.
    bind: values =>
      query.parameters.map(parameter =>
        parameter instanceof Placeholder ? parameter.valueIn(values) : parameter,
      ),
    directly() {
      if (!direct?.mayReadDirectly) return undefined
      statement ??= direct.prepareDirectly(query)
      return statement
    },
    queued: async parameters => (await database.executeQuery<Row>({ ...query, parameters })).rows,
  }
}

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

function placeholders<Name extends string>(
  names: readonly Name[],
): Readonly<Record<Name, Expression<string>>> {
  const at: Partial<Record<Name, Expression<string>>> = {}
  for (const name of names) at[name] = sql<string>`${new Placeholder(name)}`
  return at as Record<Name, Expression<string>>
}

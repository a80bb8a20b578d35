/**
 * Queries of the hot path: built and compiled once, executed with other values each time. Where the
 * database reads synchronously (SQLite) the statement runs straight away, past Kysely's queue;
 * elsewhere Kysely executes the same compiled text. Which of the two it was cannot be seen.
 */
import type { Compilable, Expression } from 'kysely'
import { sql } from 'kysely'
import type { DirectStatement } from './abilities.ts'
import type { Database } from './schema.ts'

/** Builds a query in which `at.name` stands for the value given as `name` later. */
type Build<Name extends string, Row> = (
  database: Database,
  at: Readonly<Record<Name, Expression<string>>>,
) => Compilable<Row>

type Values<Name extends string> = Readonly<Record<Name, string>>

/**
 * A function from values to the first row, or undefined. Each call asks the database: a committed
 * write is seen by the next call. Prepare once, not per request. As with every use
 * of `database`, calling it inside `database.transaction()` waits for that transaction, hence for
 * ever; prepare nothing on a transaction either.
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
  /** The statement, when it may run this instant. */
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
    // Compiled parameters are Placeholders, in the order the text wants them, and constants.
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

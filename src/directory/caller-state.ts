/**
 * The calling person: their id, and whether they are disabled or deleted. Their tokens may still be valid elsewhere.
 * The statement that looks up the target reads this too, so it is current and needs no extra query.
 */
import { type Expression, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { prepareRow } from '../storage/prepared.ts'
import type { Database, Schema } from '../storage/schema.ts'
import { personOf } from './sign-ins.ts'

/** The caller as their token names them. An application is in no row, so it has none. */
export type CallerKey = Readonly<{ issuer: string; callerId: string }>

/**
 * Only of people. `caller_state` is null for active people. Both are null for people who are not in the directory yet.
 */
export type CallerColumns = Readonly<{ caller_id?: string | null; caller_state?: string | null }>

type At<Value> = Readonly<Record<'tenantId' | keyof CallerKey, Value>>

export const callerNames = ['issuer', 'callerId'] as const

type Build<Name extends string, Tables, From extends keyof Tables, Row> = (
  database: Database,
  at: Readonly<Record<Name, Expression<string>>>,
) => SelectQueryBuilder<Tables, From, Row>

/**
 * Prepares a statement that reads the caller's columns too, and the same one without them, which costs an application
 * less.
 */
export function prepareForCaller<const Name extends string, Tables, From extends keyof Tables, Row>(
  database: Database,
  names: readonly Name[],
  build: Build<Name | 'tenantId', Tables, From, Row>,
): (
  values: Readonly<Record<Name | 'tenantId', string>>,
  caller: CallerKey | undefined,
) => Promise<(Row & CallerColumns) | undefined> {
  const all = ['tenantId', ...names] as const
  const alone = prepareRow(database, all, (db, at) => build(db, at))
  const withCaller = prepareRow(database, [...all, ...callerNames], (db, at) =>
    joinCaller(build(db, at), at),
  )
  return (values, caller) =>
    caller === undefined ? alone(values) : withCaller({ ...values, ...caller })
}

/** For statements that need the caller before other rows. */
export function joinCaller<Tables, From extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, From, Row>,
  at: At<Expression<string>>,
): SelectQueryBuilder<Tables, From, Row & CallerColumns> {
  // Kysely's types do not say "any query".
  const joined = (query as unknown as SelectQueryBuilder<Schema, 'users', Row>)
    .leftJoin('users as caller', join =>
      join.on('caller.tenant_id', '=', at.tenantId).on('caller.id', '=', personOf(at)),
    )
    .select(['caller.id as caller_id', stateOf('caller').as('caller_state')])
  return joined as unknown as SelectQueryBuilder<Tables, From, Row & CallerColumns>
}

/** `row`: the table or alias that has the caller's row. */
export function stateOf(row: 'users' | 'caller'): RawBuilder<string | null> {
  return sql`case
    when ${sql.ref(`${row}.deleted_at`)} is not null then 'account-deleted'
    when ${sql.ref(`${row}.is_active`)} = 0 then 'account-disabled' end`
}

/** For requests without another look-up; undefined for people who are not in the directory yet. */
export type FindCallerState = (
  tenantId: string,
  caller: CallerKey,
) => Promise<CallerColumns | undefined>

export function prepareFindCallerState(database: Database): FindCallerState {
  const find = prepareRow(database, ['tenantId', ...callerNames], (db, at) =>
    db
      .selectFrom('users as caller')
      .select(['caller.id as caller_id', stateOf('caller').as('caller_state')])
      .where('caller.tenant_id', '=', at.tenantId)
      .where('caller.id', '=', personOf(at)),
  )
  return (tenantId, caller) => find({ tenantId, ...caller })
}

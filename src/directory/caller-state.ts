/**
 * The calling person: their id, and whether they are disabled or deleted. Their tokens may still be valid elsewhere.
 * The statement that looks up the target reads this too, so it is current and needs no extra query.
 */
import { type Expression, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { prepareRow } from '../storage/prepared.ts'
import type { Database, Schema } from '../storage/schema.ts'
import { personOf } from './sign-ins.ts'

/** The caller as their token names them. */
export type CallerKey = Readonly<{ issuer: string; callerId: string }>

/** `caller_state` is null for active people. Both are null for people who are not in the directory yet. */
export type CallerColumns = Readonly<{ caller_id: string | null; caller_state: string | null }>

type At<Value> = Readonly<Record<'tenantId' | keyof CallerKey, Value>>

export const callerNames = ['issuer', 'callerId'] as const

/** For calls of an application or of Visage itself: no person has this id. */
export const noCaller: CallerKey = { issuer: '', callerId: '' }

/** Adds the columns to a statement with the tenant and the caller. */
export function joinCaller<Tables, Name extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Name, Row>,
  at: At<Expression<string>>,
): SelectQueryBuilder<Tables, Name, Row & CallerColumns> {
  // Kysely's types do not say "any query".
  const joined = (query as unknown as SelectQueryBuilder<Schema, 'users', Row>)
    .leftJoin('users as caller', join =>
      join.on('caller.tenant_id', '=', at.tenantId).on('caller.id', '=', personOf(at)),
    )
    .select(['caller.id as caller_id', state.as('caller_state')])
  return joined as unknown as SelectQueryBuilder<Tables, Name, Row & CallerColumns>
}

const state: RawBuilder<string | null> = sql`case
  when caller.deleted_at is not null then 'account-deleted'
  when caller.is_active = 0 then 'account-disabled' end`

/** For requests without another look-up; undefined for people who are not in the directory yet. */
export type FindCallerState = (
  tenantId: string,
  caller: CallerKey,
) => Promise<CallerColumns | undefined>

export function prepareFindCallerState(database: Database): FindCallerState {
  const find = prepareRow(database, ['tenantId', ...callerNames], (db, at) =>
    db
      .selectFrom('users as caller')
      .select(['caller.id as caller_id', state.as('caller_state')])
      .where('caller.tenant_id', '=', at.tenantId)
      .where('caller.id', '=', personOf(at)),
  )
  return (tenantId, caller) => find({ tenantId, ...caller })
}

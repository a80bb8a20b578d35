/**
 * The state of the calling person: disabled or deleted. Their tokens may still be valid elsewhere.
 * The statement that looks up the target reads the state too, so it is current and needs no extra
 * query.
 */
import { type Expression, expressionBuilder, type RawBuilder, sql } from 'kysely'
import { Failure, type FailureCode } from '../failure.ts'
import { prepareRow } from '../storage/prepared.ts'
import type { Database, Schema } from '../storage/schema.ts'

/** null for active people, and for people who are not in the directory yet. */
export type CallerState = Readonly<{ caller_state: string | null }>

type At<Value> = Readonly<{ tenantId: Value; callerId: Value }>

/** For calls of an application or of Visage itself: no person has this id. */
export const noCaller = ''

/** A column with the caller's state, for statements with the tenant and the id of the caller. */
export function callerState({ tenantId, callerId }: At<Expression<string>>) {
  const { selectFrom } = expressionBuilder<Schema, never>()
  return selectFrom('users as caller')
    .select(state.as('state'))
    .where('caller.tenant_id', '=', tenantId)
    .where('caller.id', '=', callerId)
    .as('caller_state')
}

const state: RawBuilder<string | null> = sql`case
  when caller.deleted_at is not null then 'account-deleted'
  when caller.is_active = 0 then 'account-disabled' end`

/** For requests without another look-up. */
export type FindCallerState = (
  tenantId: string,
  callerId: string,
) => Promise<CallerState | undefined>

export function prepareFindCallerState(database: Database): FindCallerState {
  const find = prepareRow(database, ['tenantId', 'callerId'], (db, at) =>
    db.selectNoFrom(callerState(at)),
  )
  return (tenantId, callerId) => find({ tenantId, callerId })
}

/** Throws Failure 'account-disabled' or 'account-deleted'. */
export function refuseInactive(found: CallerState | undefined): void {
  const code = codes.find(one => one === found?.caller_state)
  if (code !== undefined) throw new Failure(code)
}

const codes = ['account-disabled', 'account-deleted'] as const satisfies readonly FailureCode[]

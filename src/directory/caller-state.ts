/**
 * Whether a person who calls is disabled or deleted here: their tokens may still be valid elsewhere. The statement that
 * finds what they ask for reads it too, so it is never old and costs no statement more.
 */
import { type Expression, expressionBuilder, type RawBuilder, sql } from 'kysely'
import { Failure, type FailureCode } from '../failure.ts'
import { prepareRow } from '../storage/prepared.ts'
import type { Database, Schema } from '../storage/schema.ts'

/** null of people who are active, and of people who are not in the directory yet. */
export type CallerState = Readonly<{ caller_state: string | null }>

type At<Value> = Readonly<{ tenantId: Value; callerId: Value }>

/** Where an application calls, or Visage itself: no person has this id. */
export const noCaller = ''

/** A column for any statement that is given the tenant and the id of the caller. */
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

/** For requests that look up nothing else. */
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

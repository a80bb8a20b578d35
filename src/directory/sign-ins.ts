/**
 * The rows of `sign_ins`, which link subjects of issuers to people, and the SQL by which every look-up reads them. A
 * subject without a row is the person who has it as an id. This file does not decide when a subject is linked.
 */
import { type Expression, expressionBuilder } from 'kysely'
import type { Database, Schema, SignInRow } from '../storage/schema.ts'

/** As a token names the caller. */
export type Subject = Readonly<{ tenantId: string; issuer: string; id: string }>

type LinkedBy = 'name' | 'hand' | 'id'

type At<Value> = Readonly<Record<'tenantId' | 'issuer' | 'callerId', Value>>

/** For statements that are given a token's issuer and id. */
export function personOf(at: At<Expression<string>>): Expression<string> {
  const { fn } = expressionBuilder<Schema, never>()
  return fn.coalesce(linkOf(at), at.callerId)
}

/** null without a row. */
export function linkOf({ tenantId, issuer, callerId }: At<Expression<string>>) {
  const { selectFrom } = expressionBuilder<Schema, never>()
  return selectFrom('sign_ins as link')
    .select('link.user_id')
    .where('link.tenant_id', '=', tenantId)
    .where('link.issuer', '=', issuer)
    .where('link.subject', '=', callerId)
}

export async function findSignIn(
  database: Database,
  { tenantId, issuer, id }: Subject,
): Promise<SignInRow | undefined> {
  return await database
    .selectFrom('sign_ins')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('issuer', '=', issuer)
    .where('subject', '=', id)
    .executeTakeFirst()
}

export async function listSignInsOf(
  database: Database,
  tenantId: string,
  userId: string,
): Promise<SignInRow[]> {
  return await database
    .selectFrom('sign_ins')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('issuer')
    .orderBy('subject')
    .execute()
}

/** A subject that has a row keeps it. */
export async function addSignIn(
  database: Database,
  { tenantId, issuer, id }: Subject,
  userId: string,
  how: Readonly<{ by: LinkedBy; at: number }>,
): Promise<void> {
  await database
    .insertInto('sign_ins')
    .values({
      tenant_id: tenantId,
      issuer,
      subject: id,
      user_id: userId,
      linked_by: how.by,
      linked_at: how.at,
    })
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

/** Searches all tenants and issuers, for an operator at a terminal, never for a request. */
export async function findSignIns(database: Database, subject: string): Promise<SignInRow[]> {
  return await database
    .selectFrom('sign_ins')
    .selectAll()
    .where('subject', '=', subject)
    .orderBy('tenant_id')
    .orderBy('issuer')
    .execute()
}

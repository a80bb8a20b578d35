/**
 * Finds a person by id through their photo, whose row proves that they are there. Only without such a proof is their own
 * row read: it is several times as large, and among many people it is in no cache of the processor.
 */
import { type Expression, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { type PhotoColumns, provesOwner, selectPhotoOf } from '../photos/pointer.ts'
import { prepareRow } from '../storage/prepared.ts'
import type { Database, Schema } from '../storage/schema.ts'
import { type CallerColumns, callerNames, joinCaller } from './caller-state.ts'
import type { FindUserById, UserWithPhoto } from './users.ts'

type At = Readonly<Record<'tenantId' | 'id', Expression<string>>>

export type LinkOptions = Readonly<{
  /** Whether a caller who is in no row yet may be linked to the person, if both have the same name. */
  linksByName?: boolean
}>

export function prepareFindByPhoto(
  database: Database,
  { linksByName = false }: LinkOptions = {},
): FindUserById {
  const alone = prepareRow(database, ['tenantId', 'id'], (db, at) =>
    joinUnproved(selectPhotoOf(db, 'user', at), at, provesOwner),
  )
  // Who asks for themselves may have newer names. A caller in no row has null for an id.
  const isAnother = linksByName ? sql`<>` : sql`is distinct from`
  const isProved = sql<boolean>`${provesOwner} and caller.id ${isAnother} photos.owner_id`
  const withCaller = prepareRow(database, ['tenantId', 'id', ...callerNames], (db, at) =>
    joinUnproved(joinCaller(selectPhotoOf(db, 'user', at), at), at, isProved),
  )
  return (values, caller) =>
    caller === undefined ? alone(values) : withCaller({ ...values, ...caller })
}

/** With null for a key, neither database searches. */
function joinUnproved<Tables, From extends keyof Tables, Row extends PhotoColumns>(
  query: SelectQueryBuilder<Tables, From, Row>,
  { tenantId, id }: At,
  isProved: RawBuilder<boolean>,
) {
  // Kysely's types do not say "any query with photos".
  return (query as unknown as SelectQueryBuilder<Schema, 'photos', PhotoColumns & CallerColumns>)
    .leftJoin('users', join =>
      join
        .on('users.tenant_id', '=', tenantId)
        .on('users.id', '=', sql<string>`case when ${isProved} then null else ${id} end`)
        .on('users.deleted_at', 'is', null),
    )
    .select(['users.user_principal_name_key', 'users.names_at'])
    .select(({ fn }) => [
      fn.coalesce('users.tenant_id', 'photos.tenant_id').as('tenant_id'),
      fn.coalesce('users.id', 'photos.owner_id').as('id'),
      fn.coalesce('users.is_active', sql.lit(1)).as('is_active'),
    ])
    .where(({ or, eb }) => or([provesOwner, eb('users.id', 'is not', null)]))
    .$castTo<UserWithPhoto & CallerColumns>()
}

/**
 * Rows by a key of theirs in whatever tenant, for an operator at a terminal, never for a request. Every index begins
 * with the tenant, so the tenants are read first, one index search each.
 */
import { sql } from 'kysely'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'

type Rows = { users: UserRow; groups: GroupRow }
type Keys<Row> = Readonly<Partial<Record<keyof Row & string, string>>>

/** Rows that have one of these values, by tenant and id. */
export async function findInAnyTenant<Table extends keyof Rows>(
  database: Database,
  name: Table,
  keys: Keys<Rows[Table]>,
): Promise<Rows[Table][]> {
  const table = sql.table(name)
  const searches = Object.entries(keys).map(
    ([column, value]) => sql`
      select ${table}.* from tenants cross join ${table}
      where ${table}.tenant_id = tenants.id and ${sql.ref(`${name}.${column}`)} = ${value}`,
  )
  const { rows } = await sql<Rows[Table]>`
    with recursive tenants(id) as (
      select min(tenant_id) from ${table}
      union all
      select (select min(tenant_id) from ${table} where tenant_id > tenants.id)
      from tenants where tenants.id is not null
    )
    ${sql.join(searches, sql` union `)} order by tenant_id, id`.execute(database)
  return rows
}

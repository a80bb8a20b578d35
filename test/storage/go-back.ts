/** Backwards by hand: there is no way back in the program. */
import { sql } from 'kysely'
import type { Database } from '../../src/storage/schema.ts'

export async function goBackTo0007(database: Database): Promise<void> {
  for (const index of ['users_external', 'users_deleted', 'users_manager', 'groups_external']) {
    await sql`drop index ${sql.ref(index)}`.execute(database)
  }
  await sql`drop index groups_deleted`.execute(database)
  const both = ['source', 'external_id', 'changed_at', 'deleted_at', 'mail_nickname']
  const ofUsers = ['employee_id', 'department', 'is_active', 'manager_id']
  for (const [table, columns] of [
    ['users', [...both, ...ofUsers]],
    ['groups', both],
  ] as const) {
    for (const column of columns) {
      await sql`alter table ${sql.table(table)} drop column ${sql.ref(column)}`.execute(database)
    }
  }
  await sql`delete from kysely_migration where name >= '0008'`.execute(database)
}

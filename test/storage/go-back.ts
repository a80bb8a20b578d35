/** Reverts a migration by hand, because the program cannot. */
import { sql } from 'kysely'
import type { Database } from '../../src/storage/schema.ts'

const indexes = [
  'users_external',
  'users_deleted',
  'users_deleted_list',
  'users_manager',
  'users_inactive',
  'groups_external',
  'groups_deleted',
  'groups_deleted_list',
]

export async function goBackTo0007(database: Database): Promise<void> {
  await goBackTo0014(database)
  await sql`drop table scim_tokens`.execute(database)
  await dropDirectorySizes(database)
  await sql`drop table sign_ins`.execute(database)
  await dropGroupSizes(database)
  for (const index of indexes) {
    await sql`drop index ${sql.ref(index)}`.execute(database)
  }
  await dropContactColumns(database)
  await sql`drop table sources`.execute(database)
  const both = ['source', 'external_id', 'changed_at', 'deleted_at', 'mail_nickname']
  const ofUsers = ['employee_id', 'department', 'is_active', 'inactive_at', 'manager_id']
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

export async function goBackTo0014(database: Database): Promise<void> {
  const triggers =
    database.can?.hasFiles === true
      ? [
          'users_photo_update',
          'users_photo_delete',
          'users_photo_insert',
          'photos_owner_insert',
          'photos_owner_update',
        ]
      : []
  for (const trigger of triggers) await sql`drop trigger ${sql.ref(trigger)}`.execute(database)
  if (triggers.length === 0) {
    await sql`drop function keep_owner_of_photo, keep_photo_of_owner cascade`.execute(database)
  }
  await sql`alter table photos drop column owner_is_active`.execute(database)
  await sql`delete from kysely_migration where name >= '0015'`.execute(database)
}

/** Migrations that run again find no triggers on contacts, and 0013 makes them. */
async function dropContactColumns(database: Database): Promise<void> {
  if (database.can?.hasFiles === true) {
    for (const event of ['insert', 'delete', 'update']) {
      await sql`drop trigger if exists ${sql.ref(`contacts_size_${event}`)}`.execute(database)
    }
  } else {
    await sql`drop function if exists keep_mailbox_sizes cascade`.execute(database)
  }
  await sql`drop index contacts_imported`.execute(database)
  for (const column of ['department', 'mobile_phone', 'business_phones', 'source', 'external_id']) {
    await sql`alter table contacts drop column ${sql.ref(column)}`.execute(database)
  }
}

async function dropDirectorySizes(database: Database): Promise<void> {
  const isSqlite = database.can?.hasFiles === true
  for (const table of ['users', 'groups']) {
    for (const event of ['insert', 'delete', 'update']) {
      const trigger = sql.ref(`${table}_size_${event}`)
      const on = isSqlite ? sql`` : sql`on ${sql.table(table)}`
      await sql`drop trigger ${trigger} ${on}`.execute(database)
    }
  }
  await sql`drop table directory_sizes`.execute(database)
  if (isSqlite) return
  await sql`drop function keep_directory_sizes, keep_directory_sizes_of_row`.execute(database)
  await sql`drop function change_directory_size`.execute(database)
}

async function dropGroupSizes(database: Database): Promise<void> {
  const isSqlite = database.can?.hasFiles === true
  for (const event of ['insert', 'delete']) {
    const trigger = sql.ref(`group_people_size_${event}`)
    await sql`drop trigger ${trigger} ${isSqlite ? sql`` : sql`on group_people`}`.execute(database)
  }
  if (!isSqlite) await sql`drop function keep_group_sizes`.execute(database)
  await sql`drop table group_sizes`.execute(database)
}

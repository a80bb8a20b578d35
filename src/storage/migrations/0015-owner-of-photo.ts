/**
 * A photo's row proves its owner: `owner_is_active` is 1 only while the person is in the directory, neither deleted nor
 * disabled. Triggers keep it, so it is correct for every writer, including an older Visage on the same database. Do not
 * edit after its release.
 */
import { type Kysely, sql } from 'kysely'
import type { Tables } from './dialect.ts'

/**
 * Only few rows are written, because 1 is the default and nearly every owner is active. 0 proves nothing, and costs the
 * look-up of the person.
 */
export async function addOwnerOfPhoto(database: Tables): Promise<void> {
  await database.schema
    .alterTable('photos')
    .addColumn('owner_is_active', 'integer', column => column.notNull().defaultTo(1))
    .execute()
  // Triggers come first: in PostgreSQL they lock the tables, so nobody changes between this and the update.
  await (database.isSqlite ? createSqliteTriggers(database) : createPostgresTriggers(database))
  await sql`update photos set owner_is_active = 0
    where owner_kind = 'user' and not ${hasActiveOwner('photos')}`.execute(database)
}

function hasActiveOwner(photo: 'photos' | 'new') {
  const at = sql.raw(photo)
  return sql`exists (select 1 from users where users.tenant_id = ${at}.tenant_id
    and users.id = ${at}.owner_id and users.deleted_at is null and users.is_active = 1)`
}

/** `is_active` and `deleted_at` of both rows, and their keys. */
const isChanged = (differs: 'is not' | 'is distinct from') => {
  const columns = (row: string) =>
    ['tenant_id', 'id', 'is_active', 'deleted_at'].map(name => `${row}.${name}`).join(', ')
  return sql.raw(`(${columns('old')}) ${differs} (${columns('new')})`)
}

async function createSqliteTriggers(database: Kysely<unknown>): Promise<void> {
  const forget = sql`update photos set owner_is_active = 0
    where tenant_id = old.tenant_id and owner_kind = 'user' and owner_id = old.id;`
  const prove = sql`update photos set owner_is_active = new.deleted_at is null and new.is_active = 1
    where tenant_id = new.tenant_id and owner_kind = 'user' and owner_id = new.id;`
  await sql`create trigger users_photo_update
    after update of tenant_id, id, is_active, deleted_at on users
    when ${isChanged('is not')} begin ${forget} ${prove} end`.execute(database)
  await sql`create trigger users_photo_delete after delete on users
    begin ${forget} end`.execute(database)
  // A move removes people and adds them again, for example who have exchanged their names.
  await sql`create trigger users_photo_insert after insert on users
    when new.deleted_at is null and new.is_active = 1 begin ${prove} end`.execute(database)
  for (const [event, on] of [
    ['insert', 'insert'],
    ['update', 'update of tenant_id, owner_kind, owner_id'],
  ] as const) {
    await sql`create trigger ${sql.ref(`photos_owner_${event}`)} after ${sql.raw(on)} on photos
      when new.owner_kind = 'user' begin
        update photos set owner_is_active = ${hasActiveOwner('new')}
          where tenant_id = new.tenant_id and owner_kind = 'user' and owner_id = new.owner_id;
      end`.execute(database)
  }
}

/**
 * A new photo locks its owner, so whoever deletes or disables them at the same time waits, and then sees the photo.
 */
async function createPostgresTriggers(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_owner_of_photo() returns trigger language plpgsql
    set search_path from current as $$
    begin
      perform 1 from users where tenant_id = new.tenant_id and id = new.owner_id
        and deleted_at is null and is_active = 1 for share;
      new.owner_is_active := case when found then 1 else 0 end;
      return new;
    end $$`.execute(database)
  await sql`create trigger photos_owner
    before insert or update of tenant_id, owner_kind, owner_id on photos
    for each row when (new.owner_kind = 'user') execute function keep_owner_of_photo()`.execute(
    database,
  )
  await sql`
    create function keep_photo_of_owner() returns trigger language plpgsql
    set search_path from current as $$
    begin
      if tg_op <> 'INSERT' then
        update photos set owner_is_active = 0
          where tenant_id = old.tenant_id and owner_kind = 'user' and owner_id = old.id;
      end if;
      if tg_op <> 'DELETE' and new.deleted_at is null and new.is_active = 1 then
        update photos set owner_is_active = 1
          where tenant_id = new.tenant_id and owner_kind = 'user' and owner_id = new.id;
      end if;
      return null;
    end $$`.execute(database)
  await sql`create trigger users_photo_update
    after update of tenant_id, id, is_active, deleted_at on users for each row
    when (${isChanged('is distinct from')}) execute function keep_photo_of_owner()`.execute(
    database,
  )
  await sql`create trigger users_photo_change after insert or delete on users
    for each row execute function keep_photo_of_owner()`.execute(database)
}

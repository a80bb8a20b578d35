/**
 * The first tables: people, groups, who belongs to them, contacts, photos and retired packs. Do not
 * edit after its release.
 */
import { sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

export async function createFirstTables(database: Tables): Promise<void> {
  await createPeople(database)
  await createRelations(database)
  await createContacts(database)
  await createPhotos(database)
}

async function createPeople(database: Tables): Promise<void> {
  const { text, tableEnd, searchColumns } = dialectOf(database)
  await database.schema
    .createTable('users')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('user_principal_name', text, column => column.notNull())
    .addColumn('user_principal_name_key', text, column => column.notNull())
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('given_name', text)
    .addColumn('surname', text)
    .addColumn('mail', text)
    .addColumn('job_title', text)
    .addColumn('user_type', text, column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    .addPrimaryKeyConstraint('users_key', ['tenant_id', 'id'])
    .addUniqueConstraint('users_name', ['tenant_id', 'user_principal_name_key'])
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createTable('groups')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('description', text)
    .addColumn('mail', text)
    .addColumn('visibility', text, column => column.notNull())
    .addColumn('is_unified', 'integer', column => column.notNull())
    .addColumn('is_team', 'integer', column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    .addPrimaryKeyConstraint('groups_key', ['tenant_id', 'id'])
    .addCheckConstraint('groups_flags', sql`is_unified in (0, 1) and is_team in (0, 1)`)
    .modifyEnd(tableEnd)
    .execute()
  // With search_text in the index, SQLite searches the index alone, in list order, and stops at the
  // end of a page. PostgreSQL limits the size of an index entry, so there the rows are read too.
  for (const table of ['users', 'groups'] as const) {
    await database.schema
      .createIndex(`${table}_list`)
      .on(table)
      .columns(['tenant_id', 'display_name', 'id', ...searchColumns])
      .execute()
  }
}

async function createRelations(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('group_people')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('group_id', text, column => column.notNull())
    .addColumn('user_id', text, column => column.notNull())
    .addColumn('relation', text, column => column.notNull())
    .addPrimaryKeyConstraint('group_people_key', ['tenant_id', 'group_id', 'relation', 'user_id'])
    .addForeignKeyConstraint(
      'group_people_group',
      ['tenant_id', 'group_id'],
      'groups',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'group_people_user',
      ['tenant_id', 'user_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addCheckConstraint('group_people_relation', sql`relation in ('owner', 'member')`)
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('group_people_of_user')
    .on('group_people')
    .columns(['tenant_id', 'user_id', 'relation', 'group_id'])
    .execute()
  await database.schema
    .createTable('role_members')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('role_template_id', text, column => column.notNull())
    .addColumn('user_id', text, column => column.notNull())
    .addPrimaryKeyConstraint('role_members_key', ['tenant_id', 'user_id', 'role_template_id'])
    .addForeignKeyConstraint(
      'role_members_user',
      ['tenant_id', 'user_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
}

async function createContacts(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('contact_folders')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('mailbox_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('parent_folder_id', text)
    .addColumn('display_name', text, column => column.notNull())
    .addPrimaryKeyConstraint('contact_folders_key', ['tenant_id', 'mailbox_id', 'id'])
    .addForeignKeyConstraint(
      'contact_folders_mailbox',
      ['tenant_id', 'mailbox_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'contact_folders_parent',
      ['tenant_id', 'mailbox_id', 'parent_folder_id'],
      'contact_folders',
      ['tenant_id', 'mailbox_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('contact_folders_by_parent')
    .on('contact_folders')
    .columns(['tenant_id', 'mailbox_id', 'parent_folder_id'])
    .execute()
  await database.schema
    .createTable('contacts')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('mailbox_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('folder_id', text)
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('given_name', text)
    .addColumn('surname', text)
    .addColumn('company_name', text)
    .addColumn('job_title', text)
    .addColumn('email_addresses', text, column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    // Without the mailbox, because a photo refers to its contact by id alone.
    .addPrimaryKeyConstraint('contacts_key', ['tenant_id', 'id'])
    .addForeignKeyConstraint(
      'contacts_mailbox',
      ['tenant_id', 'mailbox_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'contacts_folder',
      ['tenant_id', 'mailbox_id', 'folder_id'],
      'contact_folders',
      ['tenant_id', 'mailbox_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('contacts_list')
    .on('contacts')
    .columns(['tenant_id', 'mailbox_id', 'folder_id', 'display_name', 'id'])
    .execute()
}

async function createPhotos(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('photos')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('owner_kind', text, column => column.notNull())
    .addColumn('owner_id', text, column => column.notNull())
    .addColumn('version', text, column => column.notNull())
    .addColumn('upload_hash', text, column => column.notNull())
    .addColumn('renditions', text, column => column.notNull())
    .addColumn('updated_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('photos_key', ['tenant_id', 'owner_kind', 'owner_id'])
    .addUniqueConstraint('photos_version', ['version'])
    .addCheckConstraint('photos_owner_kind', sql`owner_kind in ('user', 'group', 'contact')`)
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createTable('retired_packs')
    .addColumn('version', text, column => column.notNull())
    .addColumn('retired_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('retired_packs_key', ['version'])
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('retired_packs_by_time')
    .on('retired_packs')
    .column('retired_at')
    .execute()
}

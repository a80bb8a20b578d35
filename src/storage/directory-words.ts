/**
 * The index of the directory's search: which words people and groups have. The database keeps it by
 * triggers, out of `search_text`, so that whoever writes a row need not know of it: an older Visage beside
 * this one, `visage move`, a cascade. Part of a migration: never edited once it has been released.
 */
import { type Kysely, sql } from 'kysely'

export type ColumnTypes = Readonly<{
  isSqlite: boolean
  text: 'text' | ReturnType<typeof sql>
  tableEnd: ReturnType<typeof sql>
}>

/** Longer words are indexed by their beginning: an entry of PostgreSQL's takes 2,704 bytes. */
export const maxIndexedLength = 64

const kinds = [
  { table: 'users', kind: 'u' },
  { table: 'groups', kind: 'g' },
] as const

type Kind = (typeof kinds)[number]

/** What is there already gets its words by one statement, sorted, before PostgreSQL makes the index. */
export async function createDirectoryWords(
  database: Kysely<unknown>,
  { isSqlite, text, tableEnd }: ColumnTypes,
): Promise<void> {
  const table = database.schema
    .createTable('directory_words')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('field', text, column => column.notNull())
    .addColumn('word', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .modifyEnd(tableEnd)
  const key = ['tenant_id', 'field', 'word', 'id'] as const
  if (isSqlite) {
    await table.addPrimaryKeyConstraint('directory_words_key', [...key]).execute()
    for (const kind of kinds) await fillSqlite(database, kind)
    for (const kind of kinds) await createSqliteTriggers(database, kind)
    return
  }
  await table.execute()
  // Triggers first: from here on nobody adds a person until the migration ends, and none is missed.
  await createPostgresTriggers(database)
  for (const kind of kinds) await fillPostgres(database, kind)
  await database.schema
    .alterTable('directory_words')
    .addPrimaryKeyConstraint('directory_words_key', [...key])
    .execute()
}

/**
 * The lines of a search_text, `property=whole value` and `property:word`, as a JSON array: in what json_quote
 * writes, \\n is a line feed once every \\\\ has another spelling. Each word once for names, which have `n` before
 * them, and once for addresses, which have `a`.
 */
function wordsInSqlite(kind: string, rows: ReturnType<typeof sql>) {
  const lines = sql`'[' || replace(replace(json_quote(owner.search_text), '\\\\', '\\u005c'),
    '\\n', '","') || ']'`
  const words = sql`
    select json_group_array(distinct
      iif(substr(value, 1, at - 1) in ('mail', 'userprincipalname'), 'a', 'n')
      || substr(value, at + 1, ${sql.lit(maxIndexedLength)}))
    from (
      select value, min(
        coalesce(nullif(instr(value, '='), 0), 1000000),
        coalesce(nullif(instr(value, ':'), 0), 1000000)) as at
      from json_each(${lines}))
    where at < 1000000`
  return sql`
    select owner.tenant_id as tenant_id, ${sql.lit(kind)} || substr(value, 1, 1) as field,
      substr(value, 2) as word, owner.id as id
    from ${rows} as owner, json_each((${words}))`
}

async function fillSqlite(database: Kysely<unknown>, { table, kind }: Kind): Promise<void> {
  await sql`insert into directory_words (tenant_id, field, word, id)
    ${wordsInSqlite(kind, sql.table(table))} order by 1, 2, 3, 4`.execute(database)
}

async function createSqliteTriggers(
  database: Kysely<unknown>,
  { table, kind }: Kind,
): Promise<void> {
  const wordsOf = (row: 'old' | 'new') => {
    const columns = ['tenant_id', 'id', 'search_text'].map(
      name => sql`${sql.raw(row)}.${sql.raw(name)} as ${sql.raw(name)}`,
    )
    return wordsInSqlite(kind, sql`(select ${sql.join(columns)})`)
  }
  const add = sql`insert into directory_words (tenant_id, field, word, id)
    select * from (${wordsOf('new')}) where true on conflict do nothing;`
  const remove = sql`delete from directory_words
    where (tenant_id, field, word, id) in (select * from (${wordsOf('old')}));`
  const name = (event: string) => sql.ref(`${table}_words_${event}`)
  const on = sql.table(table)
  await sql`create trigger ${name('insert')} after insert on ${on} begin ${add} end`.execute(
    database,
  )
  await sql`create trigger ${name('delete')} after delete on ${on} begin ${remove} end`.execute(
    database,
  )
  await sql`create trigger ${name('update')} after update of tenant_id, id, search_text on ${on}
    when (old.tenant_id, old.id, old.search_text) is not (new.tenant_id, new.id, new.search_text)
    begin ${remove} ${add} end`.execute(database)
}

async function createPostgresTriggers(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function directory_words_of(kind text, search_text text)
    returns table (field text, word text) language sql immutable as $$
      select distinct
        kind || case when property in ('mail', 'userprincipalname') then 'a' else 'n' end,
        left(word, ${sql.lit(maxIndexedLength)})
      from (
        select substring(line from '^[^=:]*') as property,
          substring(line from '^[^=:]*[=:](.*)$') as word
        from unnest(string_to_array(search_text, chr(10))) as line) as lines
      where word <> ''
    $$`.execute(database)
  await sql`
    create function keep_directory_words() returns trigger language plpgsql
    set search_path from current as $$
    begin
      if tg_op = 'UPDATE' and (old.tenant_id, old.id, old.search_text)
        is not distinct from (new.tenant_id, new.id, new.search_text) then
        return null;
      end if;
      if tg_op <> 'INSERT' then
        delete from directory_words using directory_words_of(tg_argv[0], old.search_text) as gone
          where directory_words.tenant_id = old.tenant_id and directory_words.id = old.id
          and directory_words.field = gone.field and directory_words.word = gone.word;
      end if;
      if tg_op <> 'DELETE' then
        insert into directory_words (tenant_id, field, word, id)
          select new.tenant_id, field, word, new.id
          from directory_words_of(tg_argv[0], new.search_text)
          on conflict do nothing;
      end if;
      return null;
    end $$`.execute(database)
  for (const { table, kind } of kinds) {
    await sql`create trigger ${sql.ref(`${table}_words`)}
      after insert or delete or update of tenant_id, id, search_text on ${sql.table(table)}
      for each row execute function keep_directory_words(${sql.lit(kind)})`.execute(database)
  }
}

async function fillPostgres(database: Kysely<unknown>, { table, kind }: Kind): Promise<void> {
  await sql`insert into directory_words (tenant_id, field, word, id)
    select tenant_id, field, word, id
    from ${sql.table(table)}, directory_words_of(${sql.lit(kind)}, search_text)
    order by 1, 2, 3, 4`.execute(database)
}

/**
 * The search index of the directory: the words of people and groups. Triggers derive it from
 * `search_text`, so it is correct for every writer: an older Visage on the same database, `visage
 * move`, a cascade. Do not edit after its release.
 */
import { type Kysely, sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

/** Longer words are cut to this length: an index entry in PostgreSQL is limited to 2,704 bytes. */
export const maxIndexedLength = 64

const kinds = [
  { table: 'users', kind: 'u' },
  { table: 'groups', kind: 'g' },
] as const

type Kind = (typeof kinds)[number]

/** Existing rows are indexed by one sorted statement, before PostgreSQL builds its index. */
export async function createDirectoryWords(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  const table = database.schema
    .createTable('directory_words')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('field', text, column => column.notNull())
    .addColumn('word', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .modifyEnd(tableEnd)
  const key = ['tenant_id', 'field', 'word', 'id'] as const
  if (database.isSqlite) {
    await table.addPrimaryKeyConstraint('directory_words_key', [...key]).execute()
    for (const kind of kinds) await fillSqlite(database, kind)
    for (const kind of kinds) await createSqliteTriggers(database, kind)
    return
  }
  await table.execute()
  // Triggers come first: they lock the tables, so no row is added between this and the fill.
  await createPostgresTriggers(database)
  for (const kind of kinds) await fillPostgres(database, kind)
  await database.schema
    .alterTable('directory_words')
    .addPrimaryKeyConstraint('directory_words_key', [...key])
    .execute()
}

/**
 * Splits search_text into its lines, `property=whole value` and `property:word`, as a JSON array.
 * In the output of json_quote, \\n is a line feed once every \\\\ is replaced. Words of names get
 * the prefix `n`, words of addresses `a`; each appears once.
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

/**
 * The triggers of the search index in PostgreSQL remove each word by its whole key. In one statement
 * for all words, PostgreSQL reads the whole index for each row as long as it has no statistics, so
 * a change of many people cost the square of their number. Do not edit after its release.
 */
import { sql } from 'kysely'
import type { Tables } from './dialect.ts'

export async function removeWordsByKey(database: Tables): Promise<void> {
  if (database.isSqlite) return
  await sql`
    create or replace function keep_directory_words() returns trigger language plpgsql
    set search_path from current as $$
    declare
      gone record;
    begin
      if tg_op = 'UPDATE' and (old.tenant_id, old.id, old.search_text)
        is not distinct from (new.tenant_id, new.id, new.search_text) then
        return null;
      end if;
      if tg_op <> 'INSERT' then
        for gone in select field, word from directory_words_of(tg_argv[0], old.search_text) loop
          delete from directory_words
            where tenant_id = old.tenant_id and id = old.id
            and field = gone.field and word = gone.word;
        end loop;
      end if;
      if tg_op <> 'DELETE' then
        insert into directory_words (tenant_id, field, word, id)
          select new.tenant_id, field, word, new.id
          from directory_words_of(tg_argv[0], new.search_text)
          on conflict do nothing;
      end if;
      return null;
    end $$`.execute(database)
}

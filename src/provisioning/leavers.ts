/**
 * Rows that a source has brought and its file no longer names. A file that is by mistake a small part of the list would
 * remove nearly everything, and `isTooMany` says so.
 */
import { brake, confirmInAdvance } from '../directory/leaving/removals.ts'
import type { Desired, Table } from './desired.ts'
import type { Applying, Leavers } from './kinds.ts'
import type { Kind } from './properties.ts'
import type { Target } from './target.ts'

export function judge(count: number, of: number): Leavers {
  return { count, of, isTooMany: count > brake.people && count > of * brake.share }
}

/**
 * `list` is the table of the list. `holder_id` and `shown` are the group of a membership; `holder_id` is the mailbox of a
 * contact.
 */
export function defineLeavers({ scratch }: Desired): void {
  scratch.define(
    `create table leaver (number integer primary key, list text not null, id text not null,
      name text, shown text, holder_id text, relation text, bytes integer,
      done integer not null default 0);
    create index leaver_id on leaver (list, id)`,
  )
}

/** Whether a row of this list has been found to leave. */
export function isLeaving({ scratch }: Pick<Desired, 'scratch'>, list: Table, id: string): boolean {
  return scratch.all('select 1 from leaver where list = ? and id = ?', list, id).length > 0
}

type Page = Readonly<{ top: number; after: string | undefined }>
type Listed = Readonly<{ id: string; name?: string; shown?: string }>

const pageRows = 500

/** `list`: what the source has in the directory, by id. */
export async function findLeavers(
  { scratch }: Desired,
  table: Table,
  list: (page: Page) => Promise<readonly Listed[]>,
): Promise<Leavers> {
  let [of, count] = [0, 0]
  for (let after: string | undefined; ; ) {
    const rows = await list({ top: pageRows, after })
    of += rows.length
    for (const { id, name, shown } of rows) {
      const [named] = scratch.all(`select 1 from ${table} where id = ?`, id)
      if (named !== undefined) continue
      count += 1
      scratch.run(
        'insert into leaver (list, id, name, shown) values (?, ?, ?, ?)',
        table,
        id,
        name ?? null,
        shown ?? null,
      )
    }
    after = rows.at(-1)?.id
    if (rows.length < pageRows) break
  }
  return judge(count, of)
}

/**
 * One confirmation is enough: people whose removal the operator of the import has confirmed do not wait for a second one
 * before they are erased.
 */
export async function confirmLeavers(
  { database, ...source }: Target,
  kind: Kind,
  { isTooMany }: Leavers,
  at: number,
): Promise<void> {
  if (isTooMany && kind === 'people') await confirmInAdvance(database, source, at)
}

/** Resolves with how many went. */
export async function removeLeavers(
  { scratch }: Desired,
  list: Table,
  { signal, progress }: Applying,
  remove: (id: string) => Promise<boolean>,
): Promise<number> {
  let removed = 0
  for (;;) {
    const [leaver] = scratch.all<{ number: number; id: string }>(
      'select number, id from leaver where list = ? and done = 0 order by number limit 1',
      list,
    )
    if (leaver === undefined || signal.aborted) return removed
    if (await remove(leaver.id)) removed += 1
    scratch.run('update leaver set done = 1 where number = ?', leaver.number)
    progress(removed)
  }
}

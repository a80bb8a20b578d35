/**
 * People whom a source has brought and its file no longer names. A file that is by mistake a small part of the list would
 * remove nearly everybody, and `isTooMany` says so.
 */
import { deleteUser } from '../directory/change-users.ts'
import { listUsersOf } from '../directory/known-users.ts'
import { brake } from '../directory/removals.ts'
import type { Desired } from './desired.ts'
import type { Progress, Target, Tell } from './target.ts'

export type Leavers = Readonly<{ count: number; of: number; isTooMany: boolean }>

const pageRows = 500

export async function findLeavers({ scratch }: Desired, target: Target): Promise<Leavers> {
  scratch.define(
    `create table leaver (number integer primary key, id text not null, name text not null,
      done integer not null default 0)`,
  )
  let of = 0
  let count = 0
  for (let after: string | undefined; ; ) {
    const rows = await listUsersOf(target.database, target.tenantId, target.source, {
      top: pageRows,
      after,
    })
    of += rows.length
    for (const { id, user_principal_name } of rows) {
      const [named] = scratch.all('select 1 from person where id = ?', id)
      if (named !== undefined) continue
      count += 1
      scratch.run('insert into leaver (id, name) values (?, ?)', id, user_principal_name)
    }
    after = rows.at(-1)?.id
    if (rows.length < pageRows) break
  }
  return { count, of, isTooMany: count > brake.people && count > of * brake.share }
}

/** Resolves with how many went. */
export async function removeLeavers(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
  {
    at,
    signal,
    progress,
    tell,
  }: Readonly<{
    at: number
    signal: AbortSignal
    progress: Progress
    tell: Tell
  }>,
): Promise<number> {
  let removed = 0
  for (;;) {
    const [leaver] = scratch.all<{ number: number; id: string }>(
      'select number, id from leaver where done = 0 order by number limit 1',
    )
    if (leaver === undefined || signal.aborted) return removed
    if (await deleteUser(database, tenantId, leaver.id, { source, at })) {
      removed += 1
      tell({ kind: 'person', did: 'removed', tenantId, id: leaver.id, source })
    }
    scratch.run('update leaver set done = 1 where number = ?', leaver.number)
    progress(removed)
  }
}

/**
 * Rows of any length of list, page by page: a page is all that is in memory, and the event loop turns between two. It
 * does not know what a row is.
 */
import { yieldToOthers } from '../event-loop.ts'

export const pageSize = 500

/** `read` gives the rows after a position, at most `pageSize`. */
export async function* inPages<Row, Position>(
  read: (after: Position | undefined) => Promise<readonly Row[]>,
  positionOf: (row: Row) => Position,
): AsyncGenerator<readonly Row[]> {
  for (let after: Position | undefined; ; ) {
    const rows = await read(after)
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) return
    after = positionOf(last)
    await yieldToOthers()
  }
}

/** The only one that is asked for, else all that have rows: `next` takes one step of an index. */
export async function* tenantsOf(
  only: string | undefined,
  next: (after: string) => Promise<Readonly<{ tenant_id: string }> | undefined>,
): AsyncGenerator<string> {
  if (only !== undefined) return yield only
  for (let after = ''; ; ) {
    const row = await next(after)
    if (row === undefined) return
    yield row.tenant_id
    after = row.tenant_id
  }
}

/**
 * Reads long lists page by page: only one page is in memory, and the event loop runs between two pages. The type of a
 * row does not matter.
 */
import { yieldToOthers } from '../event-loop.ts'

export const pageSize = 500

/** `read` returns at most `pageSize` rows after a position. */
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

/** The tenant `only`, or all tenants with rows. `next` returns the first tenant after another, by an index. */
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

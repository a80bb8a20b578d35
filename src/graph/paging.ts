/**
 * The page after this one: whether there is one, and the query that leads to it.
 */
import { formatSkipToken } from './query.ts'

type Next = Readonly<Record<string, string>> | undefined

/** One row more than asked for tells whether there is a page after this one. */
export function onePageMore<Options extends Readonly<{ top: number }>>(options: Options): Options {
  return { ...options, top: options.top + 1 }
}

export function nextAfter(
  rows: readonly { display_name: string; id: string }[],
  page: readonly { display_name: string; id: string }[],
): Next {
  const last = page.at(-1)
  if (last === undefined || rows.length === page.length) return undefined
  return { $skiptoken: formatSkipToken({ name: last.display_name, id: last.id }) }
}

/** For lists by id, whose position tells no name. */
export function nextAfterId(
  rows: readonly { id: string }[],
  page: readonly { id: string }[],
): Next {
  const unnamed = (row: { id: string }) => ({ id: row.id, display_name: '' })
  return nextAfter(rows.map(unnamed), page.map(unnamed))
}

export function nextSkip(
  rows: readonly unknown[],
  { skip, top }: Readonly<{ skip: number; top: number }>,
): Next {
  return rows.length > top ? { $skip: String(skip + top) } : undefined
}

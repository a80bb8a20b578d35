/** The next page of a list: whether there is one, and its query. */
import { formatSkipToken } from './query.ts'

type Next = Readonly<Record<string, string>> | undefined

/** One extra row shows whether there is a next page. */
export function withExtraRow<Options extends Readonly<{ top: number }>>(options: Options): Options {
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

/** For lists ordered by id; the token contains no name. */
export function nextAfterId(
  rows: readonly { id: string }[],
  page: readonly { id: string }[],
): Next {
  const withoutName = (row: { id: string }) => ({ id: row.id, display_name: '' })
  return nextAfter(rows.map(withoutName), page.map(withoutName))
}

export function nextSkip(
  rows: readonly unknown[],
  { skip, top }: Readonly<{ skip: number; top: number }>,
): Next {
  return rows.length > top ? { $skip: String(skip + top) } : undefined
}

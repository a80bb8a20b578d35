/** The next page of a list: whether there is one, and its query. */
import { byName, type Order } from '../../directory/queries/in-order.ts'
import { formatSkipToken } from './skip-token.ts'

type Next = Readonly<Record<string, string>> | undefined

/** One extra row shows whether there is a next page. */
export function withExtraRow<Options extends Readonly<{ top: number }>>(options: Options): Options {
  return { ...options, top: options.top + 1 }
}

type Listed = Readonly<{ display_name: string; id: string; user_principal_name_key?: string }>

export function nextAfter(
  rows: readonly Listed[],
  page: readonly Listed[],
  order: Order = byName,
): Next {
  const last = page.at(-1)
  if (last === undefined || rows.length === page.length) return undefined
  const name = order.column === 'display_name' ? last.display_name : last[order.column]
  return { $skiptoken: formatSkipToken({ name: name ?? '', id: last.id }, order) }
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

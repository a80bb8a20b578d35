/**
 * A list that is read as far as somebody looks at it. What is shown stays until the answer to a new question is there, and
 * the answer to an older question is dropped.
 */
import type { Page } from './page.ts'

export type Listed<Row> = Readonly<{
  /** The answer is for this path; undefined before the first answer. */
  path: string | undefined
  rows: readonly Row[]
  /** Of all pages, where the server tells. */
  count: number | undefined
  hasMore: boolean
  /** `opening`: rows, if any, are those of the question before. */
  state: 'opening' | 'more' | 'ready' | 'failed'
  problem: unknown
}>

export type Pager<Row> = Readonly<{
  open: (path: string) => void
  /** The next page, unless one is being read. */
  more: () => void
  /** What failed, once more. */
  again: () => void
  current: () => Listed<Row>
  /** Returns the end of the subscription. */
  subscribe: (changed: () => void) => () => void
  close: () => void
}>

export type ReadRows<Row> = (path: string, signal: AbortSignal) => Promise<Page<Row>>

export function createPager<Row extends Readonly<{ id: string }>>(read: ReadRows<Row>): Pager<Row> {
  const listeners = new Set<() => void>()
  let listed: Listed<Row> = {
    path: undefined,
    rows: [],
    count: undefined,
    hasMore: false,
    state: 'opening',
    problem: undefined,
  }
  let next: string | undefined
  let asked: Readonly<{ first: string; path: string }> | undefined
  let controller: AbortController | undefined

  function show(change: Partial<Listed<Row>>): void {
    listed = { ...listed, ...change }
    for (const listener of listeners) listener()
  }

  async function ask(first: string, path: string): Promise<void> {
    controller?.abort()
    const own = new AbortController()
    controller = own
    asked = { first, path }
    show({ state: path === first ? 'opening' : 'more', problem: undefined })
    try {
      const page = await read(path, own.signal)
      if (controller !== own) return
      controller = undefined
      next = page.next
      show({ ...merge(page, first, path), state: 'ready' })
    } catch (problem) {
      if (controller !== own) return
      controller = undefined
      show({ state: 'failed', problem })
    }
  }

  function merge(page: Page<Row>, first: string, path: string): Partial<Listed<Row>> {
    const hasMore = page.next !== undefined
    if (path === first) return { path: first, rows: page.rows, count: page.count, hasMore }
    // A row that moved between two pages comes twice.
    const known = new Set(listed.rows.map(({ id }) => id))
    return { rows: [...listed.rows, ...page.rows.filter(({ id }) => !known.has(id))], hasMore }
  }

  return {
    open: path => void ask(path, path),
    more() {
      if (listed.state === 'ready' && next !== undefined && listed.path !== undefined) {
        void ask(listed.path, next)
      }
    },
    again() {
      if (listed.state === 'failed' && asked) void ask(asked.first, asked.path)
    },
    current: () => listed,
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    close() {
      controller?.abort()
      controller = undefined
    },
  }
}

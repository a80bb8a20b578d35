/** A list in pages for React: another path asks anew, leaving the view ends the requests. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Graph } from '../graph/graph.ts'
import type { Page } from '../graph/page.ts'
import { createPager, type Listed } from '../graph/pager.ts'

export type List<Row> = Readonly<{ listed: Listed<Row>; more: () => void; again: () => void }>

type Read<Row> = (graph: Graph, path: string, signal: AbortSignal) => Promise<Page<Row>>

/** `graph` and `read` are those of the first call. */
export function useList<Row extends Readonly<{ id: string }>>(
  graph: Graph,
  read: Read<Row>,
  path: string,
): List<Row> {
  const [pager] = useState(() => createPager<Row>((path, signal) => read(graph, path, signal)))
  const listed = useSyncExternalStore(pager.subscribe, pager.current)
  useEffect(() => {
    pager.open(path)
    return pager.close
  }, [pager, path])
  return { listed, more: pager.more, again: pager.again }
}

/** The value, when it has not changed for a moment: so that not every letter is a question. */
export function useSettled<Value>(value: Value, ms = 250): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

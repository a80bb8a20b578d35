/** Whether this person may administer people or groups: asked of the server, once the issuer was asked for the permission. */
import { useEffect, useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import {
  type Administered,
  administrationPermissions,
  askMayAdminister,
} from '../graph/may-administer.ts'
import type { Problem } from '../graph/problem.ts'

export type Right = 'unasked' | 'asking' | 'allowed' | Problem

/** `id` of the one to change; undefined to add some. `ask` may leave the page. */
export function useRight(graph: Graph, kind: Administered, id: string | undefined) {
  const [right, setRight] = useState<Right>(() =>
    graph.hasAsked?.(administrationPermissions[kind]) === false ? 'unasked' : 'asking',
  )
  const isAsking = right === 'asking'
  useEffect(() => {
    if (!isAsking) return
    const leaving = new AbortController()
    const show = (next: Right) => {
      if (!leaving.signal.aborted) setRight(next)
    }
    askMayAdminister(graph, kind, id, leaving.signal).then(
      problem => show(problem ?? 'allowed'),
      // Not even refused: the change itself will say why.
      () => show('allowed'),
    )
    return () => leaving.abort()
  }, [graph, kind, id, isAsking])
  return { right, ask: () => setRight('asking') }
}

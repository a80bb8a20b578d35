/** How many people have a photo, read once when the view is opened. */
import { useEffect, useState } from 'react'
import { readCoverage, type Share } from '../graph/coverage.ts'
import type { Graph } from '../graph/graph.ts'

/** Undefined: not known yet, or not to be had; the list of people is there all the same. */
export function useCoverage(graph: Graph): readonly Share[] | undefined {
  const [shares, setShares] = useState<readonly Share[]>()
  useEffect(() => {
    const leaving = new AbortController()
    readCoverage(graph, leaving.signal).then(setShares, () => setShares(undefined))
    return () => leaving.abort()
  }, [graph])
  return shares
}

/**
 * A text that the entry of the browser's history keeps: a search is still there when somebody comes back from what they
 * found. It is lost where the page passes the issuer, as by a reload.
 */
import { useCallback, useEffect, useState } from 'react'

/** `name` is the same in every visit. Empty at first. */
export function useKeptText(name: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState(() => read(name))
  useEffect(() => {
    const look = () => setText(read(name))
    addEventListener('popstate', look)
    return () => removeEventListener('popstate', look)
  }, [name])
  const change = useCallback(
    (next: string) => {
      history.replaceState({ ...history.state, [name]: next }, '')
      setText(next)
    },
    [name],
  )
  return [text, change]
}

function read(name: string): string {
  const state: unknown = history.state
  const kept = typeof state === 'object' && state !== null ? Object.entries(state) : []
  const [, text] = kept.find(([key]) => key === name) ?? []
  return typeof text === 'string' ? text : ''
}

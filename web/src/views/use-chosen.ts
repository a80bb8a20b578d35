/**
 * Which entry of a list is chosen: the part of the address after `#`, so that the browser's Back leads from the entry to
 * the list, and an address can name an entry. The server never sees it.
 */
import { useCallback, useEffect, useState } from 'react'

type Choose = (id: string | undefined) => void

export function useChosen(): readonly [chosen: string | undefined, choose: Choose] {
  const [id, setId] = useState(readId)
  useEffect(() => {
    const look = () => setId(readId())
    addEventListener('popstate', look)
    return () => removeEventListener('popstate', look)
  }, [])
  const choose = useCallback<Choose>(next => {
    write(next)
    setId(next)
  }, [])
  return [id, choose]
}

function readId(): string | undefined {
  const text = location.hash.slice(1)
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    // A damaged address names nothing.
    return undefined
  }
}

/** Another choice takes the place of the former, so that one step back is the list. */
function write(id: string | undefined): void {
  const isFirst = readId() === undefined
  const address = `${location.pathname}${location.search}${id === undefined ? '' : `#${encodeURIComponent(id)}`}`
  if (isFirst && id !== undefined) history.pushState(history.state, '', address)
  else history.replaceState(history.state, '', address)
}

/**
 * The path of the view in the browser's history, below the base address. Each entry of the history also keeps what
 * is to survive a reload and no more: the chosen language and theme, and whether somebody is signed in, so that the
 * page knows whether to ask the issuer again.
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { addressBelow } from './address-below.ts'
import type { Place } from './ui/place.ts'

/** `base` ends with a slash. */
export function pathBelow(base: string, address: string): string {
  const { pathname } = new URL(address)
  const root = new URL(base).pathname
  return pathname.startsWith(root) ? `/${pathname.slice(root.length)}` : '/'
}

/** With the part after `#`, in which a view may keep what is chosen. */
export const placeBelow = (base: string): string => pathBelow(base, location.href) + location.hash

type Kept = Readonly<{ signedIn?: boolean; language?: string; theme?: string }>

export const readKept = (): Kept => (history.state as Kept | null) ?? {}

/** With `signedIn`, the issuer is asked silently the next time that this entry is loaded. */
export function keep(kept: Kept): void {
  history.replaceState({ ...readKept(), ...kept }, '')
}

/** Replaces the entry of the history, without a query. */
export function showPath(base: string, path: string, state: 'signed-in' | 'signed-out'): void {
  const kept = { ...readKept(), signedIn: state === 'signed-in' }
  history.replaceState(kept, '', addressBelow(base, path))
  tellMove()
}

export function useHistory(base: string): Place {
  const path = useSyncExternalStore(watchMoves, () => pathBelow(base, location.href))
  const go = useCallback(
    (to: string) => {
      const address = addressBelow(base, to)
      if (address === location.href) return
      history.pushState(history.state, '', address)
      tellMove()
      scrollTo({ top: 0 })
    },
    [base],
  )
  return useMemo(
    () => ({ path, go, addressOf: (to: string) => addressBelow(base, to) }),
    [path, go, base],
  )
}

/** Browsers tell only of going back and forth. */
function tellMove(): void {
  dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
}

function watchMoves(told: () => void): () => void {
  addEventListener('popstate', told)
  return () => removeEventListener('popstate', told)
}

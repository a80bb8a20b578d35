/**
 * One tab stop in a long list of which only a part is in the document: arrow keys move it, and what they lead to is
 * scrolled into view and focused when it is there.
 */
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import type { WindowVirtualizerHandle } from 'virtua'
import { moveInGrid } from './grid-moves.ts'

export type Roving = Readonly<{
  list: React.RefObject<WindowVirtualizerHandle | null>
  onKeyDown: (event: KeyboardEvent) => void
  onScrollEnd: () => void
  /** For the tile at an index. */
  tile: (index: number) => Readonly<{
    tabIndex: 0 | -1
    ref: (element: HTMLElement | null) => void
    onFocus: () => void
  }>
}>

export function useRoving({
  count,
  columns,
  question,
}: Readonly<{
  count: number
  columns: number
  /** A new one begins at the first tile. */
  question: string
}>): Roving {
  const list = useRef<WindowVirtualizerHandle>(null)
  const tiles = useRef(new Map<number, HTMLElement>())
  const awaited = useRef<number>(undefined)
  const [place, setAt] = useState(0)
  const at = Math.max(0, Math.min(place, count - 1))
  useEffect(() => setAt(0), [question])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || event.shiftKey) return
    const handle = list.current
    const height = handle?.getItemSize(0) || 1
    const rowsOnScreen = Math.max(1, Math.floor((handle?.viewportSize ?? 0) / height) - 1)
    const key = event.ctrlKey ? `Control+${event.key}` : event.key
    const to = moveInGrid(key, { at, count, columns, rowsOnScreen })
    if (to === undefined) return
    event.preventDefault()
    setAt(to)
    const tile = tiles.current.get(to)
    if (tile) {
      focusTile(tile)
    } else {
      awaited.current = to
      handle?.scrollToIndex(Math.floor(to / columns), { align: 'center' })
    }
  }

  const onScrollEnd = (): void => {
    if (!tiles.current.has(at)) setAt(firstOnScreen(list.current) * columns)
  }

  const tile = useCallback(
    (index: number) => ({
      tabIndex: index === at ? (0 as const) : (-1 as const),
      ref: (element: HTMLElement | null) => {
        if (element === null) {
          tiles.current.delete(index)
          return
        }
        tiles.current.set(index, element)
        if (awaited.current !== index) return
        awaited.current = undefined
        focusTile(element)
      },
      onFocus: () => setAt(index),
    }),
    [at],
  )

  return { list, onKeyDown, onScrollEnd, tile }
}

/** A new tile is hidden, and cannot be focused, until the list has measured it: some frames. */
function focusTile(tile: HTMLElement, frames = 30): void {
  tile.focus({ preventScroll: true })
  if (document.activeElement === tile) tile.scrollIntoView({ block: 'nearest' })
  else if (frames > 0) requestAnimationFrame(() => focusTile(tile, frames - 1))
}

function firstOnScreen(list: WindowVirtualizerHandle | null): number {
  return list ? list.findItemIndex(list.scrollOffset + list.viewportSize / 3) : 0
}

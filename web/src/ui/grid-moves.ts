/**
 * Where a key leads in a grid of tiles that are filled row by row.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 */

export type GridPlace = Readonly<{
  at: number
  count: number
  columns: number
  /** Whole rows on the screen. */
  rowsOnScreen: number
}>

type Move = (place: GridPlace) => number

const moves: Readonly<Record<string, Move>> = {
  ArrowRight: ({ at }) => at + 1,
  ArrowLeft: ({ at }) => at - 1,
  ArrowDown: place => downFrom(place, 1),
  ArrowUp: ({ at, columns }) => (at < columns ? at : at - columns),
  PageDown: place => downFrom(place, place.rowsOnScreen),
  PageUp: ({ at, columns, rowsOnScreen }) => {
    const rows = Math.min(rowsOnScreen, Math.floor(at / columns))
    return at - rows * columns
  },
  Home: ({ at, columns }) => at - (at % columns),
  End: ({ at, columns }) => at - (at % columns) + columns - 1,
  'Control+Home': () => 0,
  'Control+End': ({ count }) => count - 1,
}

/** Undefined where the key moves nothing. */
export function moveInGrid(key: string, place: GridPlace): number | undefined {
  const move = Object.hasOwn(moves, key) ? moves[key] : undefined
  if (move === undefined || place.count === 0) return undefined
  return Math.max(0, Math.min(place.count - 1, move(place)))
}

/** Down to the last row at most; there to its last tile where it is shorter. */
function downFrom({ at, count, columns }: GridPlace, rows: number): number {
  const lastRow = Math.floor((count - 1) / columns)
  const row = Math.min(lastRow, Math.floor(at / columns) + rows)
  return row * columns + (at % columns)
}

/** As many tiles as fit beside each other. */
export function columnsIn(width: number, tileWidth: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (tileWidth + gap)))
}

export function inRows<Item>(
  items: readonly Item[],
  columns: number,
): readonly (readonly Item[])[] {
  const rows = Math.ceil(items.length / columns)
  return Array.from({ length: rows }, (_, row) => items.slice(row * columns, (row + 1) * columns))
}

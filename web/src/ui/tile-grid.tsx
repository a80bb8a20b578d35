/**
 * Thousands of tiles, of which those on the screen are in the document, filled row by row. Arrow keys walk the grid.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { WindowVirtualizer } from 'virtua'
import { columnsIn, inRows } from './grid-moves.ts'
import { PageLink } from './page-link.tsx'
import { useRoving } from './use-roving.ts'

const [tileWidth, tileHeight, gap] = [132, 164, 8]

const useStyles = makeStyles({
  // What waits below the last row would be kept in sight, so that each page that comes asked for the next one.
  grid: {
    overflowAnchor: 'none',
    transitionProperty: 'opacity',
    transitionDuration: tokens.durationNormal,
  },
  // Late, so that a quick answer does not blink.
  stale: { opacity: 0.55, transitionDelay: '300ms' },
  row: { display: 'grid', columnGap: `${gap}px`, paddingBottom: `${gap}px` },
  cell: { minWidth: 0 },
  tile: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    height: `${tileHeight}px`,
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusXLarge,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    textAlign: 'center',
    scrollMarginTop: '96px',
    scrollMarginBottom: '24px',
    transitionProperty: 'background-color, box-shadow',
    transitionDuration: tokens.durationFast,
    '@media (prefers-reduced-motion: reduce)': { transitionDuration: '0s' },
    ':hover': {
      backgroundColor: tokens.colorNeutralBackground1,
      boxShadow: tokens.shadow4,
    },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
})

export type TileGridProps<Item> = Readonly<{
  label: string
  items: readonly Item[]
  /** How many there are with those that are not read yet; undefined where nobody knows. */
  total: number | undefined
  hasMore: boolean
  /** The tiles answer a former question. */
  isStale: boolean
  /** The last rows are near. */
  onEnd: () => void
  /** What the list answers; a new one begins at the first tile. */
  question: string
  addressOf: (item: Item) => string
  children: (item: Item) => ReactNode
  /** Shown below the last row while more is read. */
  waiting: ReactNode
}>

export function TileGrid<Item extends Readonly<{ id: string }>>(props: TileGridProps<Item>) {
  const { label, items, total, hasMore, isStale, onEnd, question, addressOf, children, waiting } =
    props
  const styles = useStyles()
  const place = useRef<HTMLDivElement>(null)
  const columns = useColumns(place)
  const { list, onKeyDown, onScrollEnd, tile } = useRoving({
    count: items.length,
    columns,
    question,
  })
  const rows = inRows(items, columns)
  const allRows = total === undefined && hasMore ? -1 : Math.ceil((total ?? items.length) / columns)
  const style = { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }

  const askForMore = () => {
    const { current } = list
    if (!hasMore || !current) return
    const last = current.findItemIndex(current.scrollOffset + current.viewportSize * 2)
    if (last >= rows.length - 1) onEnd()
  }
  useLayoutEffect(askForMore)

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data
    <div
      ref={place}
      role="grid"
      aria-label={label}
      aria-rowcount={allRows}
      aria-colcount={columns}
      aria-busy={isStale}
      className={mergeClasses(styles.grid, isStale && styles.stale)}
      onKeyDown={onKeyDown}
    >
      <WindowVirtualizer
        ref={list}
        data={rows}
        itemSize={tileHeight + gap}
        onScroll={askForMore}
        onScrollEnd={onScrollEnd}
      >
        {(row, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the tiles have the focus
          // biome-ignore lint/a11y/useSemanticElements: a table would be read as data
          <div
            key={index}
            role="row"
            aria-rowindex={index + 1}
            className={styles.row}
            style={style}
          >
            {row.map((item, column) => (
              // biome-ignore lint/a11y/useSemanticElements: a table would be read as data
              // biome-ignore lint/a11y/useFocusableInteractive: the link in it has the focus
              <div key={item.id} role="gridcell" aria-colindex={column + 1} className={styles.cell}>
                <PageLink
                  to={addressOf(item)}
                  className={styles.tile}
                  {...tile(index * columns + column)}
                >
                  {children(item)}
                </PageLink>
              </div>
            ))}
          </div>
        )}
      </WindowVirtualizer>
      {hasMore && waiting}
    </div>
  )
}

/** Measured before the first paint, so nothing jumps. */
function useColumns(place: React.RefObject<HTMLElement | null>): number {
  const [columns, setColumns] = useState(1)
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return
    const measure = () => setColumns(columnsIn(element.clientWidth, tileWidth, gap))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [place])
  return columns
}

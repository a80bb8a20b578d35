/**
 * A long list of which one entry is chosen. What is on the screen is in the document; arrow keys walk, Enter chooses.
 * https://www.w3.org/WAI/ARIA/apg/patterns/listbox/
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactNode, useLayoutEffect } from 'react'
import { WindowVirtualizer } from 'virtua'
import { useRoving } from './use-roving.ts'

const rowHeight = 64

const useStyles = makeStyles({
  option: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    height: `${rowHeight}px`,
    boxSizing: 'border-box',
    paddingInline: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    cursor: 'pointer',
    scrollMarginBlock: '96px 24px',
    transitionProperty: 'background-color',
    transitionDuration: tokens.durationFast,
    '@media (prefers-reduced-motion: reduce)': { transitionDuration: '0s' },
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  chosen: {
    backgroundColor: tokens.colorBrandBackground2,
    ':hover': { backgroundColor: tokens.colorBrandBackground2 },
    '@media (forced-colors: active)': { outline: '2px solid Highlight', outlineOffset: '-2px' },
  },
})

export type ChoiceListProps<Item> = Readonly<{
  label: string
  items: readonly Item[]
  total: number | undefined
  hasMore: boolean
  onEnd: () => void
  question: string
  chosen: string | undefined
  onChoose: (item: Item) => void
  children: (item: Item) => ReactNode
}>

export function ChoiceList<Item extends Readonly<{ id: string }>>(props: ChoiceListProps<Item>) {
  const { label, items, total, hasMore, onEnd, question, chosen, onChoose, children } = props
  const styles = useStyles()
  const { list, onKeyDown, onScrollEnd, tile } = useRoving({
    count: items.length,
    columns: 1,
    question,
  })

  const askForMore = () => {
    const { current } = list
    if (!hasMore || !current) return
    const last = current.findItemIndex(current.scrollOffset + current.viewportSize * 2)
    if (last >= items.length - 1) onEnd()
  }
  useLayoutEffect(askForMore)

  return (
    <div role="listbox" aria-label={label} onKeyDown={onKeyDown}>
      <WindowVirtualizer
        ref={list}
        data={items}
        itemSize={rowHeight}
        onScroll={askForMore}
        onScrollEnd={onScrollEnd}
      >
        {(item, index) => {
          const { tabIndex, ref, onFocus } = tile(index)
          return (
            <div
              key={item.id}
              ref={ref}
              role="option"
              tabIndex={tabIndex}
              aria-selected={item.id === chosen}
              aria-posinset={index + 1}
              aria-setsize={total ?? (hasMore ? -1 : items.length)}
              className={mergeClasses(styles.option, item.id === chosen && styles.chosen)}
              onFocus={onFocus}
              onClick={() => onChoose(item)}
              onKeyDown={event => {
                if (event.key !== 'Enter' && event.key !== ' ') return
                event.preventDefault()
                onChoose(item)
              }}
            >
              {children(item)}
            </div>
          )
        }}
      </WindowVirtualizer>
    </div>
  )
}

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
  const roving = useRoving({ count: items.length, columns: 1, question })
  const { at, list, onKeyDown, onScrollEnd, tile } = roving

  const askForMore = () => {
    const { current } = list
    if (!hasMore || !current) return
    const last = current.findItemIndex(current.scrollOffset + current.viewportSize * 2)
    if (last >= items.length - 1) onEnd()
  }
  useLayoutEffect(askForMore)

  return (
    <div
      role="listbox"
      aria-label={label}
      onKeyDown={event => {
        const item = items[at]
        if ((event.key !== 'Enter' && event.key !== ' ') || !item) return onKeyDown(event)
        event.preventDefault()
        onChoose(item)
      }}
    >
      <WindowVirtualizer
        ref={list}
        data={items}
        itemSize={rowHeight}
        onScroll={askForMore}
        onScrollEnd={onScrollEnd}
      >
        {(item, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: `tile` gives it a tabIndex
          // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
          <div
            key={item.id}
            role="option"
            aria-selected={item.id === chosen}
            aria-posinset={index + 1}
            aria-setsize={total ?? (hasMore ? -1 : items.length)}
            className={mergeClasses(styles.option, item.id === chosen && styles.chosen)}
            onClick={() => onChoose(item)}
            {...tile(index)}
          >
            {children(item)}
          </div>
        )}
      </WindowVirtualizer>
    </div>
  )
}

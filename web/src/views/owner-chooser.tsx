/**
 * A list of owners of photos, with a search, and the photo of the chosen one beside it. What a list may be is here once:
 * loading, empty, nothing found, failed, more to come.
 */
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { ChoiceList } from '../ui/choice-list.tsx'
import { Empty, ErrorNotice } from '../ui/notice.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { SkeletonEntries } from '../ui/skeleton-entries.tsx'
import { Split } from '../ui/split.tsx'
import { Found } from './found.tsx'
import type { List } from './use-list.ts'

export type ChooserWords = Readonly<{
  search: string
  list: string
  choose: string
  back: string
  emptyTitle: string
  empty: string
  nothing: (facts: Readonly<{ text: string }>) => string
  showAll: string
}>

type Props<Row> = Readonly<{
  words: ChooserWords
  list: List<Row>
  text: string
  onText: (text: string) => void
  chosen: string | undefined
  onChoose: (id: string | undefined) => void
  /** Above the search. */
  above?: ReactNode
  entry: (row: Row) => ReactNode
  panel: (row: Row) => ReactNode
}>

export function OwnerChooser<Row extends Readonly<{ id: string }>>(props: Props<Row>) {
  const { words, list, text, onText, chosen, onChoose, above, entry, panel } = props
  const row = useChosenRow(list.listed.rows, chosen)
  const isEmpty = list.listed.state === 'ready' && list.listed.rows.length === 0
  if (isEmpty && text === '' && above === undefined) {
    return <Empty title={words.emptyTitle}>{words.empty}</Empty>
  }
  return (
    <Split
      isChosen={row !== undefined}
      back={words.back}
      onBack={() => onChoose(undefined)}
      list={
        <>
          {above}
          <SearchField label={words.search} text={text} onChange={onText} shortcut="/" />
          <Rows {...{ words, list, text, onText, entry, onChoose }} chosen={row?.id} />
        </>
      }
      panel={row ? panel(row) : <Empty title={words.choose} />}
    />
  )
}

type RowsProps<Row> = Pick<
  Props<Row>,
  'words' | 'list' | 'text' | 'onText' | 'entry' | 'onChoose' | 'chosen'
>

function Rows<Row extends Readonly<{ id: string }>>(props: RowsProps<Row>) {
  const { words, list, text, onText, entry, onChoose, chosen } = props
  const { rows, count, hasMore, state, problem, path } = list.listed
  if (state === 'failed' && rows.length === 0) {
    return <ErrorNotice problem={problem} onRetry={list.again} />
  }
  if (path === undefined) return <SkeletonEntries />
  if (rows.length === 0) {
    if (state !== 'ready') return <SkeletonEntries />
    if (text === '') return <Empty title={words.emptyTitle}>{words.empty}</Empty>
    const showAll = <Button onClick={() => onText('')}>{words.showAll}</Button>
    return <Empty title={words.nothing({ text })} action={showAll} />
  }
  return (
    <>
      {(text !== '' || hasMore) && <Found count={count ?? rows.length} isAtLeast={hasMore} />}
      <ChoiceList
        label={words.list}
        items={rows}
        total={count}
        hasMore={hasMore && state !== 'failed'}
        onEnd={list.more}
        question={path}
        chosen={chosen}
        onChoose={({ id }) => onChoose(id)}
      >
        {entry}
      </ChoiceList>
      {state === 'failed' && <ErrorNotice problem={problem} onRetry={list.again} />}
    </>
  )
}

/** Stays while a search hides its line. */
function useChosenRow<Row extends Readonly<{ id: string }>>(
  rows: readonly Row[],
  chosen: string | undefined,
): Row | undefined {
  const last = useRef<Row>(undefined)
  const found = rows.find(({ id }) => id === chosen)
  useEffect(() => {
    if (found) last.current = found
  }, [found])
  return found ?? (last.current?.id === chosen ? last.current : undefined)
}

/** People of a group, or those whom a search has found, each with what can be done; more of them with a button. */
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Graph } from '../graph/graph.ts'
import type { Page } from '../graph/page.ts'
import { createPager } from '../graph/pager.ts'
import type { Person } from '../graph/people.ts'
import { Button } from '../ui/button.tsx'
import { Quiet, Row, Section } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { PlainEntries } from '../ui/plain-entries.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useWords } from '../words/use-words.ts'

type Props = Readonly<{
  title: string
  graph: Graph
  path: string
  /** Another number reads anew. */
  edition: number
  read: (graph: Graph, path: string, signal: AbortSignal) => Promise<Page<Person>>
  /** In place of an empty list. */
  nobody: string
  actions: (person: Person) => ReactNode
}>

export function PeopleList({ title, graph, path, edition, read, nobody, actions }: Props) {
  const words = useWords().group
  const [pager] = useState(() => createPager<Person>((next, signal) => read(graph, next, signal)))
  const listed = useSyncExternalStore(pager.subscribe, pager.current)
  // Another edition reads anew.
  useEffect(() => {
    pager.open(path)
    return pager.close
  }, [pager, path, edition])
  const { rows, state, hasMore, problem } = listed
  const list = useKeptFocus(rows)
  return (
    <div ref={list} tabIndex={-1}>
      <Section title={title} size="small">
        {rows.length > 0 && (
          <PlainEntries
            entries={rows.map(person => ({
              id: person.id,
              name: person.name,
              detail: person.userPrincipalName,
              actions: actions(person),
            }))}
          />
        )}
        {state === 'opening' && rows.length === 0 && <Skeleton shape="line" />}
        {state === 'ready' && rows.length === 0 && <Quiet>{nobody}</Quiet>}
        {state === 'failed' && <ErrorNotice problem={problem} onRetry={pager.again} />}
        {hasMore && state === 'ready' && (
          <Row>
            <Button onClick={pager.more}>{words.more}</Button>
          </Row>
        )}
      </Section>
    </div>
  )
}

/** When the line that had the focus is gone, its list has it. */
function useKeptFocus(rows: readonly Person[]) {
  const list = useRef<HTMLDivElement>(null)
  // Only with other rows: these may have taken the focus along.
  useEffect(() => {
    if (document.activeElement === document.body) list.current?.focus()
  }, [rows])
  return list
}

/** The photos of many people at once: drop the files, see whose each is, set them, see what became of each. */
import { useEffect } from 'react'
import { accept, DropTarget } from '../../crop/choose.tsx'
import { useDroppedFiles } from '../../crop/drop.ts'
import type { Graph } from '../../graph/graph.ts'
import { Button } from '../../ui/button.tsx'
import { FileButton } from '../../ui/file-button.tsx'
import { Card, Stack } from '../../ui/layout.tsx'
import { ErrorNotice } from '../../ui/notice.tsx'
import { SkeletonEntries } from '../../ui/skeleton-entries.tsx'
import type { Words } from '../../words/en.ts'
import { useWords } from '../../words/use-words.ts'
import { FileTable } from './file-table.tsx'
import styles from './many.module.css'
import { countRows, type Row, toBeSet } from './many-state.ts'
import { type UseMany, useMany } from './use-many.ts'

export function ManyPhotos({ graph }: Readonly<{ graph: Graph }>) {
  const use = useMany(graph)
  const words = useWords().many
  const { many, look } = use
  const isSetting = many.phase === 'setting'
  useStayHere(isSetting)
  const isOver = useDroppedFiles(files => !isSetting && look(files))
  return (
    <>
      {isOver && !isSetting && <DropTarget>{words.drop}</DropTarget>}
      <Phase use={use} />
    </>
  )
}

function Phase({ use }: Readonly<{ use: UseMany }>) {
  const words = useWords().many
  const { many, look, choose } = use
  switch (many.phase) {
    case 'empty':
      return <DropPlace onChosen={look} />
    case 'looking':
      return (
        <Stack>
          <p role="status" className={styles.hint}>
            {words.looking({ count: many.count })}
          </p>
          <SkeletonEntries />
        </Stack>
      )
    case 'failed':
      return <ErrorNotice problem={many.problem} onRetry={() => look(many.files)} />
    default:
      return (
        <Stack>
          <Card>
            <FileTable rows={many.rows} onChoose={many.phase === 'setting' ? undefined : choose} />
          </Card>
          <Bar use={use} phase={many.phase} rows={many.rows} />
        </Stack>
      )
  }
}

function DropPlace({ onChosen }: Readonly<{ onChosen: (files: readonly File[]) => void }>) {
  const words = useWords().many
  return (
    <div className={styles.drop}>
      <p className={styles.dropTitle}>{words.drop}</p>
      <FileButton accept={accept} multiple onChosen={onChosen}>
        {words.choose}
      </FileButton>
      <p className={styles.hint}>{words.names}</p>
    </div>
  )
}

type Counts = ReturnType<typeof countRows>

type BarProps = Readonly<{
  use: UseMany
  phase: 'ready' | 'setting' | 'done'
  rows: readonly Row[]
}>

function Bar({ use, phase, rows }: BarProps) {
  const words = useWords().many
  const open = toBeSet(rows).length
  const setLabel = open === 1 ? words.setOne : words.setAll({ count: open })
  return (
    <div className={styles.bar}>
      <span role="status">{useSentence(use, phase, rows)}</span>
      <div className={styles.buttons}>
        {phase === 'setting' ? (
          <Button onClick={use.stop}>{words.stop}</Button>
        ) : (
          <>
            <Button onClick={use.reset}>{words.again}</Button>
            {(phase === 'ready' || open > 0) && (
              <Button look="primary" disabled={open === 0} onClick={use.set}>
                {setLabel}
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function useSentence({ pause }: UseMany, phase: BarProps['phase'], rows: readonly Row[]): string {
  const words = useWords().many
  const chosen = rows.filter(({ isChosen }) => isChosen)
  const isDone = ({ outcome }: Row) => outcome.kind !== 'planned' && outcome.kind !== 'setting'
  const counts = countRows(rows)
  if (phase === 'done') return words.summary(counts)
  if (phase === 'ready') return sayReady(words, counts)
  if (pause !== undefined) return words.pause({ seconds: pause })
  return words.progress({ done: chosen.filter(isDone).length, all: chosen.length })
}

function sayReady(words: Words['many'], { matched, all, unreadable }: Counts): string {
  const facts = { count: matched, all, unreadable }
  return unreadable === 0 ? words.matched(facts) : words.matchedSome(facts)
}

/** The browser asks before it leaves the page while photos are set. */
function useStayHere(isSetting: boolean): void {
  useEffect(() => {
    if (!isSetting) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isSetting])
}

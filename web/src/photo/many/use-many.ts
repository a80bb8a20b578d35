/** Many files for React: looked at, chosen, set four at a time. Leaving the view ends what has not begun. */
import { useEffect, useRef, useState } from 'react'
import { cutCentreSquare } from '../../crop/centre-square.ts'
import { type Refusal, refuseUnread } from '../../crop/open-picture.ts'
import type { Graph } from '../../graph/graph.ts'
import { readPhoto, replacePhoto } from '../../graph/photos.ts'
import { Problem } from '../../graph/problem.ts'
import { performInTurn } from './in-turn.ts'
import { lookAtFiles, ownerOf } from './look-at-files.ts'
import { type Many, type Outcome, type Row, replaceRow, toBeSet } from './many-state.ts'

const atOnce = 4

export type UseMany = Readonly<{
  many: Many
  /** Seconds that the server wants to be left alone. */
  pause: number | undefined
  look: (files: readonly File[]) => void
  choose: (number: number, isChosen: boolean) => void
  set: () => void
  stop: () => void
  reset: () => void
}>

export function useMany(graph: Graph): UseMany {
  const [many, setMany] = useState<Many>({ phase: 'empty' })
  const [pause, setPause] = useState<number>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const begin = (): AbortSignal => {
    running.current?.abort()
    running.current = new AbortController()
    return running.current.signal
  }
  const change = (number: number, part: Parameters<typeof replaceRow>[2]) =>
    setMany(before =>
      'rows' in before ? { ...before, rows: replaceRow(before.rows, number, part) } : before,
    )

  const look = (files: readonly File[]) => {
    const signal = begin()
    setMany({ phase: 'looking', count: files.length })
    lookAtFiles(graph, files, refuseUnread, signal).then(
      rows => !signal.aborted && setMany({ phase: 'ready', rows }),
      problem => !signal.aborted && setMany({ phase: 'failed', problem, files }),
    )
  }

  const set = () => {
    if (!('rows' in many)) return
    const signal = begin()
    const cut = oneAtATime(cutCentreSquare)
    setMany({ phase: 'setting', rows: many.rows })
    void performInTurn({
      tasks: toBeSet(many.rows),
      atOnce,
      signal,
      perform: row => {
        change(row.number, { outcome: { kind: 'setting' } })
        return setOne(graph, row, cut)
      },
      wait: async ms => {
        setPause(Math.ceil(ms / 1000))
        await new Promise(resolve => setTimeout(resolve, ms))
        setPause(undefined)
      },
      settled: (row, result) =>
        change(row.number, {
          outcome: 'outcome' in result ? result.outcome : { kind: 'failed', ...result },
        }),
    }).then(() => setMany(before => ('rows' in before ? { ...before, phase: 'done' } : before)))
  }

  return {
    many,
    pause,
    look,
    choose: (number, isChosen) => change(number, { isChosen }),
    set,
    stop: () => running.current?.abort(),
    reset: () => {
      begin()
      setMany({ phase: 'empty' })
    },
  }
}

type Cut = (file: Blob) => Promise<Readonly<{ jpeg: Blob } | { refusal: Refusal }>>

async function setOne(graph: Graph, row: Row, cut: Cut): Promise<Outcome> {
  const { file, match } = row
  if (match.kind !== 'one') return row.outcome
  const square = await cut(file)
  if ('refusal' in square) return { kind: 'unreadable', refusal: square.refusal }
  const owner = ownerOf(match.person.id)
  // Told that somebody else has changed it, and asked again: over theirs.
  const former = isChanged(row) ? await readPhoto(graph, owner) : row.former
  await replacePhoto(graph, owner, square.jpeg, former?.etag)
  return { kind: 'set' }
}

function isChanged({ outcome }: Row): boolean {
  if (outcome.kind !== 'failed') return false
  return outcome.problem instanceof Problem && outcome.problem.kind === 'changed'
}

/** A large picture takes hundreds of megabytes while it is open. */
function oneAtATime(cut: Cut): Cut {
  let last: Promise<unknown> = Promise.resolve()
  return file => {
    const next = last.then(() => cut(file))
    last = next.catch(() => undefined)
    return next
  }
}

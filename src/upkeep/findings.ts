/**
 * Collects the findings of `verify`, photo by photo. It decides whether an unreadable pack is a fault of the photo, or
 * the store is unavailable.
 */
import { maxFaultsNamed, type PhotoFault } from './photos.ts'
import type { ReadPack } from './read-pack.ts'

export type Findings = ReturnType<typeof createFindings>

export function createFindings() {
  const seen = { photos: 0, bytes: 0, faulty: 0, changedMeanwhile: 0 }
  const faults: PhotoFault[] = []
  let unread: Judged[] = []
  let lastReadFrom = 0
  const note = ({ bytes, fault }: Judged) => {
    seen.photos += 1
    seen.bytes += bytes
    if (fault === 'changed meanwhile') seen.changedMeanwhile += 1
    else if (fault !== undefined) {
      seen.faulty += 1
      if (faults.length < maxFaultsNamed) faults.push(fault)
    }
  }
  const keepUnread = (until = Number.POSITIVE_INFINITY) => {
    for (const judged of unread) if (judged.turn.to < until) note(judged)
    unread = unread.filter(({ turn }) => turn.to >= until)
  }
  /** An unreadable pack is a fault only if the store is available: a later read must succeed. */
  const add = (judged: Judged) => {
    if (judged.isUnread) unread.push(judged)
    else {
      lastReadFrom = Math.max(lastReadFrom, judged.turn.from)
      note(judged)
    }
    keepUnread(lastReadFrom)
  }
  return { seen, faults, add, keepUnread }
}

export type Judged = Readonly<{
  turn: Turn
  bytes: number
  isUnread: boolean
  fault?: PhotoFault | 'changed meanwhile'
}>

/** When a read began and ended, as numbers in the order of all starts and ends. */
type Turn = Readonly<{ from: number; to: number }>
export type ReadInTurn = (
  key: string,
) => Promise<Awaited<ReturnType<ReadPack>> & Readonly<{ turn: Turn }>>

export function inTurns(readPack: ReadPack): ReadInTurn {
  let turns = 0
  const next = () => {
    turns += 1
    return turns
  }
  return async key => {
    const from = next()
    const read = await readPack(key)
    return { ...read, turn: { from, to: next() } }
  }
}

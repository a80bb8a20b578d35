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
  let unread: PhotoCheck[] = []
  let lastReadFrom = 0
  const note = ({ bytes, fault }: PhotoCheck) => {
    seen.photos += 1
    seen.bytes += bytes
    if (fault === 'changed meanwhile') seen.changedMeanwhile += 1
    else if (fault !== undefined) {
      seen.faulty += 1
      if (faults.length < maxFaultsNamed) faults.push(fault)
    }
  }
  const keepUnread = (until = Number.POSITIVE_INFINITY) => {
    for (const check of unread) if (check.span.to < until) note(check)
    unread = unread.filter(({ span }) => span.to >= until)
  }
  /** An unreadable pack is a fault only if the store is available: a later read must succeed. */
  const add = (check: PhotoCheck) => {
    if (check.isUnread) unread.push(check)
    else {
      lastReadFrom = Math.max(lastReadFrom, check.span.from)
      note(check)
    }
    keepUnread(lastReadFrom)
  }
  return { seen, faults, add, keepUnread }
}

export type PhotoCheck = Readonly<{
  span: Span
  bytes: number
  isUnread: boolean
  fault?: PhotoFault | 'changed meanwhile'
}>

/** When a read began and ended, as numbers in the order of all starts and ends. */
type Span = Readonly<{ from: number; to: number }>
export type OrderedRead = (
  key: string,
) => Promise<Awaited<ReturnType<ReadPack>> & Readonly<{ span: Span }>>

export function inOrder(readPack: ReadPack): OrderedRead {
  let count = 0
  const next = () => {
    count += 1
    return count
  }
  return async key => {
    const from = next()
    const read = await readPack(key)
    return { ...read, span: { from, to: next() } }
  }
}

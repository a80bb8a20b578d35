/**
 * The latest calls, in memory, oldest first: what a test looks at afterwards.
 */
import type { Entry } from './entry.ts'

/** About half a megabyte. */
const most = 1000

export type Journal = Readonly<{
  add: (entry: Entry) => void
  entries: () => readonly Entry[]
  clear: () => void
}>

export function createJournal(): Journal {
  let entries: Entry[] = []
  return {
    add(entry) {
      // Dropped by halves, so that a full journal does not copy itself for every call.
      if (entries.length >= 2 * most) entries = entries.slice(-most)
      entries.push(entry)
    },
    entries: () => entries.slice(-most),
    clear() {
      entries = []
    },
  }
}

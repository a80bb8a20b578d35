/**
 * The latest calls, in memory, oldest first, for tests to read.
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
      // Drops half at a time, so that a full journal is not copied for every call.
      if (entries.length >= 2 * most) entries = entries.slice(-most)
      entries.push(entry)
    },
    entries: () => entries.slice(-most),
    clear() {
      entries = []
    },
  }
}

/**
 * The latest calls in detail, and those who follow them. It knows no HTTP.
 */
import type { Detail } from './detail.ts'

/** Numbered, so that a follower can go on where it stopped. */
type Seen = Detail & Readonly<{ id: number }>

/** Both are called at once, while the call is being answered: they must be quick, and must not throw. */
type Follower = Readonly<{ take: (seen: Seen) => void; forget: () => void }>

export type Recent = Readonly<{
  add: (detail: Detail) => void
  /** Those after a number, oldest first. */
  after: (id: number) => readonly Seen[]
  /** Returns how to stop. */
  follow: (follower: Follower) => () => void
  clear: () => void
}>

const most = 200

export function createRecent(): Recent {
  const followers = new Set<Follower>()
  let seen: Seen[] = []
  let last = 0
  return {
    add(detail) {
      last += 1
      const entry = { ...detail, id: last }
      seen.push(entry)
      if (seen.length > most) seen.shift()
      for (const { take } of followers) take(entry)
    },
    after: id => seen.filter(entry => entry.id > id),
    follow(follower) {
      followers.add(follower)
      return () => void followers.delete(follower)
    },
    clear() {
      seen = []
      for (const { forget } of followers) forget()
    },
  }
}

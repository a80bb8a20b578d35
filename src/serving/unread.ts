/**
 * For packs that take the memory of this process: those that pointers have left go as soon as no answer
 * can still be reading them, and not with the sweep. Of a call it knows only whether it reads.
 */
import { type Around, isRead } from '../call.ts'
import { removeAllRetired, type Stores } from '../photos/sweep.ts'

export type UnreadSweep = Readonly<{
  /** What `read` does may read packs: those that were in use when it began stay until it has ended. */
  whileReading: <Result>(read: () => Promise<Result>) => Promise<Result>
  /** Something may have been replaced or removed. Returns at once. */
  sweep: () => void
  /** No other begins; resolves when the one under way has ended, which waits for whoever reads. */
  end: () => Promise<void>
}>

export function openUnreadSweep(stores: Stores, troubled: (error: unknown) => void): UnreadSweep {
  const reading = new Set<Promise<unknown>>()
  let isWanted = false
  let isEnding = false
  let sweeping: Promise<void> | undefined
  /** Whoever begins to read later finds the pointer moved. */
  const readersHaveEnded = async () => void (await Promise.allSettled(reading))
  const sweepWhileRequested = async () => {
    while (isWanted && !isEnding) {
      isWanted = false
      await removeAllRetired(stores, readersHaveEnded).catch(troubled)
    }
    sweeping = undefined
  }
  return {
    async whileReading(read) {
      const work = read()
      reading.add(work)
      try {
        return await work
      } finally {
        reading.delete(work)
      }
    },
    sweep() {
      isWanted = true
      sweeping ??= sweepWhileRequested()
    },
    async end() {
      isEnding = true
      await sweeping
    },
  }
}

/** The bytes of a reply are its own: its reading has ended with it. */
export function sweepAfterWrites({ whileReading, sweep }: UnreadSweep): Around {
  return answer => call => {
    if (isRead(call)) return whileReading(() => answer(call))
    return answer(call).finally(sweep)
  }
}

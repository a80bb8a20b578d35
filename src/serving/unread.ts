/**
 * Removes replaced packs from memory as soon as no answer can still be reading them, without the grace time of the
 * sweep. It looks only at whether a call reads or writes.
 */
import { type Around, isRead } from '../call.ts'
import { removeAllRetired, type Stores } from '../photos/sweep.ts'

export type UnreadSweep = Readonly<{
  /** `read` may read packs: packs that had a pointer when it began stay until it has ended. */
  whileReading: <Result>(read: () => Promise<Result>) => Promise<Result>
  /** Call it when a photo may have been replaced or removed. Returns at once. */
  sweep: () => void
  /** Prevents further sweeps. Resolves when the current one has ended; it waits for readers. */
  end: () => Promise<void>
}>

/** While `mustKeep` is true, nothing is removed: the sweep with its grace time does it. */
export function openUnreadSweep(
  stores: Stores,
  troubled: (error: unknown) => void,
  mustKeep: () => boolean = () => false,
): UnreadSweep {
  const reading = new Set<Promise<unknown>>()
  let isRequested = false
  let isEnding = false
  let sweeping: Promise<void> | undefined
  /** Later readers find the new pointer, so they are not waited for. */
  const readersHaveEnded = async () => void (await Promise.allSettled(reading))
  const sweepWhileRequested = async () => {
    while (isRequested && !isEnding) {
      isRequested = false
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
      if (mustKeep()) return
      isRequested = true
      sweeping ??= sweepWhileRequested()
    },
    async end() {
      isEnding = true
      await sweeping
    },
  }
}

/** A reply has its own copy of the bytes, so reading ends with the reply. */
export function sweepAfterWrites({ whileReading, sweep }: UnreadSweep): Around {
  return answer => call => {
    if (isRead(call)) return whileReading(() => answer(call))
    return answer(call).finally(sweep)
  }
}

/**
 * How long the sweep waits before it removes something, and by which clock. A server remembers what it
 * saw and trusts no clock that somebody sets, nor another machine's; a program that sweeps once, where
 * nobody uploads, has only the wall's. docs/decisions/0010-the-sweep-remembers.md
 */
import { Failure } from '../failure.ts'
import type { PackEntry } from '../storage/packs.ts'

export type Grace = Readonly<{
  /** What was put aside before this moment of the wall clock, in whole milliseconds, has waited long enough. */
  before: () => number
  /** Begins a look at all packs. */
  beginScan: () => Scan
}>

export type Scan = Readonly<{
  /** So many packs more that a row names. */
  countNamed: (packs: number) => void
  /** Of a pack that no row names just now. */
  isAbandoned: (pack: PackEntry) => boolean
  /** Every pack has been looked at. Throws Failure 'storage-unavailable' when they are another database's. */
  end: () => void
}>

export function graceByWallClock(now: () => number, graceMs: number): Grace {
  const before = now() - graceMs
  return {
    before: () => before,
    beginScan: () => ({
      countNamed: () => {},
      isAbandoned: pack => pack.writtenAtMs < before,
      end: () => {},
    }),
  }
}

type Clocks = Readonly<{
  /** Milliseconds since 1970. */
  now: () => number
  /** Milliseconds on a monotonic clock. */
  elapsed: () => number
}>

/** About 100 bytes each; what is beyond it waits for a later look. */
const defaultMaxKeys = 100_000

/**
 * A pack is abandoned when two looks, the grace time apart, have found that no row names it: an upload
 * that is about to point at it has come to an end by then, whatever any clock says. One for each process,
 * kept from sweep to sweep.
 *
 * A server that was given the photos of another database would find all of them abandoned. So nothing is
 * when the look before has found more packs that no row names than others: crashes leave a few.
 */
export function graceByScans(clocks: Clocks, graceMs: number, maxKeys = defaultMaxKeys): Grace {
  let firstSeenMs: ReadonlyMap<string, number> = new Map()
  let belongsToDatabase = false
  return {
    before: createCutoff(clocks, graceMs),
    beginScan() {
      const scannedMs = clocks.elapsed()
      const waiting = new Map<string, number>()
      const seen = { named: 0, unnamed: 0, kept: 0 }
      return {
        countNamed(packs) {
          seen.named += packs
        },
        isAbandoned({ key }) {
          seen.unnamed += 1
          const sinceMs = firstSeenMs.get(key) ?? scannedMs
          const isOld = scannedMs - sinceMs >= graceMs
          if (isOld && belongsToDatabase) return true
          if (isOld) seen.kept += 1
          if (waiting.size < maxKeys) waiting.set(key, sinceMs)
          return false
        },
        // What was not found again has got its row, or has gone.
        end() {
          firstSeenMs = waiting
          belongsToDatabase = seen.unnamed <= seen.named
          if (seen.kept > 0 && !belongsToDatabase) throw otherDatabase(seen)
        },
      }
    },
  }
}

function otherDatabase({ named, unnamed }: Readonly<{ named: number; unnamed: number }>): Failure {
  return new Failure('storage-unavailable', {
    detail:
      `${unnamed} packs that the database does not know are left, for it knows only ${named}: ` +
      'is it the one that belongs to these photos?',
  })
}

/** How finely the past is remembered. */
const marksPerGrace = 16

/**
 * The wall clock less the grace time; and when it jumps ahead, what it would say without the jump, until
 * the grace time has passed since. Then it is believed: nobody knows which of the two was right.
 */
function createCutoff({ now, elapsed }: Clocks, graceMs: number): () => number {
  const mark = () => ({ wallMs: now(), elapsedMs: elapsed() })
  let marks = [mark()]
  return () => {
    const current = mark()
    const ageMs = ({ elapsedMs }: typeof current) => current.elapsedMs - elapsedMs
    // The youngest that is as old as the grace time, and those younger than that.
    marks = marks.slice(
      Math.max(
        0,
        marks.findLastIndex(past => ageMs(past) >= graceMs),
      ),
    )
    const [base = current] = marks
    const newest = marks.at(-1)
    if (newest && ageMs(newest) >= graceMs / marksPerGrace) marks.push(current)
    return Math.floor(Math.min(current.wallMs, base.wallMs + ageMs(base)) - graceMs)
  }
}

/**
 * When the grace time of a pack has passed, and by which clock. A server compares scans by its monotonic clock,
 * because the wall clock can be set and those of other machines differ. A program that sweeps once, without uploads,
 * has only the wall clock. docs/decisions/0010-the-sweep-remembers.md
 */
import { Failure } from '../failure.ts'
import type { PackEntry } from '../storage/packs.ts'

export type Grace = Readonly<{
  /** Packs retired before this time have passed the grace time. Whole milliseconds since 1970. */
  before: () => number
  /** Begins a scan of all packs. */
  beginScan: () => Scan
}>

export type Scan = Readonly<{
  /** Adds to the number of packs that a row names. */
  countNamed: (packs: number) => void
  /** For a pack that no row names now: whether it may be removed. */
  isAbandoned: (pack: PackEntry) => boolean
  /** Call it after the last pack. Throws Failure 'storage-unavailable' if the packs seem to belong to another database. */
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

/** About 100 bytes each; further packs wait for a later scan. */
const defaultMaxKeys = 100_000

/**
 * A pack is abandoned when two scans, at least the grace time apart, have found that no row names it: an upload that
 * was about to point at it has ended by then, whatever any wall clock shows. Create one per process and use it for
 * every sweep.
 *
 * With the packs of another database, all would seem abandoned. Crashes leave only a few. Therefore nothing is
 * abandoned if the previous scan found more packs without a row than with one.
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
        // Packs that this scan did not find without a row now have one, or are gone.
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
      `${unnamed} packs are not in the database, and only ${named} are, so none was removed: ` +
      'is it the one that belongs to these photos?',
  })
}

/** Number of clock readings that are kept per grace time. */
const marksPerGrace = 16

/**
 * The wall clock minus the grace time. If the wall clock is set ahead, the time without the jump is used until the
 * grace time has passed; then the new time is used, since either may be the right one.
 */
function createCutoff({ now, elapsed }: Clocks, graceMs: number): () => number {
  const mark = () => ({ wallMs: now(), elapsedMs: elapsed() })
  let marks = [mark()]
  return () => {
    const current = mark()
    const ageMs = ({ elapsedMs }: typeof current) => current.elapsedMs - elapsedMs
    // Keeps the newest mark that is at least as old as the grace time, and all newer ones.
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

/** How long to wait before a process that ended early is replaced. */

const firstWaitMs = 250
const longestWaitMs = 10_000

/** `earlyEnds`: how many processes in a row ended early. The first two are replaced at once. */
export function waitBeforeNext(earlyEnds: number): number {
  return earlyEnds < 2 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (earlyEnds - 2))
}

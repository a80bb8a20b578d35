/** Waits for an effect of a fault, for a limited time. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with false if it did not happen in time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = 10,
): Promise<boolean> {
  for (const sinceMs = performance.now(); performance.now() - sinceMs < withinMs; ) {
    if (await holds()) return true
    await delay(everyMs)
  }
  return await holds()
}

/** Waiting for something that a fault brings about, and not for ever. */
import { setTimeout as delay } from 'node:timers/promises'

/** Whether it came to be within the time. */
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

/**
 * Interrupts long work, so that other requests do not wait for all of it.
 */

/** Resolves when the event loop has run all callbacks that are ready now. */
export function yieldToOthers(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

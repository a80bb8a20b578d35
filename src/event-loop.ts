/**
 * Long work in pieces: the event loop turns between them, so that nobody waits for the whole of it.
 */

/** Resolves after everything that is ready by now has had its turn. */
export function letOthersIn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

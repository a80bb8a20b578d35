/**
 * Decides when a renderer collects garbage. Pictures use memory outside V8's heap, so V8 rarely collects by itself,
 * and a renderer would hold twice the memory it needs.
 */

/**
 * Returns a function to report bytes that will soon be garbage; `collect` is called once the answer is
 * sent.
 */
export function collectEvery(maxBytes: number, collect: () => void): (bytes: number) => void {
  let left = 0
  return bytes => {
    left += bytes
    if (left < maxBytes) return
    left = 0
    setImmediate(collect)
  }
}

/**
 * When a renderer collects its garbage. What a picture leaves lies outside of V8's heap, which itself grows so
 * little that V8 seldom collects: a renderer came to hold twice of what it needs.
 */

/** Returns what is told of bytes that will soon be garbage; `collect` is called when the answer is on its way. */
export function collectEvery(maxBytes: number, collect: () => void): (bytes: number) => void {
  let left = 0
  return bytes => {
    left += bytes
    if (left < maxBytes) return
    left = 0
    setImmediate(collect)
  }
}

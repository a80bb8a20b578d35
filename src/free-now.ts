/**
 * Frees the memory of a buffer before the garbage collector does. V8 counts memory outside its heap, and a few uploads of 3 MB
 * are enough for it to mark the whole heap: more work than reading and hashing them.
 */

/** The caller is its only owner, and no stream or decoder still reads it. A view of a larger buffer is left alone. */
export function freeNow({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

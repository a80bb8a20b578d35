/** A picture that is in its address: `data:image/jpeg;base64,…`. https://www.rfc-editor.org/rfc/rfc2397 */

const head = /^data:image\/[\w.+-]{1,80};base64,/i

/** The base64 of a picture; undefined for any other address. */
export function base64Of(address: string): string | undefined {
  const [found] = head.exec(address) ?? []
  return found === undefined ? undefined : address.slice(found.length)
}

/** Bytes that the text stands for, without decoding it. */
export function lengthOf(base64: string): number {
  return Buffer.byteLength(base64, 'base64')
}

/** undefined when the text is not base64, or not whole. */
export function decode(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64')
  // Buffer leaves out what is not base64, so there are fewer bytes than the length says.
  return bytes.length > 0 && bytes.length === lengthOf(base64) ? bytes : undefined
}

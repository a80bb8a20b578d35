/** A text of a directory -> the name of a file that every system can have, and that leads nowhere else. */

const forbidden = /[\p{Cc}\p{Cf}/\\:*?"<>|]/gu
/** Windows has devices of these names in every folder. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
/** In bytes; with the ending and a number it stays below 255. */
const maxBytes = 200

/** Never empty, never with a separator, never beginning with a dot. */
export function safeName(text: string): string {
  const plain = text.normalize('NFC').replace(forbidden, '_').trim()
  const inside = plain.replace(/^\.+/, '_').replace(/[. ]+$/, '')
  const name = device.test(inside) ? `_${inside}` : inside
  return cut(name) || '_'
}

function cut(name: string): string {
  let kept = ''
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > maxBytes) break
    kept += character
  }
  return kept
}

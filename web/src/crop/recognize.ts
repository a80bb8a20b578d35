/**
 * What a file is by its first bytes, not by its name: enough to say why a browser cannot read it. The browser alone
 * decides what it can read.
 */

export type Format = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'heic' | 'svg'

/** How many bytes `recognize` wants to see. */
export const recognizedBytes = 1024

/** Text as of Latin-1: each byte one character. */
const signatures: readonly (readonly [Format, RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[\s\S]{4}WEBP/],
  // The brand that comes first decides: an AVIF may name `mif1` further on.
  ['avif', /^[\s\S]{4}ftypavi[fs]/],
  ['heic', /^[\s\S]{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/],
  ['svg', /^(?:\xef\xbb\xbf)?\s*<(?:[?!][\s\S]*<)?svg[\s>]/i],
]

export function recognize(bytes: Uint8Array): Format | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, recognizedBytes))
  return signatures.find(([, signature]) => signature.test(text))?.[0]
}

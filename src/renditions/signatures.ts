/**
 * Recognises a body by its first bytes: a picture format that is decoded, base64 text of one, or something
 * else, by name. Content-Type is ignored, and nothing is decoded.
 */

export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif'

type Arrival =
  | Readonly<{ kind: 'picture'; format: PictureFormat }>
  | Readonly<{ kind: 'base64' }>
  | Readonly<{ kind: 'other'; name: string }>

/** For an error message. */
export const acceptedFormats = ['JPEG', 'PNG', 'GIF', 'WebP', 'AVIF'] as const

/** One row: a name and the ways it starts, byte for byte; `?` stands for any byte. */
type Signatures<Name extends string> = readonly (readonly [name: Name, ...starts: string[]])[]

const pictures: Signatures<PictureFormat> = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a', 'GIF89a'],
  ['webp', 'RIFF????WEBP'],
]

/** Only for the message: these are never decoded. */
const others: Signatures<string> = [
  ['JPEG XL', '\xff\x0a', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['TIFF', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'],
  ['BMP', 'BM????\0\0\0\0'],
  ['ICO', '\0\0\x01\0', '\0\0\x02\0'],
  ['Photoshop', '8BPS'],
  ['video', '????ftyp', '\x1a\x45\xdf\xa3', 'RIFF????AVI '],
  ['PDF', '%PDF-'],
  ['gzip', '\x1f\x8b'],
  ['zip', 'PK\x03\x04', 'PK\x05\x06'],
]

const headBytes = 4096

export function recognise(bytes: Uint8Array): Arrival {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes))
  return recogniseBinary(head) ?? recogniseText(head) ?? other('unknown format')
}

function recogniseBinary(head: Buffer): Arrival | undefined {
  const start = head.toString('latin1')
  const format = findName(pictures, start) ?? (hasBrand(start, /^avi[fs]$/) ? 'avif' : undefined)
  if (format) return { kind: 'picture', format }
  if (hasBrand(start, /^(?:hei|hev)[cxms]$|^m[is]f1$/)) return other('HEIC')
  if (/^--[^\r\n]{1,200}\r?\n[\s\S]{0,500}?content-disposition:/i.test(start)) {
    return other('multipart form')
  }
  const name = findName(others, start)
  return name ? other(name) : undefined
}

function findName<Name extends string>(table: Signatures<Name>, start: string): Name | undefined {
  return table.find(([, ...patterns]) => patterns.some(pattern => startsLike(start, pattern)))?.[0]
}

function startsLike(start: string, pattern: string): boolean {
  if (start.length < pattern.length) return false
  return [...pattern].every((byte, at) => byte === '?' || byte === start[at])
}

/** AVIF and HEIC differ in the brands their first box lists: four letters each, one of them the version. */
function hasBrand(start: string, brand: RegExp): boolean {
  if (!startsLike(start, '????ftyp')) return false
  const box = start.slice(8, Buffer.from(start.slice(0, 4), 'latin1').readUInt32BE())
  return box.match(/[\s\S]{4}/g)?.some(letters => brand.test(letters)) ?? false
}

function recogniseText(head: Buffer): Arrival | undefined {
  const text = decodeText(head)?.trim()
  if (text === undefined) return undefined
  return recogniseBase64(text) ?? other(nameText(text))
}

function decodeText(head: Buffer): string | undefined {
  const mark = head.toString('hex', 0, 2)
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8'
  try {
    // stream: the head may end in the middle of a character.
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true })
    return [...text].some(isControl) ? undefined : text
  } catch {
    return undefined
  }
}

function isControl(character: string): boolean {
  return character < ' ' && !'\t\n\v\f\r\x1b'.includes(character)
}

/** No pattern here backtracks, so that hostile text cannot make it slow. */
function nameText(text: string): string {
  if (/^[{[]/.test(text)) return 'JSON'
  if (!text.startsWith('<')) return 'text'
  const element = /<(svg|html|!doctype html|head|body)\b/i.exec(text)?.[1]
  if (element === undefined) return /^<\?xml\b/i.test(text) ? 'XML' : 'text'
  return element.toLowerCase() === 'svg' ? 'SVG' : 'HTML'
}

/** `btoa(picture)`, the same in quotes, and `data:image/…;base64,` are the common mistakes. */
function recogniseBase64(text: string): Arrival | undefined {
  const payload = text
    .replace(/^["']/, '')
    .replace(/^data:[^,]{0,100};base64,/i, '')
    .replace(/\s|["']$/g, '')
  if (payload.length < 16 || !/^[\w+/-]+=*$/.test(payload)) return undefined
  const decoded = Buffer.from(payload.slice(0, 1024), 'base64')
  const arrival = recogniseBinary(decoded)
  if (arrival?.kind === 'picture') return { kind: 'base64' }
  if (arrival?.kind === 'other') return other(`base64 text of ${arrival.name}`)
  return undefined
}

function other(name: string): Arrival {
  return { kind: 'other', name }
}

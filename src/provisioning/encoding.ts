/**
 * Bytes -> text: which encoding a file has, found in all of its bytes, and its text in that. A mark at the beginning
 * decides; without one it is UTF-8 if every byte of it is; otherwise it comes from an older program on Windows.
 */
import { refused } from './refused.ts'
import type { SourceFile } from './source-file.ts'

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export const encodingNames = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252 (it is not UTF-8)',
} as const satisfies Record<Encoding, string>

const marks: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** Throws Failure 'resource-invalid' for UTF-8 that ends within a character. */
export async function findEncoding(file: SourceFile): Promise<Encoding> {
  const strict = new TextDecoder('utf-8', { fatal: true })
  let isFirst = true
  let hasLetters = false
  for await (const chunk of file.chunks()) {
    const marked = isFirst ? markOf(chunk) : undefined
    if (marked !== undefined) return marked
    isFirst = false
    const text = decode(strict, chunk)
    if (text === undefined) return 'windows-1252'
    hasLetters ||= /[^\p{ASCII}]/u.test(text)
  }
  if (decode(strict, undefined) !== undefined) return 'utf-8'
  // A text in Windows-1252 is UTF-8 up to its end only by an unlikely accident.
  if (hasLetters) throw refused(`${file.name} ends within a character: it is not complete`)
  return 'windows-1252'
}

function markOf(chunk: Uint8Array): Encoding | undefined {
  return marks.find(([, mark]) => mark.every((byte, index) => chunk[index] === byte))?.[0]
}

/** undefined for bytes that are not of this encoding; of no chunk, what is left at the end. */
function decode(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Uint8Array | undefined,
): string | undefined {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch {
    return undefined
  }
}

/** Leaves out the mark. Throws Failure 'resource-invalid' for bytes that are no text in this encoding. */
export async function* readText(file: SourceFile, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of file.chunks()) {
      const text = decoder.decode(chunk, { stream: true })
      if (text.includes('\0')) throw refused(holdsNul(file))
      yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw refused(
      `${file.name} begins as ${encodingNames[encoding]} and holds bytes that are not: it is damaged or not complete`,
    )
  }
}

function holdsNul({ name }: SourceFile): string {
  return `${name} holds NUL characters: it is not a text, or it is UTF-16 without the mark at its beginning. Save it as UTF-8`
}

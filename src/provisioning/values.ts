/**
 * Texts of cells -> values of properties, with the same limits as the values in Graph's calls.
 */
import { hasControlCharacter, maxNameLength } from '../directory/names.ts'
import { quoted } from './refused.ts'

/** A line cannot be read; the message says why, without a full stop. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  /** The property that is wrong, if it is one. */
  readonly property: string | undefined
  /** Where in the property: `[1].address`. */
  readonly inside: string
  constructor(words: string, property?: string, inside = '') {
    super(words)
    this.property = property
    this.inside = inside
  }
}

/** undefined for an empty cell. Throws Unreadable. */
export function readText(property: string, cell: string, inside = ''): string | undefined {
  const text = withoutFormulaMark(cell.trim())
  if (text === '') return undefined
  if (text.length > maxNameLength) {
    throw new Unreadable(`${property} is longer than ${maxNameLength} characters`, property, inside)
  }
  // No database stores a NUL, and no name holds a control character.
  if (hasControlCharacter(text)) {
    throw new Unreadable(`${property} holds a control character`, property, inside)
  }
  if (!text.isWellFormed())
    throw new Unreadable(`${property} holds half a character`, property, inside)
  return text
}

/** Removes the mark that Visage's own CSV lists put before a cell that looks like a formula. */
function withoutFormulaMark(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text
}

const flags: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['true', 'yes', '1', 'y', 'enabled', 'active', 'ja', 'wahr', 'aktiv', 'oui', 'vrai', '是'].map(
    word => [word, true],
  ),
  ...[
    'false',
    'no',
    '0',
    'n',
    'disabled',
    'inactive',
    'nein',
    'falsch',
    'inaktiv',
    'non',
    'faux',
    '否',
  ].map(word => [word, false]),
])

/** Throws Unreadable. */
export function readFlag(property: string, cell: string): boolean | undefined {
  const text = readText(property, cell)
  if (text === undefined) return undefined
  const word = text.toLowerCase()
  if (Object.hasOwn(flags, word)) return flags[word]
  throw new Unreadable(`${property} is ${quoted(text)}, neither yes nor no`, property)
}

/** Compared without case. Throws Unreadable. */
export function readWord<Word extends string>(
  property: string,
  cell: string,
  words: readonly Word[],
): Word | undefined {
  const text = readText(property, cell)
  if (text === undefined) return undefined
  const found = words.find(word => word.toLowerCase() === text.toLowerCase())
  if (found !== undefined) return found
  throw new Unreadable(`${property} is ${quoted(text)}, and not ${words.join(' or ')}`, property)
}

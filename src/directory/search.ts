/**
 * What can be searched of a row, and what a search looks for, alike in every database: one text column in
 * lower case, and words in directory_words. JavaScript folds the case, because SQLite's lower() knows only
 * ASCII and people are called Émile and Ўлія. How rows are found is find-by-words.ts.
 */
import { maxIndexedLength } from '../storage/directory-words.ts'

/** One demand on a named property. Texts compare without case. */
export type Term = Readonly<{
  property: string
  how: 'equals' | 'startsWith' | 'hasWordsStartingWith'
  text: string
}>

/** A list is asked for in pages: `after` is the last row of the page before. */
export type Page = Readonly<{
  /** A row matches when any of these does; an empty list matches all. */
  anyOf: readonly Term[]
  top: number
  after: Readonly<{ name: string; id: string }> | undefined
}>

/**
 * Lines `property=whole value` and `property:word`, folded, each between line feeds, so that what is
 * looked for begins where a value or a word begins, and never crosses into another line.
 */
export function searchText(
  values: readonly (readonly [property: string, value: string | null | undefined])[],
): string {
  const lines = values.flatMap(([property, value]) => {
    if (!value) return []
    const name = fold(property)
    return [`${name}=${fold(value)}`, ...words(value).map(word => `${name}:${word}`)]
  })
  return `\n${lines.join('\n')}\n`
}

/** Whether a search_text matches at least one of the demands; without demands, all match. */
export function createMatcher(anyOf: readonly Term[]): (searchText: string) => boolean {
  if (anyOf.length === 0) return () => true
  const demands = anyOf.map(partsOf)
  return text => demands.some(parts => parts.length > 0 && parts.every(part => text.includes(part)))
}

/** All of them have to be in the text. A text of nothing but separators has no word: none are nobody. */
function partsOf({ property, how, text }: Term): string[] {
  const name = fold(property)
  switch (how) {
    case 'equals':
      return [`\n${name}=${fold(text)}\n`]
    case 'startsWith':
      return [`\n${name}=${fold(text)}`]
    case 'hasWordsStartingWith':
      return words(text).map(word => `\n${name}:${word}`)
  }
}

/** How much a search asks for: each word is looked up. */
export function countWords(anyOf: readonly Term[]): number {
  return anyOf.reduce((sum, term) => sum + Math.max(1, partsOf(term).length), 0)
}

/** Words of directory_words from `from` to `to`, both included. */
export type WordRange = Readonly<{ field: string; from: string; to: string }>

/** Names and addresses are searched apart, because everybody has the words of the domain in an address. */
const fields: Readonly<Record<string, 'n' | 'a'>> = {
  displayname: 'n',
  givenname: 'n',
  surname: 'n',
  mail: 'a',
  userprincipalname: 'a',
}

/**
 * Where a row that matches has words: in each of these ranges. More rows have words there than match; none
 * is the range of a demand that nobody can meet.
 */
export function rangesOf(kind: 'u' | 'g', { property, how, text }: Term): WordRange[] {
  const name = fold(property)
  const group = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (group === undefined) return []
  const from = (word: string) => ({
    field: kind + group,
    from: cut(word),
    to: lastWithPrefix(cut(word)),
  })
  switch (how) {
    case 'equals':
      return [{ ...from(fold(text)), to: cut(fold(text)) }]
    case 'startsWith':
      return [from(fold(text))]
    case 'hasWordsStartingWith':
      return words(text).map(from)
  }
}

/** By characters, as the databases count them. */
function cut(word: string): string {
  return word.length <= maxIndexedLength ? word : [...word].slice(0, maxIndexedLength).join('')
}

/** No word that begins so comes after this one. */
function lastWithPrefix(beginning: string): string {
  return beginning + '\u{10ffff}'.repeat(maxIndexedLength)
}

/** PostgreSQL holds no NUL and neither database half a character: what they store instead is looked for. */
function fold(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '\ufffd')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\n', ' ')
}

function words(text: string): string[] {
  return fold(text)
    .split(/[\s,;@.()"'-]+/u)
    .filter(word => word !== '')
}

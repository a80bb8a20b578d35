/**
 * The searchable text of a row and the terms of a search, the same for every database: one text
 * column in lower case, and words in directory_words. JavaScript folds the case, because SQLite's
 * lower() supports only ASCII, and names such as Émile and Ўлія occur. find-by-words.ts finds the
 * rows.
 */
import { maxIndexedLength } from '../storage/migrations/0005-directory-words.ts'

/** A condition on a property. Case is ignored. */
export type Term = Readonly<{
  property: string
  how: 'equals' | 'startsWith' | 'hasWordsStartingWith'
  text: string
}>

/** A page of a list; `after` is the last row of the page before. */
export type Page = Readonly<{
  /** A row matches when any term matches; an empty list matches all. */
  anyOf: readonly Term[]
  top: number
  after: Readonly<{ name: string; id: string }> | undefined
}>

/**
 * Lines `property=whole value` and `property:word`, folded, each between line feeds, so that a
 * search text matches only from the beginning of a value or a word, and never across lines.
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

/**
 * Returns a function that tests whether a search_text matches at least one term. Without terms,
 * everything matches.
 */
export function createMatcher(anyOf: readonly Term[]): (searchText: string) => boolean {
  if (anyOf.length === 0) return () => true
  const demands = anyOf.map(partsOf)
  return text => demands.some(parts => parts.length > 0 && parts.every(part => text.includes(part)))
}

/**
 * All parts must occur in the text. A search text of separators only has no words, and matches
 * nothing.
 */
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

/** The number of words that a search compares. */
export function countWords(anyOf: readonly Term[]): number {
  return anyOf.reduce((sum, term) => sum + Math.max(1, partsOf(term).length), 0)
}

/** Words of directory_words from `from` to `to`, inclusive. */
export type WordRange = Readonly<{ field: string; from: string; to: string }>

/**
 * Names and addresses have separate indexes, because everybody's address contains the words of the
 * domain.
 */
const fields: Readonly<Record<string, 'n' | 'a'>> = {
  displayname: 'n',
  givenname: 'n',
  surname: 'n',
  mail: 'a',
  userprincipalname: 'a',
}

/**
 * A matching row has a word in each of these ranges; other rows may too. No ranges means that the
 * term matches nothing.
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

/** Counts characters as the databases do: by code point. */
function cut(word: string): string {
  return word.length <= maxIndexedLength ? word : [...word].slice(0, maxIndexedLength).join('')
}

/** The last possible word with this prefix. */
function lastWithPrefix(beginning: string): string {
  return beginning + '\u{10ffff}'.repeat(maxIndexedLength)
}

/**
 * PostgreSQL cannot store NUL, and neither database a lone surrogate, so the search text is changed
 * as the stored text is.
 */
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

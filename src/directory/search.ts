/**
 * How rows are searched by name, alike in every database: what can be searched stands in one text
 * column in lower case, and a search is a LIKE on it. JavaScript folds the case, because SQLite's
 * lower() knows only ASCII and people are called Émile and Ўлія.
 */
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Schema } from '../storage/schema.ts'

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
 * Lines `property=whole value` and `property:word`, folded, each between line feeds, so that a LIKE can
 * anchor at the start of a value and at the start of a word, and never crosses into another line.
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

/** The condition of a page on a table that has a search_text. */
export function matches<Table extends 'users' | 'groups' | 'contacts'>(
  builder: ExpressionBuilder<Schema, Table>,
  anyOf: readonly Term[],
): Expression<SqlBool> {
  if (anyOf.length === 0) return sql<SqlBool>`1 = 1`
  return builder.or(
    anyOf.map(term => {
      const demanded = patterns(term)
      // A text of nothing but separators has no word, and nobody's words begin like that.
      return demanded.length === 0 ? sql<SqlBool>`1 = 0` : builder.and(demanded.map(like))
    }),
  )
}

function like(pattern: string): Expression<SqlBool> {
  return sql<SqlBool>`search_text like ${pattern} escape '\\'`
}

function patterns({ property, how, text }: Term): string[] {
  const name = escapeLike(fold(property))
  switch (how) {
    case 'equals':
      return [`%\n${name}=${escapeLike(fold(text))}\n%`]
    case 'startsWith':
      return [`%\n${name}=${escapeLike(fold(text))}%`]
    case 'hasWordsStartingWith':
      return words(text).map(word => `%\n${name}:${escapeLike(word)}%`)
  }
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('\n', ' ')
}

function words(text: string): string[] {
  return fold(text)
    .split(/[\s,;@.()"'-]+/u)
    .filter(word => word !== '')
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

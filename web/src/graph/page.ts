/**
 * Lists of the API, page by page. A page tells where the next one is; its link is absolute, and this page asks by paths.
 */
import type { Graph, SendOptions } from './graph.ts'

export type Fields = Readonly<Record<string, unknown>>

export type Page<Row> = Readonly<{
  rows: readonly Row[]
  /** The path of the next page; undefined after the last. */
  next: string | undefined
  /** How many there are in all; undefined where that was not asked or told. */
  count: number | undefined
}>

export async function readPage<Row>(
  graph: Graph,
  path: string,
  read: (fields: Fields) => Row,
  options?: SendOptions,
): Promise<Page<Row>> {
  const response = await graph.send('GET', path, options)
  return toPage(await response.json(), read)
}

/** What is not a list has no rows; a row that is not an object is left out. */
export function toPage<Row>(body: unknown, read: (fields: Fields) => Row): Page<Row> {
  const fields = toFields(body)
  const value = Array.isArray(fields.value) ? fields.value : []
  const [link, count] = [fields['@odata.nextLink'], fields['@odata.count']]
  return {
    rows: value.filter(isFields).map(read),
    next: typeof link === 'string' ? pathOf(link) : undefined,
    count: typeof count === 'number' ? count : undefined,
  }
}

/** The part of a link after the version. A version in the query is not the version. */
export function pathOf(link: string): string | undefined {
  return /^[^?]*?\/(?:v1\.0|beta)(\/.*)$/i.exec(link)?.[1]
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Controls, and the signs that turn the direction of writing: they would reorder the sentence in which a name stands. */
const unshown = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** A text that people chose, to be shown and never to be sent. */
export function shownText(fields: Fields, name: string): string | undefined {
  return textOf(fields, name)?.replaceAll(unshown, ' ').trim() || undefined
}

export function toFields(value: unknown): Fields {
  return isFields(value) ? value : {}
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

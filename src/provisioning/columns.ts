/**
 * The header of a CSV -> the column of each property: by the usual headers, or as the operator says. A header that could
 * be read in two ways is refused.
 */
import type { CsvLine } from './csv.ts'
import { type Kind, plain, propertiesOf, propertyNamed } from './properties.ts'
import { quoted, refused } from './refused.ts'

/** Property -> header, as the operator wrote it. */
export type ChosenColumns = ReadonlyMap<string, string>

export type Columns = Readonly<{
  /** Property -> position of its column. */
  at: ReadonlyMap<string, number>
  headers: readonly string[]
  /** Headers that are no property. */
  unused: readonly string[]
}>

/** `property=header`; again for more. Throws Failure 'resource-invalid'. */
export function readChoices(kind: Kind, texts: readonly string[]): ChosenColumns {
  const chosen = new Map<string, string>()
  for (const text of texts) {
    const [, name = '', header = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? []
    const property = propertiesOf(kind).find(one => plain(one) === plain(name))
    if (property === undefined) {
      throw refused(
        `--column ${text}: write property=header, with one of ${propertiesOf(kind).join(', ')}`,
      )
    }
    if (chosen.has(property)) throw refused(`--column names ${property} twice`)
    chosen.set(property, header)
  }
  return chosen
}

/** Throws Failure 'resource-invalid'. */
export function findColumns(kind: Kind, { cells, line }: CsvLine, chosen: ChosenColumns): Columns {
  const headers = cells.map(cell => cell.trim())
  refuseTwice(headers, line)
  const at = new Map([...chosen].map(([property, header]) => [property, find(headers, header)]))
  const named = new Set(at.values())
  for (const [index, header] of headers.entries()) {
    if (named.has(index)) continue
    const property = propertyNamed(kind, header)
    if (property === undefined || chosen.has(property)) continue
    refuseRivals(property, header, headers[at.get(property) ?? -1])
    at.set(property, index)
  }
  const used = new Set(at.values())
  const unused = headers.filter((header, index) => header !== '' && !used.has(index))
  return { at, headers, unused }
}

function refuseTwice(headers: readonly string[], line: number): void {
  const seen = new Set<string>()
  for (const header of headers) {
    const key = plain(header)
    if (key !== '' && seen.has(key)) {
      throw refused(`line ${line}: two columns are called ${quoted(header)}. Rename one of them`)
    }
    seen.add(key)
  }
}

function find(headers: readonly string[], wanted: string): number {
  const index = headers.findIndex(header => plain(header) === plain(wanted))
  if (index !== -1) return index
  const there = headers.map(quoted).join(', ')
  throw refused(`--column: there is no column ${quoted(wanted)}, only ${there}`)
}

function refuseRivals(property: string, header: string, other: string | undefined): void {
  if (other === undefined) return
  throw refused(
    `the columns ${quoted(other)} and ${quoted(header)} could both be ${property}. Say which one: --column '${property}=${header}'`,
  )
}

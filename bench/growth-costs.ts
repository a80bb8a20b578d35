/**
 * The processor times that docs/growth.md calculates with: which rows of the bench they are from, and how they are
 * written into the page and read from it.
 */
import type { Row } from './table.ts'

export type CostName = 'embedded' | 'postgres' | 'database' | 's3' | 'put'

type Source = Readonly<{
  /** The words of its line on the page. */
  meaning: string
  /** Seconds; undefined if one of its rows was not measured. */
  seconds: (medianOf: MedianOf) => number | undefined
}>

/** Of the row that matches. */
type MedianOf = (row: RegExp, side: 'measured' | 'floor') => number | undefined

const onPostgres = /^GET of a 96x96, [\d,]+ people, PostgreSQL: processor time/
const cold = /^GET .* PostgreSQL and S3, cold cache: processor time/
const warm = /^GET .* PostgreSQL and S3, warm cache: processor time/

const sources: Readonly<Record<CostName, Source>> = {
  embedded: {
    meaning: 'ms of CPU for a GET of 96 pixels, embedded',
    seconds: medianOf => medianOf(onPostgres, 'floor'),
  },
  postgres: {
    meaning: 'ms of CPU for the same with the row in PostgreSQL',
    seconds: medianOf => medianOf(onPostgres, 'measured'),
  },
  database: {
    meaning: 'ms of CPU that PostgreSQL itself spends on that',
    seconds: medianOf =>
      medianOf(/^processor time of a GET on PostgreSQL, the database's/, 'measured'),
  },
  s3: {
    meaning: 'ms of CPU on top when the bytes come from S3',
    seconds(medianOf) {
      const [whole, inMemory] = [medianOf(cold, 'measured'), medianOf(warm, 'measured')]
      return whole === undefined || inMemory === undefined ? undefined : whole - inMemory
    },
  },
  put: {
    meaning: 'ms of CPU for a PUT of an 8-megapixel phone photo',
    seconds: medianOf =>
      medianOf(/^PUT of an 8-megapixel phone JPEG, durable: processor time/, 'measured'),
  },
}

const names = Object.keys(sources) as CostName[]

/** Costs whose rows were not measured stay as they are. Throws if the page has no line for one. */
export function renewCosts(page: string, rows: readonly Row[]): string {
  const medianOf: MedianOf = (row, side) => rows.find(({ what }) => row.test(what))?.medians?.[side]
  let renewed = page
  for (const name of names) {
    const seconds = sources[name].seconds(medianOf)
    if (seconds === undefined) continue
    const ms = String(Number((seconds * 1000).toPrecision(2)))
    renewed = renewed.replace(lineOf(page, name), `| ${sources[name].meaning} | ${ms} |`)
  }
  return renewed
}

/** In milliseconds. */
export function readCosts(page: string): Readonly<Record<CostName, number>> {
  const read = (name: CostName) => {
    const ms = Number(lineOf(page, name).split(' | ')[1]?.replace(' |', ''))
    if (!(ms > 0)) throw new Error(`the page has no figure for "${sources[name].meaning}"`)
    return [name, ms] as const
  }
  return Object.fromEntries(names.map(read)) as Record<CostName, number>
}

function lineOf(page: string, name: CostName): string {
  const { meaning } = sources[name]
  const line = page.split('\n').find(text => text.startsWith(`| ${meaning} | `))
  if (line === undefined) throw new Error(`the page has no line that begins "| ${meaning} |"`)
  return line
}

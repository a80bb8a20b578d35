/**
 * The rows of the bench as tables: ratios, because absolute figures depend more on the machine than on Visage.
 */
import type { Medians } from './rounds.ts'

export type Target = Readonly<{ atLeast: number }> | Readonly<{ atMost: number }>

export type Row = Readonly<{
  what: string
  /** The divisor of the measurement. */
  floor: string
  /** Median over the rounds; undefined when it could not be measured here. */
  ratio: number | undefined
  /** The rounds' smallest and largest ratio. */
  range?: readonly [number, number]
  /** Of both sides, as absolute figures: for `--json` and docs/growth.md. */
  medians?: Medians
  /** A row without a target is for information. */
  target?: Target
  /** Why there is no ratio, or a remark on it. */
  note?: string
}>

export function notMeasured(what: string, floor: string, note: string): Row {
  return { what, floor, ratio: undefined, note }
}

export function isHeld({ ratio, target }: Row): boolean | undefined {
  if (ratio === undefined || target === undefined) return undefined
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost
}

export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(row => {
    const cells = [row.what, row.floor, showRatio(row), showTarget(row.target), showVerdict(row)]
    return `| ${cells.join(' | ')} |`
  })
  return ['| What | Against | Ratio | Target | Held |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  )
}

function showRatio({ ratio, range }: Row): string {
  if (ratio === undefined) return 'not measured'
  if (range === undefined) return ratio.toFixed(2)
  return `${ratio.toFixed(2)} (${range[0].toFixed(2)}–${range[1].toFixed(2)})`
}

function showTarget(target: Target | undefined): string {
  if (target === undefined) return '–'
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
}

function showVerdict(row: Row): string {
  const held = isHeld(row)
  if (held === undefined) return row.note ?? ''
  const verdict = held ? 'yes' : '**no**'
  return row.note === undefined ? verdict : `${verdict}; ${row.note}`
}

/** Throws if the text has no such section: otherwise a table that is not written would look like success. */
export function replaceSection(page: string, name: string, table: string): string {
  const section = new RegExp(`(<!-- bench: ${name} -->\\n)[\\s\\S]*?(<!-- end bench -->)`)
  if (!section.test(page)) {
    throw new Error(`the page has no <!-- bench: ${name} --> … <!-- end bench --> section`)
  }
  return page.replace(section, (_, start: string, end: string) => `${start}${table}\n${end}`)
}

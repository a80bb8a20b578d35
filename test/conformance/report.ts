/**
 * What came of a run, as text of at most 100 columns: a line for each theme, then every difference with
 * what was expected and what came, then what was not applicable and why.
 */
import type { Outcome } from './run.ts'

export type Row = Readonly<{ theme: string; name: string; source: string }> & Outcome
export type Counts = Readonly<{ pass: number; differs: number; notApplicable: number }>

const columns = 100

export function countVerdicts(rows: readonly Row[]): Counts {
  const count = (verdict: Row['verdict']) => rows.filter(row => row.verdict === verdict).length
  return {
    pass: count('pass'),
    differs: count('differs'),
    notApplicable: count('not applicable'),
  }
}

/** `operations         281 pass    2 differ` */
export function themeLine(theme: string, rows: readonly Row[]): string {
  const { pass, differs, notApplicable } = countVerdicts(rows)
  const cells = [
    theme.padEnd(16),
    `${String(pass).padStart(5)} pass`,
    differs > 0 ? `${String(differs).padStart(5)} differ` : ' '.repeat(12),
    notApplicable > 0 ? `${String(notApplicable).padStart(5)} not applicable` : '',
  ]
  return cells.join('').trimEnd()
}

/** One scenario, for those who want to see each. */
export function rowLines(row: Row): string[] {
  const head = wrap(`${row.verdict.padEnd(16)}${row.name}`, 16)
  switch (row.verdict) {
    case 'pass':
      return head
    case 'not applicable':
      return [...head, ...wrap(`${' '.repeat(16)}because: ${row.why}`, 18)]
    case 'differs':
      return [...head, ...details(row, 16)]
  }
}

export function reportLines(rows: readonly Row[], durationMs: number): string[] {
  const { pass, differs, notApplicable } = countVerdicts(rows)
  return [
    ...differenceLines(rows),
    ...reasonLines(rows),
    '',
    `${pass} pass, ${differs} differ, ${notApplicable} not applicable: ${rows.length} scenarios in ${Math.ceil(durationMs / 1000)} s`,
  ]
}

function differenceLines(rows: readonly Row[]): string[] {
  const found = rows.flatMap(row =>
    row.verdict === 'differs'
      ? ['', ...wrap(`${row.theme}: ${row.name}`, 4), ...details(row, 4)]
      : [],
  )
  return found.length === 0 ? [] : ['', 'DIFFERS', ...found]
}

function details(row: Extract<Row, { verdict: 'differs' }>, indent: number): string[] {
  const before = ' '.repeat(indent)
  const at = indent + 5
  return [
    ...wrap(`${before}in   ${row.exchange}`, at),
    ...row.differences.flatMap(difference => wrap(`${before}but  ${difference}`, at)),
    ...wrap(`${before}see  ${row.source}`, at),
  ]
}

/** A reason stands once, however many scenarios it stops; the commonest first. */
function reasonLines(rows: readonly Row[]): string[] {
  const stopped = rows.filter(row => row.verdict === 'not applicable')
  const reasons = [...Map.groupBy(stopped, row => row.why)]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([why, those]) => wrap(`${String(those.length).padStart(6)}  ${why}`, 8))
  return reasons.length === 0 ? [] : ['', 'NOT APPLICABLE', '', ...reasons]
}

/** Breaks at spaces; a word that is longer than a line stays whole, so that an url can be opened. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > columns) {
    const space = rest.lastIndexOf(' ', columns)
    const next = rest.indexOf(' ', columns)
    const at = space > indent ? space : next
    if (at < 0) break
    lines.push(rest.slice(0, at).trimEnd())
    rest = ' '.repeat(indent) + rest.slice(at + 1)
  }
  return [...lines, rest]
}

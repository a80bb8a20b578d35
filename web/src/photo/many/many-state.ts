/** What is shown of many files: which is whose, which are to be set, and what became of each. */
import type { Refusal } from '../../crop/open-picture.ts'
import type { PhotoState } from '../../graph/photos.ts'
import type { PlannedFile } from './plan-files.ts'

export type Outcome =
  | Readonly<{ kind: 'planned' | 'setting' | 'set' }>
  | Readonly<{ kind: 'unreadable'; refusal: Refusal }>
  | Readonly<{ kind: 'failed'; problem: unknown }>

export type Row = PlannedFile<File> &
  Readonly<{
    number: number
    /** Of the person, when the files were looked at; undefined: they have none. */
    former: PhotoState | undefined
    isChosen: boolean
    outcome: Outcome
  }>

export type Many =
  | Readonly<{ phase: 'empty' }>
  | Readonly<{ phase: 'looking'; count: number }>
  | Readonly<{ phase: 'failed'; problem: unknown; files: readonly File[] }>
  | Readonly<{ phase: 'ready' | 'setting' | 'done'; rows: readonly Row[] }>

/** A row that can still be set; others keep what became of them. */
export function isOpen({ match, outcome }: Row): boolean {
  return match.kind === 'one' && (outcome.kind === 'planned' || outcome.kind === 'failed')
}

export function toBeSet(rows: readonly Row[]): readonly Row[] {
  return rows.filter(row => row.isChosen && isOpen(row))
}

/** `left`: neither set nor failed, such as files that fit nobody. */
export function countRows(rows: readonly Row[]) {
  const count = (is: (row: Row) => boolean) => rows.filter(is).length
  const set = count(({ outcome }) => outcome.kind === 'set')
  const unreadable = count(({ outcome }) => outcome.kind === 'unreadable')
  const failed = count(({ outcome }) => outcome.kind === 'failed') + unreadable
  return {
    all: rows.length,
    matched: count(({ match }) => match.kind === 'one'),
    unreadable,
    set,
    failed,
    left: rows.length - set - failed,
  }
}

export function replaceRow(
  rows: readonly Row[],
  number: number,
  change: Partial<Pick<Row, 'isChosen' | 'outcome'>>,
): readonly Row[] {
  return rows.map(row => (row.number === number ? { ...row, ...change } : row))
}

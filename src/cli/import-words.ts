/** The words of `visage import` for its plan and its result. */
import type { Kind, Plan, Result, Section } from '../provisioning/import.ts'
import { count, some } from './progress.ts'

export const nouns = {
  people: ['person', 'people'],
  groups: ['group', 'groups'],
  members: ['owner or member', 'owners and members'],
  contacts: ['contact', 'contacts'],
} as const satisfies Record<Kind, readonly [one: string, many: string]>

/** What a row of the file is. */
export function unitOf({ heading }: Plan): 'line' | 'item' {
  return heading === 'line' ? 'line' : 'item'
}

/** How the file was understood, and a table of what happens to how many rows, with a column for each list. */
export function describePlan(plan: Plan, removes: boolean): string[] {
  const { sections, understood } = plan
  const widths = sections.map(({ kind }) => nouns[kind][1].length)
  const isOneList = sections.length === 1
  const toLine = ([heading, cells, meaning]: Row) =>
    `  ${heading.padEnd(12)}${align(cells, isOneList ? [] : widths)}  ${meaning}`.trimEnd()
  const names: Row = ['', sections.map(({ kind }) => nouns[kind][1]), '']
  const rows = [...(isOneList ? [] : [names]), ...countRows(sections, removes)]
  // An error may concern two lists.
  const errors: Row = ['errors', [count(plan.problemCount())], isOneList ? '' : 'in all lists']
  return [...understood, '', ...[...rows, errors].map(toLine), '']
}

type Row = readonly [heading: string, cells: readonly string[], meaning: string]

function align(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, index) => cell.padStart(Math.max(10, (widths[index] ?? 0) + 2))).join('')
}

type Outcome = keyof Section['counts']

/** What can happen to a row of each list. */
const outcomesOf: Readonly<Record<Kind, readonly Outcome[]>> = {
  people: ['created', 'adopted', 'changed', 'restored', 'unchanged'],
  groups: ['created', 'changed', 'restored', 'unchanged'],
  members: ['created', 'unchanged'],
  contacts: ['created', 'changed', 'unchanged'],
}

const states = [
  ['created', 'new', 'are added'],
  ['adopted', 'taken over', 'came by signing in, and keep their id and photo'],
  ['changed', 'changed', ''],
  ['restored', 'restored', 'were removed, and come back'],
  ['unchanged', 'unchanged', ''],
] as const

function countRows(sections: readonly Section[], removes: boolean): Row[] {
  const possible = new Set(sections.flatMap(({ kind }) => outcomesOf[kind]))
  const done = states.filter(([did]) => possible.has(did))
  const removed = sections.map(({ leavers }) => count(removes ? leavers.count : 0))
  const kept = sections.reduce((sum, { leavers }) => sum + (removes ? 0 : leavers.count), 0)
  const meaning = kept > 0 ? `${count(kept)} no longer named: --prune removes them` : ''
  return [
    ...done.map(([did, heading, words]): Row => {
      return [heading, sections.map(({ counts }) => count(counts[did])), words]
    }),
    ['removed', removed, meaning],
  ]
}

const shownProblems = 20

export function describeProblems(plan: Plan): string[] {
  const shown = [...plan.problems(shownProblems)].map(({ at, words }) => `${at}: ${words}.`)
  const more = plan.problemCount() - shown.length
  return more > 0 ? [...shown, `… and ${count(more)} more.`] : shown
}

export function hasWork({ sections }: Plan, removes: boolean): boolean {
  return sections.some(({ counts, leavers }) => {
    const { created, changed, adopted, restored } = counts
    return created + changed + adopted + restored > 0 || (removes && leavers.count > 0)
  })
}

export function describeResult({ kind, written, removed }: Result): string[] {
  const [one, many] = nouns[kind]
  const again = ' An import that names them again restores them.'
  const back = outcomesOf[kind].includes('restored') ? again : ''
  return [
    `${some(written, one, many)} written.`,
    ...(removed > 0 ? [`${some(removed, one, many)} removed.${back}`] : []),
  ]
}

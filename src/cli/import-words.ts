/** The words of `visage import` for its plan and its result. */
import type { Kind, Plan, Result } from '../provisioning/import.ts'
import { count, some } from './progress.ts'

export const nouns = {
  people: ['person', 'people'],
  groups: ['group', 'groups'],
  members: ['owner or member', 'owners and members'],
} as const satisfies Record<Kind, readonly [one: string, many: string]>

const states = [
  ['created', 'new', 'are added'],
  ['adopted', 'taken over', 'came by signing in, and keep their id and photo'],
  ['changed', 'changed', ''],
  ['restored', 'restored', 'were removed, and come back'],
  ['unchanged', 'unchanged', ''],
] as const

/** A table of what happens to how many rows. */
export function describePlan(plan: Plan, kind: Kind, removes: boolean): string[] {
  const { counts, leavers, understood } = plan
  const removed = removes ? leavers.count : 0
  const kept = leavers.count - removed
  const rows = [
    ...states
      .filter(([did]) => kind === 'people' || did !== 'adopted')
      .map(([did, heading, meaning]) => [heading, counts[did], meaning] as const),
    ['removed', removed, kept > 0 ? `${count(kept)} no longer named: --prune removes them` : ''],
    ['errors', plan.problemCount(), ''],
  ] as const
  return [...understood, '', ...rows.map(toLine), '']
}

function toLine([heading, number, meaning]: readonly [string, number, string]): string {
  return `  ${heading.padEnd(12)}${count(number).padStart(10)}  ${meaning}`.trimEnd()
}

const shownProblems = 20

export function describeProblems(plan: Plan): string[] {
  const shown = [...plan.problems(shownProblems)].map(
    ({ line, words }) => `line ${line}: ${words}.`,
  )
  const more = plan.problemCount() - shown.length
  return more > 0 ? [...shown, `… and ${count(more)} more.`] : shown
}

export function hasWork({ counts, leavers }: Plan, removes: boolean): boolean {
  const { created, changed, adopted, restored } = counts
  return created + changed + adopted + restored > 0 || (removes && leavers.count > 0)
}

export function describeResult({ written, removed }: Result, kind: Kind): string[] {
  const [one, many] = nouns[kind]
  const back = kind === 'members' ? '' : ' They can be restored.'
  return [
    `${some(written, one, many)} written.`,
    ...(removed > 0 ? [`${some(removed, one, many)} removed.${back}`] : []),
  ]
}

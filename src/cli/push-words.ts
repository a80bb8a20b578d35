/** The words of `visage push`: its plan as lists that fit the terminal, and its result. */
import { printable } from '../dev/journal/printable.ts'
import type { Applied } from '../push/apply.ts'
import type { Done } from '../push/journal-lines.ts'
import type { Ignored } from '../push/junk.ts'
import type { KindRow } from '../push/kinds.ts'
import { describeProblem } from '../push/people.ts'
import { type Action, type Entry, isWrite } from '../push/plan.ts'
import type { Preflight } from '../push/preflight.ts'
import type { Survey } from '../push/survey.ts'
import { cutTo, padTo, widthOf } from './cells.ts'
import { count, some } from './progress.ts'

const actions = {
  add: 'new photo',
  replace: 'replace',
  unchanged: 'unchanged',
  keep: 'has a photo, which stays',
  done: 'done before',
  failed: 'cannot be sent',
} as const satisfies Record<Action, string>

const hints = { small: 'small: under 240 pixels', blurred: 'looks blurred' } as const

export function describeEntry({ action, why, problem, picture }: Entry): string {
  const found = picture?.hints.map(hint => hints[hint]) ?? []
  if (action === 'failed') return why || (problem ? describeProblem(problem) : actions.failed)
  return [actions[action], ...found].join('; ')
}

export function describePreflight({ account, permissions, needs }: Preflight): string[] {
  const who = {
    application: 'as a program',
    delegated: 'as a person',
    unknown: 'with a token that shows no permissions',
  }[account ?? 'unknown']
  const held =
    permissions.length > 8 ? some(permissions.length, 'permission') : permissions.join(' ')
  return [
    `Signed in ${who}${held && `: ${held}`}.`,
    ...needs
      .filter(({ isHeld }) => isHeld !== true)
      .map(({ what, sufficient, isHeld }) => {
        const missing = isHeld === false ? ', and the token has none of them' : ''
        return `To ${what} it needs ${sufficient.join(' or ')}${missing}.`
      }),
  ]
}

/** A count with its heading and meaning; nothing for none. */
type Row = readonly [heading: string, number: number, meaning: string]

/** Of a plan: nothing has happened yet. `matches`: with those that --limit leaves out. */
export function describeCounts(
  surveyed: Survey | undefined,
  entries: readonly Entry[],
  matches: number,
  kind: KindRow,
): string[] {
  const of = (action: Action) => entries.filter(entry => entry.action === action).length
  const folded = entries.filter(({ isFolded }) => isFolded).length
  const rows: readonly Row[] = [
    [
      'new',
      of('add'),
      of('add') === 1 ? `${kind.one} without a photo` : `${kind.many} without a photo`,
    ],
    ['replace', of('replace'), ''],
    ['unchanged', of('unchanged'), ''],
    ['keep', of('keep'), 'by --missing-only: there is a photo'],
    ['done before', of('done'), 'by the run that this one continues'],
    ['not now', matches - entries.length, 'by --limit: not looked at'],
    ['unsendable', of('failed'), 'cannot be sent: see below'],
    ['by likeness', folded, 'but for letter case or accents'],
    ...(surveyed ? surveyRows(surveyed, kind) : []),
  ]
  return rows
    .filter(([, number]) => number > 0)
    .map(([heading, number, meaning]) =>
      `  ${heading.padEnd(12)}${count(number).padStart(7)}  ${meaning}`.trimEnd(),
    )
}

function surveyRows({ scan, matching, leftOut, unused }: Survey, kind: KindRow): readonly Row[] {
  return [
    ['unknown', matching.unknown.length, 'for nobody'],
    ['ambiguous', matching.ambiguous.length, `for more than one ${kind.one}`],
    ['duplicate', matching.duplicates.length, 'with several files: --prefer newest'],
    ['superseded', matching.superseded.length, 'older than another file'],
    ['unused', unused.length, 'in --map, for no file'],
    ['unreadable', scan.unreadable.length, 'see below'],
    ['left out', leftOut, 'by --only'],
    ['ignored', sum(Object.values(scan.ignored)), ignoredWords(scan.ignored)],
  ]
}

function ignoredWords(ignored: Survey['scan']['ignored']): string {
  return Object.entries(ignored)
    .filter(([, number]) => number > 0)
    .map(([what, number]) => some(number, singular[what as Ignored], what))
    .join(', ')
}

const singular = {
  'system files': 'system file',
  links: 'link',
  devices: 'device',
  'other files': 'other file',
  journals: 'journal',
} as const satisfies Record<Ignored, string>

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

const shown = 10

/** What needs a person's eye: a heading and some lines for each list, cut to the width. */
export function describeLists(
  surveyed: Survey | undefined,
  entries: readonly Entry[],
  width: number,
): string[] {
  const failed = entries.filter(({ action }) => action === 'failed')
  const lists: readonly List[] = [
    ...(surveyed ? surveyLists(surveyed) : []),
    ['Cannot be sent', failed.map(entry => line(entry.path, describeEntry(entry)))],
  ]
  return lists
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([heading, lines]) => [
      `${heading}:`,
      ...lines.slice(0, shown).map(text => `  ${cutTo(text, width - 2)}`),
      ...(lines.length > shown ? [`  … and ${count(lines.length - shown)} more`] : []),
    ])
}

type List = readonly [heading: string, lines: readonly string[]]

function surveyLists({ scan, matching, unused }: Survey): readonly List[] {
  return [
    ['Unknown', matching.unknown.map(({ file, hint }) => line(file.path, hint))],
    ['Ambiguous', matching.ambiguous.map(({ file, people }) => line(file.path, namesOf(people)))],
    [
      'Duplicate',
      matching.duplicates.map(({ person, files }) =>
        line(person.name, files.map(({ path }) => path).join(', ')),
      ),
    ],
    ['Unused', unused.map(({ line: at, file }) => line(`line ${at}`, file))],
    ['Unreadable', scan.unreadable.map(({ path, why }) => line(path, why))],
    ['Nobody has', matching.emptyPatterns],
  ]
}

const line = (what: string, words: string) => printable(words === '' ? what : `${what}: ${words}`)

const namesOf = (people: readonly Readonly<{ name: string; address: string }>[]) =>
  people.map(({ name, address }) => (address === '' ? name : `${name} <${address}>`)).join(', ')

/** The first entries that would change something, in columns. */
export function describeTable(entries: readonly Entry[], width: number): string[] {
  const writes = entries.filter(({ action }) => isWrite(action))
  const rows = writes
    .slice(0, shown)
    .map(entry => [entry.path, entry.person.name, describeEntry(entry)].map(printable))
  if (rows.length === 0) return []
  const widths = columnWidths([['File', 'Who', 'What happens'], ...rows], width)
  const toLine = (cells: readonly string[]) =>
    cells
      .map((cell, at) => padTo(cutTo(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  const more = writes.length - rows.length
  return [
    toLine(['File', 'Who', 'What happens']),
    ...rows.map(toLine),
    ...(more > 0 ? [`… and ${count(more)} more`] : []),
  ]
}

/** As wide as the longest cell; if that is too much together, the widest columns shrink. */
function columnWidths(rows: readonly (readonly string[])[], width: number): number[] {
  const widths = [0, 1, 2].map(at => Math.max(...rows.map(row => widthOf(row[at] ?? ''))))
  while (sum(widths) + 4 > width && Math.max(...widths) > 8) {
    widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1
  }
  return widths
}

/** Microsoft's limits allow 4 to 20 in a second: docs/push.md. */
export function describeTime(photos: number): string {
  const [short, long] = [photos / 20, photos / 4].map(seconds =>
    seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`,
  )
  if (short === long) return `Expected time: ${short}.`
  return `Expected time: ${short} to ${long}, at 20 to 4 photos in a second.`
}

export function countResults(done: readonly Done[]) {
  const of = (result: Done['result']) => done.filter(one => one.result === result).length
  const late = done.filter(({ verified }) => verified === 'not yet visible').length
  return {
    set: of('set'),
    unchanged: of('unchanged'),
    kept: of('kept'),
    failed: of('failed'),
    late,
  }
}

export function describeResult({ done, isInterrupted }: Applied, seconds: number): string[] {
  const { set, unchanged, kept, failed, late } = countResults(done)
  const rest = [
    unchanged > 0 ? `${count(unchanged)} unchanged` : '',
    kept > 0 ? `${count(kept)} kept` : '',
    failed > 0 ? `${count(failed)} failed` : '',
  ].filter(Boolean)
  return [
    `${[`${some(set, 'photo')} set`, ...rest].join(', ')}, in ${seconds.toFixed(1)} s.`,
    ...(set > 0
      ? [
          `Verified: ${count(set - late)}${late > 0 ? `. Accepted, not yet visible: ${count(late)}` : ''}.`,
        ]
      : []),
    ...(isInterrupted ? ['Ended before it was done. Run the same command again to continue.'] : []),
  ]
}

export function describeFailures(done: readonly Done[]): string[] {
  const failed = done.filter(({ result }) => result === 'failed')
  const lines = failed.slice(0, shown).map(({ path, problem }) => {
    return printable(`${path}: ${problem ? wordsOf(problem) : ''}`)
  })
  const more = failed.length - lines.length
  return more > 0 ? [...lines, `… and ${count(more)} more: see the report.`] : lines
}

/** A picture that cannot be used has no request. */
export function wordsOf(problem: NonNullable<Done['problem']>): string {
  return problem.requestId === '' ? problem.words : describeProblem(problem)
}

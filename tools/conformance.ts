/**
 * Writes docs/conformance.md. Scenarios and points are read from test/conformance, differences from comments in src.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { points } from '../test/conformance/points.ts'
import type { Scenario } from '../test/conformance/scenario.ts'
import { themes } from '../test/conformance/themes.ts'

const root = join(import.meta.dirname, '..')
const all = Object.values(themes).flat()

const aboutThemes: Readonly<Record<string, string>> = {
  clients: 'Existing programs, with the requests that they send.',
  permissions:
    'Who may do what to whose photo: every cell of the published tables, each permission alone.',
  operations: 'Set, see, list, delete, at every address and in both versions.',
  addresses: 'One address in many spellings, and addresses that do not exist.',
  directory: 'People, groups, teams and contacts, as far as clients need them to find a photo.',
  images: 'Uploads, and the photos that are read back.',
  conditions: 'ETag, If-Match, If-None-Match.',
  batch: '`POST /$batch`.',
  browsers: 'CORS.',
  queries:
    'What $filter, $search, $orderby, $select and $count ask of people, groups and contacts, and the people that pickers list.',
  memberships: 'The groups that a user is in or owns, and how much of them each permission shows.',
  groups: 'Adding, changing and deleting groups, who is in them, teams, and what is deleted.',
  people: 'Adding, changing and deleting people, and who manages whom.',
  coverage: 'Who has a photo, for administrators: Visage’s own lists.',
  leavers: 'People who are disabled or deleted: their photos, and what their tokens still get.',
  descriptions: '`$metadata`, OpenAPI, and how much metadata an answer has.',
  settings: '`photoUpdateSettings`, in beta.',
  throttling: '429 and Retry-After, where a server has tight limits.',
  'bad input': 'Tokens, pictures and bodies as people, programs and attackers send them.',
  precedence: 'Which refusal comes first.',
  http: 'Wrong methods, requests that are too long, bytes that are not HTTP.',
  'people over SCIM':
    'Every operation of SCIM 2.0 on people, filters, lists, versions and refusals.',
  'groups over SCIM': 'The same for groups, and members in every form that senders use.',
  'photos over SCIM':
    'Photos that come with people: which are taken, which replace another, and that none loses a person.',
}

/** The whole of docs/conformance.md. */
export function renderConformance(): string {
  const differences = findTagged('@differs')
  const observations = findTagged('@observed')
  return [
    '# Conformance',
    `${all.length} scenarios in ${Object.keys(themes).length} themes say what a server for Graph’s ` +
      'photos does. Each is data in [test/conformance](../test/conformance), runs over HTTP against ' +
      'any base URL, and names the page or the thread that requires it. `npm run conformance` runs ' +
      'them against any server ([how](developing.md#compare-a-server-with-graph)); `npm test` runs ' +
      'them against Visage, where all must pass.',
    '## What differs from Graph',
    'Every deliberate difference, with the file that makes it; [differences.md](differences.md) is the ' +
      'short form. Where the permission tables of different pages contradict each other is in [permissions.md](permissions.md#what-differs-from-newer-microsoft-pages).',
    renderTagged(differences),
    '## What was observed',
    'What Graph does, although no page says so.',
    renderTagged(observations),
    '## What clients need',
    'What programs need of a server, from their sources and from their requests, and how many scenarios show it.',
    renderPoints(),
    '## Scenarios',
    ...Object.entries(themes).flatMap(([theme, scenarios]) => renderTheme(theme, scenarios)),
  ].join('\n\n')
}

function renderPoints(): string {
  const lines = Object.entries(points)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([name, { needed, clients, source }]) => {
      const count = all.filter(scenario => scenario.points?.some(point => point === name)).length
      return [name, `${needed} [Source](${source})`, clients, String(count)]
    })
  return renderTable(['', 'Needed', 'By', 'Scenarios'], lines)
}

function renderTheme(theme: string, scenarios: readonly Scenario[]): string[] {
  const rows = Map.groupBy(
    scenarios.filter(({ row }) => row !== undefined),
    ({ row }) => row ?? '',
  )
  const single = scenarios.filter(({ row }) => row === undefined)
  return [
    `### ${theme}`,
    `${aboutThemes[theme] ?? ''} ${scenarios.length} scenarios.`.trim(),
    ...(rows.size === 0 ? [] : [renderRows(rows)]),
    single.map(renderScenario).join('\n'),
  ]
}

/** A row of a table is many scenarios: each permission alone, and none. */
function renderRows(rows: ReadonlyMap<string, readonly Scenario[]>): string {
  const lines = [...rows].map(([row, scenarios]) => [
    `[${escapeText(row)}](${scenarios[0]?.source ?? ''})`,
    String(scenarios.filter(({ name }) => !name.includes(' may not ')).length),
    String(scenarios.filter(({ name }) => name.includes(' may not ')).length),
  ])
  return renderTable(['Row of the table', 'Allowed with', 'Refused with'], lines)
}

function renderScenario({ name, source, points: shown = [] }: Scenario): string {
  const shows = shown.length === 0 ? '' : ` (${shown.join(', ')})`
  return `- [${escapeText(name)}](${source})${shows}`
}

type Tagged = Readonly<{ file: string; line: number; text: string }>

function renderTagged(found: readonly Tagged[]): string {
  // Without the line number: it would be out of date after every edit above it.
  return renderTable(
    ['In', ''],
    found.map(({ file, text }) => [`[${file}](../${file})`, text.replace(/[|<]/g, '\\$&')]),
  )
}

/** The text after a tag in a comment of src, up to the end of its paragraph or the next tag. */
export function findTagged(tag: string, folder = 'src'): Tagged[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return files
    .filter(file => file.endsWith('.ts'))
    .map(file => `${folder}/${file.replaceAll('\\', '/')}`)
    .sort()
    .flatMap(file => taggedIn(file, readFileSync(join(root, file), 'utf8'), tag))
}

function taggedIn(file: string, text: string, tag: string): Tagged[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const at = line.indexOf(`${tag} `)
    if (at < 0 || !/\/\/|\*/.test(line.slice(0, at))) return []
    const rest = lines.slice(index + 1)
    const end = rest.findIndex(next => !/^\s*(\/\/|\*(?!\/))\s*[^\s@]/.test(next))
    const following = (end < 0 ? rest : rest.slice(0, end)).map(next =>
      next.replace(/^\s*(\/\/|\*)\s?/, ''),
    )
    const words = [line.slice(at + tag.length + 1), ...following].join(' ')
    return [{ file, line: index + 1, text: words.replace(/\s*\*\/\s*$|\s+@\w+ .*$/g, '').trim() }]
  })
}

/** Escapes characters of scenario names that have a meaning in Markdown and HTML. */
function escapeText(text: string): string {
  return text.replace(/[\\`*_[\]<>|$]/g, '\\$&')
}

function renderTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}

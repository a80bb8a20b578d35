/**
 * Reads sources as text and lists what breaks the layout of ARCHITECTURE.md. Types, extensions and missing
 * files are checked by tsc.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** Path from the repository's root, with slashes -> text. */
export type Sources = ReadonlyMap<string, string>
export type Rule = (sources: Sources) => string[]

/** Room -> the rooms it may import, read from ARCHITECTURE.md. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>

/** Every room may import these; they import each other only as their own lines say. */
const floor = [
  'failure',
  'events',
  'call',
  'settle',
  'json',
  'event-loop',
  'free-now',
  'guid',
  'html',
  'loopback',
  'node-http',
]

/** Reads the lines `a · b -> c · d` of the first block with arrows in a section. */
export function readArrows(description: string, section = 'Arrows'): Arrows {
  const [, text = ''] = description.split(`## ${section}\n`)
  const [own = ''] = text.split(/^## /m)
  const blocks = own.matchAll(/```\n([\s\S]*?)```/g)
  const block = [...blocks].map(match => match[1] ?? '').find(found => found.includes('->')) ?? ''
  const arrows = new Map<string, Set<string>>()
  for (const line of block.split('\n').filter(text => text.includes('->'))) {
    const [from = '', to = ''] = line.split('->')
    for (const room of namesIn(from)) {
      const targets = arrows.get(room) ?? new Set()
      for (const target of namesIn(to)) targets.add(target)
      arrows.set(room, targets)
    }
  }
  return arrows
}

const namesIn = (text: string) =>
  text
    .split('·')
    .map(name => name.trim())
    .filter(Boolean)

/** Named only where a place is opened. */
export const adapters = ['cached', 'disk', 'memory', 's3', 'sqlite', 'postgres'].map(
  name => `src/storage/${name}.ts`,
)

const openers = ['src/serving/stores.ts', 'src/storage/data-folder.ts']

/** Packages that only some files may import: a path, or a folder with its slash. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  sharp: [
    'src/renditions/',
    'src/dev/demo/canvas.ts',
    'src/push/prepare.ts',
    'src/push/preparer.ts',
    'src/push/likeness.ts',
  ],
  jose: ['src/tokens/', 'src/dev/issuer/'],
  'oidc-provider': ['src/dev/issuer/'],
  kysely: ['src/storage/', 'src/directory/', 'src/photos/', 'src/upkeep/'],
  'cli-progress': ['src/cli/'],
  'node:sqlite': ['src/storage/'],
  pg: ['src/storage/'],
  undici: ['src/storage/s3-direct.ts'],
  '@aws-sdk/client-s3': [
    'src/storage/s3.ts',
    'src/storage/s3-store.ts',
    'src/storage/s3-versions.ts',
  ],
  'csv-parse': ['src/provisioning/csv.ts'],
  'scim2-parse-filter': ['src/scim/filter-text.ts'],
  commander: ['src/main.js', 'src/cli/'],
  pino: ['src/monitoring/'],
  'prom-client': ['src/monitoring/'],
  '@opentelemetry/api': ['src/monitoring/'],
  '@opentelemetry/resources': ['src/monitoring/'],
  '@opentelemetry/sdk-node': ['src/monitoring/'],
}

/** The same for packages of the page: a folder of web/src. React is everywhere. */
const pagePackageHomes: Readonly<Record<string, string>> = {
  '@fluentui/react-components': 'ui',
  '@fluentui/react-icons': 'ui',
  oauth4webapi: 'sign-in',
  'react-easy-crop': 'crop',
  virtua: 'ui',
}

/** "No `utils`, `helpers`, `common`, `shared`, `core`, `lib`, `types`, `services`, `controllers`." */
const emptyNames = new Set([
  'utils',
  'helpers',
  'common',
  'shared',
  'core',
  'lib',
  'types',
  'services',
  'controllers',
])

export const wrongArrows = (
  sources: Sources,
  arrows: Arrows,
  roomAt: typeof roomOf = roomOf,
): string[] =>
  importsOf(sources).flatMap(({ from, to }) => {
    if (to.startsWith('..')) return [`${from} imports ${to}`]
    const [room, target] = [roomAt(from), roomAt(to)]
    if (target === undefined || room === undefined || room === target) return []
    if (floor.includes(target) && !floor.includes(room)) return []
    return arrows.get(room)?.has(target) ? [] : [`${from} imports ${to}: ${room} -> ${target}`]
  })

/** The path of a cycle of arrows. */
export const arrowsInACircle = (arrows: Arrows): string[] =>
  cyclesOf([...arrows.keys()], room => [...(arrows.get(room) ?? [])])

/** An arrow that no import needs. */
export const arrowsWithoutImport = (
  sources: Sources,
  arrows: Arrows,
  roomAt: typeof roomOf = roomOf,
): string[] => {
  const used = new Set(importsOf(sources).map(({ from, to }) => `${roomAt(from)} -> ${roomAt(to)}`))
  return [...arrows].flatMap(([room, targets]) =>
    [...targets].map(target => `${room} -> ${target}`).filter(arrow => !used.has(arrow)),
  )
}

export const adaptersNamedOutsideTheRoot: Rule = sources =>
  importsOf(sources)
    .filter(({ from, to }) => adapters.includes(to) && !openers.includes(from))
    .filter(({ from }) => !adapters.includes(from))
    .map(({ from, to }) => `${from} names the adapter ${to}`)

export const packagesAwayFromHome: Rule = sources =>
  importsOf(sources)
    .filter(({ from, to }) => {
      const homes = packageHomes[packageOf(to)]
      return homes && !homes.some(home => from === home || isUnder(home, from))
    })
    .map(({ from, to }) => `${from} imports ${to}`)

export const pagePackagesAwayFromHome: Rule = sources =>
  importsOf(sources)
    .filter(({ to }) => !to.startsWith('src/') && !/^react(-dom)?$/.test(packageOf(to)))
    .filter(({ from, to }) => pagePackageHomes[packageOf(to)] !== roomOf(from))
    .map(({ from, to }) => `web/${from} imports ${to}`)

/** A package that is not in `dependencies` would be missing where the package is installed. */
export const undeclaredPackages = (sources: Sources, declared: readonly string[]): string[] =>
  importsOf(sources)
    .filter(({ to }) => !to.startsWith('src/') && !to.startsWith('.') && !to.startsWith('node:'))
    .filter(({ to }) => !declared.includes(packageOf(to)))
    .map(({ from, to }) => `${from} imports ${to}`)

export const importsThatCannotBeRead: Rule = sources =>
  matchesIn(sources, /\bimport\((?!\s*')|\brequire\(|\bcreateRequire\b/g)

/** Types are free: they are not there when it runs. */
export const httpImportedWithFetch: Rule = sources =>
  matchesIn(sources, /^import (?!type\b)[^'"]*from 'node:http'/gm)

export const environmentReadOutsideConfig: Rule = sources =>
  matchesIn(
    sources,
    /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\benv\b[^'"]*from 'node:process'/g,
  ).filter(complaint => !complaint.startsWith('src/settings/'))

export const namesThatSayNothing: Rule = sources =>
  [...sources.keys()].filter(path =>
    path
      .replace(/\.[jt]s$/, '')
      .split('/')
      .some(name => emptyNames.has(name)),
  )

export const barrels: Rule = sources => [
  ...[...sources.keys()].filter(path => posix.basename(path) === 'index.ts'),
  ...matchesIn(sources, /^export\s*\*/gm),
]

export const namesNotInKebabCase: Rule = sources =>
  [...sources.keys()].filter(path => !/^[a-z0-9]+(-[a-z0-9]+)*\.[jt]s$/.test(posix.basename(path)))

export const filesWithoutOpeningComment: Rule = sources =>
  [...sources].filter(([, text]) => !/^(#![^\n]*\n)?\s*\/[*/]/.test(text)).map(([path]) => path)

/** Every folder of src is a word with its slash, every file beside them a word, in the tree of ARCHITECTURE.md. */
export const roomsNotDescribed = (sources: Sources, description: string): string[] => {
  const words = new Set(description.split(/[\s`]+/))
  const parts = [...sources.keys()].flatMap(path => {
    const [, ...names] = path.split('/')
    const folders = names.slice(0, -1)
    return folders.length > 0 ? folders.map(name => `${name}/`) : names
  })
  return [...new Set(parts)].filter(part => !words.has(part)).map(part => part.replace('/', ''))
}

/** Exports that are called from outside src. */
const entries = ['src/main.js', 'src/worker.ts', 'src/visage.ts', 'src/renditions/renderer.ts']

/** An export of src that no other file imports. */
export const exportsNobodyImports: Rule = sources => {
  const words = new Map([...sources].map(([path, text]) => [path, new Set(text.match(/\w+/g))]))
  const importers = Map.groupBy(importsOf(sources), ({ to }) => to)
  return [...sources]
    .filter(([path]) => path.startsWith('src/') && !entries.includes(path))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^export (?:async )?(?:function|const|class|type|interface) (\w+)/gm)]
        .map(([, name = '']) => name)
        .filter(name => !importers.get(path)?.some(({ from }) => words.get(from)?.has(name)))
        .map(name => `${path} exports ${name}`),
    )
}

/** Each cycle once, as its path; types count too, since readers follow them. */
export const importCycles: Rule = sources => {
  const targets = Map.groupBy(importsOf(sources), edge => edge.from)
  return cyclesOf([...sources.keys()], path => (targets.get(path) ?? []).map(({ to }) => to))
}

function cyclesOf(starts: readonly string[], next: (name: string) => readonly string[]): string[] {
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (name: string, trail: readonly string[]) => {
    const start = trail.indexOf(name)
    if (start >= 0) cycles.push([...trail.slice(start), name].join(' -> '))
    if (start >= 0 || finished.has(name)) return
    for (const to of next(name)) visit(to, [...trail, name])
    finished.add(name)
  }
  for (const name of starts) visit(name, [])
  return cycles
}

/** The sources of src, and of other folders that are held to the same arrows. */
export const readSources = async (
  root: string,
  ...folders: readonly string[]
): Promise<Sources> => {
  const paths = await Promise.all(['src', ...folders].map(folder => listSources(root, folder)))
  const read = paths
    .flat()
    .map(
      async (path): Promise<[string, string]> => [path, await readFile(join(root, path), 'utf8')],
    )
  return new Map(await Promise.all(read))
}

/** The sources of the page, as `src/…` below `web/`. */
export async function readPageSources(root: string): Promise<Sources> {
  const web = join(root, 'web')
  const entries = await readdir(join(web, 'src'), { recursive: true })
  const paths = entries.filter(entry => /\.tsx?$/.test(entry) && !entry.endsWith('.d.ts')).sort()
  const read = paths.map(async (entry): Promise<[string, string]> => {
    const path = `src/${entry.replaceAll('\\', '/')}`
    return [path, await readFile(join(web, path), 'utf8')]
  })
  return new Map(await Promise.all(read))
}

async function listSources(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true })
  const paths = entries.filter(entry => /\.[jt]s$/.test(entry) && !entry.endsWith('.d.ts')).sort()
  return paths.map(path => `${folder}/${path.replaceAll('\\', '/')}`)
}

type Import = Readonly<{ from: string; to: string }>

const statement =
  /^(?:import|export)\b[^'"]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm

/** Every import and re-export, of types too; relative ones as paths from the repository's root. */
const importsOf = (sources: Sources): Import[] =>
  [...sources].flatMap(([from, text]) =>
    [...withoutComments(text).matchAll(statement)].map(match => {
      const to = match[1] ?? match[2] ?? match[3] ?? ''
      return { from, to: to.startsWith('.') ? posix.join(posix.dirname(from), to) : to }
    }),
  )

/** Strings stay: a link in a string looks like a comment. */
export const withoutComments = (text: string) =>
  text.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, found =>
    found.startsWith('/') ? ' ' : found,
  )

const matchesIn = (sources: Sources, pattern: RegExp) =>
  [...sources].flatMap(([path, text]) =>
    [...withoutComments(text).matchAll(pattern)].map(match => `${path}: ${match[0]}`),
  )

/** `graph`, `dev/issuer`, `main`, `bench`: a folder inside a room is a room of its own. undefined for a package and what is in no room, such as a test. */
export const roomOf = (path: string): string | undefined => {
  const [folder, ...names] = path.split('/')
  if (folder === 'bench' || folder === 'tools') return folder
  if (folder !== 'src') return undefined
  const [room = ''] = names
  if (names.length > 1) return names.slice(0, -1).join('/')
  // json-scan.ts is the other half of json.ts.
  return room.replace(/\.[jt]s$/, '').replace(/^json-scan$/, 'json')
}
/** Of the page: the files that are in no folder are one room. */
export const pageRoomOf = (path: string): string | undefined => {
  const [folder, room, ...names] = path.split('/')
  if (folder !== 'src') return undefined
  return names.length > 0 ? room : 'frame'
}
const isUnder = (home: string, path: string) => home.endsWith('/') && path.startsWith(home)
const packageOf = (name: string) =>
  name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')

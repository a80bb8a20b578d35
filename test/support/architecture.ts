/**
 * Reads sources as text and lists what breaks the layout of ARCHITECTURE.md. It knows no compiler:
 * types, extensions and missing files are the business of tsc.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** Path from the repository's root, with slashes -> text. */
export type Sources = ReadonlyMap<string, string>
export type Rule = (sources: Sources) => string[]

/**
 * One way only: a room may import the rooms of its row and itself. Rooms are the folders of src and
 * the files beside them.
 *
 *     main · worker -> cli -> server -> graph -> tokens · permissions · directory · photos
 *                                       directory -> storage      photos -> renditions · storage
 *     cli · server -> stores -> storage      cli -> backup -> stores · photos · storage
 *     cli -> push · demo · journal      visage -> start-visage
 *     start-visage -> development · issuer · journal · demo · cli
 *     cli -> development -> server · issuer · demo · demo-state · reset-endpoint · faults · journal
 *     demo-state -> demo · directory · photos · renditions · storage      reset-endpoint -> issuer
 *     faults -> graph · directory · config
 *     cli · server -> monitoring -> graph · photos · renditions · storage · tokens
 *     main · visage · cli · server -> version
 *     cli · main -> config -> tokens · throttling · storage    everything -> failure · events
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli', 'config.ts', 'version.ts'],
  // main.ts of the processes that `visage serve --workers` starts.
  'worker.ts': ['cli'],
  // `permissions` for the names of roles, as people type them.
  cli: [
    'server.ts',
    'stores.ts',
    'backup.ts',
    'development.ts',
    'config.ts',
    'version.ts',
    'push',
    'demo',
    'journal',
    'monitoring',
    'moving',
    'permissions',
  ],
  // The other composition root: server.ts with an issuer and demo people around it.
  'development.ts': [
    'server.ts',
    'config.ts',
    'issuer',
    'demo',
    'demo-state.ts',
    'faults',
    'journal',
    'reset-endpoint.ts',
    'tokens',
    'permissions',
    'throttling',
  ],
  // `renditions`, because what the demo draws is rendered without a renderer.
  'demo-state.ts': ['demo', 'directory', 'photos', 'renditions', 'storage'],
  'reset-endpoint.ts': ['issuer'],
  // What stands around the answers has to know them. Production has no way here.
  faults: ['graph', 'directory', 'config.ts'],
  journal: [],
  // What is put around the parts of a server, in their own types; none of them knows of it.
  monitoring: ['graph', 'photos', 'renditions', 'storage', 'tokens'],
  // The entry of the package, which an old Node.js can read.
  'visage.ts': ['start-visage.ts', 'version.ts'],
  // `visage dev` as a function, and its certificate.
  'start-visage.ts': ['development.ts', 'issuer', 'journal', 'demo', 'cli', 'options.ts'],
  // For the nearest of the known words.
  'options.ts': ['issuer'],
  // The composition root hands every room what it needs, so it sees them all.
  'server.ts': [
    'config.ts',
    'version.ts',
    'graph',
    'tokens',
    'permissions',
    'directory',
    'photos',
    'renditions',
    'storage',
    'stores.ts',
    'throttling',
    'monitoring',
  ],
  'stores.ts': ['storage'],
  // Whole stores at once: into another place, against themselves, and one person out of them.
  moving: ['directory', 'photos', 'renditions', 'storage'],
  // `photos` for what a row says of its pack, and for the sweep of a copy.
  'backup.ts': ['stores.ts', 'photos', 'storage'],
  graph: ['tokens', 'permissions', 'directory', 'photos', 'throttling'],
  directory: ['storage'],
  photos: ['renditions', 'storage'],
  // "`tokens`, `permissions`, `renditions`, `storage` import no other folder."
  tokens: [],
  permissions: [],
  renditions: [],
  storage: [],
  throttling: [],
  issuer: [],
  demo: [],
  push: [],
  // The table of clouds is a table of tokens; limits and addresses are written as their rooms read them.
  'config.ts': ['tokens', 'throttling', 'storage'],
  'version.ts': [],
  'failure.ts': [],
  'events.ts': [],
}

/** "Everything -> failure · events": the floor all rooms stand on. */
const floor = ['failure.ts', 'events.ts']

/** Only `stores.ts` names `disk`, `s3`, `sqlite`, `postgres`. */
export const adapters = ['cached', 'disk', 'memory', 's3', 'sqlite', 'postgres'].map(
  name => `src/storage/${name}.ts`,
)

/** Packages that only some files may know: a path, or a folder with its slash. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  sharp: ['src/renditions/', 'src/demo/canvas.ts'],
  jose: ['src/tokens/', 'src/issuer/'],
  'oidc-provider': ['src/issuer/'],
  kysely: ['src/storage/', 'src/directory/', 'src/photos/', 'src/moving/'],
  'cli-progress': ['src/cli/'],
  'node:sqlite': ['src/storage/'],
  pg: ['src/storage/'],
  '@aws-sdk/client-s3': [
    'src/storage/s3.ts',
    'src/storage/s3-store.ts',
    'src/storage/s3-versions.ts',
  ],
  commander: ['src/main.ts', 'src/cli/'],
  pino: ['src/monitoring/'],
  'prom-client': ['src/monitoring/'],
  '@opentelemetry/api': ['src/monitoring/'],
  '@opentelemetry/resources': ['src/monitoring/'],
  '@opentelemetry/sdk-node': ['src/monitoring/'],
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

export const wrongArrows: Rule = sources =>
  importsOf(sources).flatMap(({ from, to }) => {
    const [room, target] = [roomOf(from), roomOf(to)]
    if (!to.startsWith('src/')) return to.startsWith('..') ? [`${from} imports ${to}`] : []
    if (room === target || (floor.includes(target) && !floor.includes(room))) return []
    if (room === 'events.ts' && target === 'failure.ts') return []
    const allowed = arrows[room] ?? []
    return allowed.includes(target) ? [] : [`${from} imports ${to}: ${room} -> ${target}`]
  })

export const adaptersNamedOutsideTheRoot: Rule = sources =>
  importsOf(sources)
    .filter(({ from, to }) => adapters.includes(to) && from !== 'src/stores.ts')
    .filter(({ from }) => !adapters.includes(from))
    .map(({ from, to }) => `${from} names the adapter ${to}`)

export const packagesAwayFromHome: Rule = sources =>
  importsOf(sources)
    .filter(({ from, to }) => {
      const homes = packageHomes[packageOf(to)]
      return homes && !homes.some(home => from === home || isUnder(home, from))
    })
    .map(({ from, to }) => `${from} imports ${to}`)

/** A package that is not in `dependencies` would be missing where the package is installed. */
export const undeclaredPackages = (sources: Sources, declared: readonly string[]): string[] =>
  importsOf(sources)
    .filter(({ to }) => !to.startsWith('src/') && !to.startsWith('.') && !to.startsWith('node:'))
    .filter(({ to }) => !declared.includes(packageOf(to)))
    .map(({ from, to }) => `${from} imports ${to}`)

export const importsThatCannotBeRead: Rule = sources =>
  matchesIn(sources, /\bimport\((?!\s*')|\brequire\(|\bcreateRequire\b/g)

export const environmentReadOutsideConfig: Rule = sources =>
  matchesIn(
    sources,
    /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\benv\b[^'"]*from 'node:process'/g,
  ).filter(complaint => !complaint.startsWith('src/config.ts:'))

export const namesThatSayNothing: Rule = sources =>
  [...sources.keys()].filter(path =>
    path
      .replace(/\.ts$/, '')
      .split('/')
      .some(name => emptyNames.has(name)),
  )

export const barrels: Rule = sources => [
  ...[...sources.keys()].filter(path => posix.basename(path) === 'index.ts'),
  ...matchesIn(sources, /^export\s*\*/gm),
]

export const namesNotInKebabCase: Rule = sources =>
  [...sources.keys()].filter(path => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(posix.basename(path)))

export const filesWithoutOpeningComment: Rule = sources =>
  [...sources].filter(([, text]) => !/^(#![^\n]*\n)?\s*\/[*/]/.test(text)).map(([path]) => path)

/** Every room is a word with its slash, every file beside them a word, in the text of ARCHITECTURE.md. */
export const roomsNotDescribed = (sources: Sources, description: string): string[] => {
  const rooms = new Set([...sources.keys()].map(roomOf))
  return [...rooms].filter(room => {
    const word = room.endsWith('.ts') ? room : `${room}/`
    return !description.split(/[\s`]+/).includes(word)
  })
}

export const roomsWithoutArrows: Rule = sources => {
  const rooms = new Set([...sources.keys()].map(roomOf))
  return [...rooms].filter(room => !(room in arrows))
}

/** Each cycle once, as the way round; types count, for a reader goes round in them too. */
export const importCycles: Rule = sources => {
  const targets = Map.groupBy(importsOf(sources), edge => edge.from)
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '))
    if (start >= 0 || finished.has(path)) return
    for (const { to } of targets.get(path) ?? []) visit(to, [...trail, path])
    finished.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return cycles
}

export const readSources = async (root: string): Promise<Sources> => {
  const entries = await readdir(join(root, 'src'), { recursive: true })
  const paths = entries.filter(entry => entry.endsWith('.ts')).sort()
  const read = paths.map(
    async (path): Promise<[string, string]> => [
      `src/${path.replaceAll('\\', '/')}`,
      await readFile(join(root, 'src', path), 'utf8'),
    ],
  )
  return new Map(await Promise.all(read))
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

/** Strings stay, for a link in a string looks like a comment. */
const withoutComments = (text: string) =>
  text.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, found =>
    found.startsWith('/') ? ' ' : found,
  )

const matchesIn = (sources: Sources, pattern: RegExp) =>
  [...sources].flatMap(([path, text]) =>
    [...withoutComments(text).matchAll(pattern)].map(match => `${path}: ${match[0]}`),
  )

const roomOf = (path: string) => path.split('/')[1] ?? ''
const isUnder = (home: string, path: string) => home.endsWith('/') && path.startsWith(home)
const packageOf = (name: string) =>
  name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')

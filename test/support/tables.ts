/**
 * Reads which tables the sources name, in calls of Kysely and in SQL, and lists what breaks the section
 * "Tables" of ARCHITECTURE.md. A name that is built at run time is refused or listed here.
 */
import { roomOf, type Sources, withoutComments } from './architecture.ts'

/** Table -> who writes it and who reads it: rooms, or files as `room/file`. */
export type Tables = ReadonlyMap<string, Readonly<Record<Access, readonly string[]>>>
type Access = 'writes' | 'reads'
type Use = Readonly<{ path: string; access: Access; table: string }>

/** Tables are created there, with the triggers that write to some of them. */
const migrations = 'src/storage/migrations'

const directory =
  'users groups group_people role_members sign_ins contact_folders contacts photo_update_settings sources'
const moved = `${directory} scim_tokens`

/** Files that take a table from a variable: the tables that its type allows. */
const variables: Readonly<Record<string, Readonly<Partial<Record<Access, string>>>>> = {
  'src/directory/directory.ts': { writes: directory },
  'src/directory/any-tenant.ts': { reads: 'users groups' },
  'src/directory/deleted.ts': { reads: 'users groups' },
  'src/directory/leaving/erase-deleted.ts': {
    writes: 'users groups',
    reads: 'contacts contact_folders',
  },
  'src/directory/queries/find-by-words.ts': { reads: 'users groups' },
  'src/directory/queries/condition-sql.ts': { reads: 'users groups' },
  'src/directory/queries/list-where.ts': { reads: 'users groups' },
  'src/directory/queries/list-rows.ts': { reads: 'users groups' },
  'src/directory/queries/in-order.ts': { reads: 'users groups contacts contact_folders' },
  'src/directory/leaving/removals.ts': { reads: 'users groups' },
  'src/photos/pointer.ts': { reads: 'users groups contacts' },
  'src/photos/versions.ts': { reads: 'photos retired_packs' },
  'src/storage/scrub.ts': {},
  'src/upkeep/rows.ts': { writes: moved },
  'src/upkeep/tables.ts': { writes: moved },
}

/** Reads the lines `a · b: who writes; who reads` of the section "Tables". */
export function readTables(description: string): Tables {
  const [, block = ''] = /## Tables\n[\s\S]*?```\n([\s\S]*?)```/.exec(description) ?? []
  return new Map(
    block.split('\n').flatMap(line => {
      const [tables = '', users = ''] = line.split(':')
      const [writes = '', reads = ''] = users.split(';')
      const access = { writes: namesIn(writes), reads: namesIn(reads) }
      return namesIn(tables).map(table => [table, access] as const)
    }),
  )
}

const namesIn = (text: string) =>
  text
    .split(/[·\s]+/)
    .map(name => name.trim())
    .filter(Boolean)

export const wrongTables = (sources: Sources, tables: Tables): string[] => [
  ...usesOf(sources, tables)
    .filter(use => !grantOf(use, tables))
    .map(({ path, access, table }) => `${path} ${access} ${table}`),
  ...ownSources(sources)
    .filter(([path, text]) => !(path in variables) && variable.test(text))
    .map(([path]) => `${path} takes a table from a variable`),
]

/** Permissions in the section that no file uses. */
export const tablesWithoutUse = (sources: Sources, tables: Tables): string[] => {
  const used = new Set(
    usesOf(sources, tables).map(use => `${grantOf(use, tables)} ${use.access} ${use.table}`),
  )
  return [...tables].flatMap(([table, access]) =>
    (['writes', 'reads'] as const).flatMap(how =>
      access[how].map(who => `${who} ${how} ${table}`).filter(grant => !used.has(grant)),
    ),
  )
}

/** A room that writes a table may also read it. */
function grantOf({ path, access, table }: Use, tables: Tables): string | undefined {
  const { writes = [], reads = [] } = tables.get(table) ?? {}
  const allowed = access === 'writes' ? writes : [...reads, ...writes]
  const file = path.replace(/^src\//, '').replace(/\.ts$/, '')
  return allowed.find(who => who === file || who === roomOf(path))
}

const writers = 'insertInto|replaceInto|updateTable|deleteFrom|mergeInto'
const readers = 'selectFrom|innerJoin|leftJoin|rightJoin|fullJoin|crossJoin'
const named = String.raw`\[?\s*'(\w+)(?: as \w+)?'`

/** Each finds a table, or several with commas between, in its first group. */
const patterns: readonly (readonly [Access, RegExp])[] = [
  ['writes', new RegExp(String.raw`\b(?:${writers})\(\s*${named}`, 'g')],
  ['reads', new RegExp(String.raw`\b(?:${readers})\(\s*${named}`, 'g')],
  ['writes', /\b(?:insert\s+into|update|delete\s+from|truncate|vacuum)\s+"?(\w+)/gi],
  ['reads', /\b(?:from|join)\s+("?\w+"?(?:\s*,\s*"?\w+"?)*)/gi],
  ['reads', /\bsql(?:<[^`]*>)?`\s*"?(\w+)"?\s*`/g],
  ['writes', /\bsql\.(?:table|ref|id|raw)\(\s*'(\w+)'/g],
]

const variable = new RegExp(
  String.raw`\b(?:(?:${writers}|${readers})\(\s*(?!\[?\s*'|\))|sql\.table\(\s*(?!')|(?:from|join|insert into|update|vacuum)\s+\$\{)`,
)

const speaksSql = new RegExp(String.raw`\bsql[.<\`]|\b(?:${writers}|${readers})\(`)

function usesOf(sources: Sources, tables: Tables): Use[] {
  return ownSources(sources).flatMap(([path, text]) => {
    const found = patterns.flatMap(([access, pattern]) =>
      [...text.matchAll(pattern)]
        .flatMap(([, names = '']) => names.split(','))
        .map(name => ({ path, access, table: name.replaceAll('"', '').trim() })),
    )
    const assumed = Object.entries(variables[path] ?? {}).flatMap(([access, names]) =>
      namesIn(names).map(table => ({ path, access: access as Access, table })),
    )
    return [...found.filter(({ table }) => tables.has(table)), ...assumed]
  })
}

/** In files without SQL "from users" is English. */
function ownSources(sources: Sources): (readonly [string, string])[] {
  return [...sources]
    .filter(([path]) => path.startsWith('src/') && !path.startsWith(migrations))
    .map(([path, text]) => [path, withoutComments(text)] as const)
    .filter(([, text]) => speaksSql.test(text))
}

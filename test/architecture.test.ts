/**
 * The layout of ARCHITECTURE.md as a test: first that the rules can find a fault, then that there is none.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  adaptersNamedOutsideTheRoot,
  arrowsInACircle,
  arrowsWithoutImport,
  barrels,
  environmentReadOutsideConfig,
  exportsNobodyImports,
  filesWithoutOpeningComment,
  httpImportedWithFetch,
  importCycles,
  importsThatCannotBeRead,
  namesNotInKebabCase,
  namesThatSayNothing,
  packagesAwayFromHome,
  pagePackagesAwayFromHome,
  pageRoomOf,
  type Rule,
  readArrows,
  readPageSources,
  readSources,
  roomsNotDescribed,
  undeclaredPackages,
  wrongArrows,
} from './support/architecture.ts'
import { readTables, tablesWithoutUse, wrongTables } from './support/tables.ts'

const root = join(import.meta.dirname, '..')
const sources = await readSources(root)
const description = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8')
const manifest: Readonly<{ dependencies: Record<string, string> }> = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
)

const arrows = readArrows(description)
const pageArrows = readArrows(description, 'The page')
const followsPageArrows: Rule = sources => wrongArrows(sources, pageArrows, pageRoomOf)
const tables = readTables(description)
const followsTables: Rule = sources => wrongTables(sources, tables)
const followsArrows: Rule = sources => wrongArrows(sources, arrows)

const rules: Readonly<Record<string, Rule>> = {
  'only those who open a place name storage adapters': adaptersNamedOutsideTheRoot,
  'packages stay in the files that may know them': packagesAwayFromHome,
  'imports name their target in plain words': importsThatCannotBeRead,
  'node-http.ts alone loads node:http': httpImportedWithFetch,
  'only settings/ reads the environment': environmentReadOutsideConfig,
  'no folder or file has a name that says nothing': namesThatSayNothing,
  'there are no barrels': barrels,
  'file names are kebab-case without a kind suffix': namesNotInKebabCase,
  'every file opens with a comment': filesWithoutOpeningComment,
  'imports form no cycle': importCycles,
}

describe('the sources', () => {
  test('are found', () => assert.ok(sources.size > 20))
  for (const [name, rule] of Object.entries(rules)) {
    test(name, () => assert.deepEqual(rule(sources), []))
  }
  test('import each other, with the bench and the tools, as the arrows say', async () => {
    const all = await readSources(root, 'bench', 'tools')
    assert.deepEqual(wrongArrows(all, arrows), [])
    assert.deepEqual(arrowsWithoutImport(all, arrows), [])
    assert.deepEqual(importCycles(all), [])
  })
  test('name the tables that ARCHITECTURE.md gives to their rooms', () => {
    assert.deepEqual(followsTables(sources), [])
    assert.deepEqual(tablesWithoutUse(sources, tables), [])
  })
  test('have no unused exports', async () => {
    assert.deepEqual(exportsNobodyImports(await readSources(root, 'test', 'bench', 'tools')), [])
  })
  test('have arrows that lead one way', () => assert.deepEqual(arrowsInACircle(arrows), []))
  test('import no package that is not a dependency', () => {
    assert.deepEqual(undeclaredPackages(sources, Object.keys(manifest.dependencies)), [])
  })
  test('have every room named in ARCHITECTURE.md', () => {
    assert.deepEqual(roomsNotDescribed(sources, description), [])
  })
})

describe('the sources of the page', () => {
  test('import each other as the arrows say, without a cycle', async () => {
    const page = await readPageSources(root)
    assert.ok(page.size > 2)
    assert.deepEqual(followsPageArrows(page), [])
    assert.deepEqual(arrowsWithoutImport(page, pageArrows, pageRoomOf), [])
    assert.deepEqual(importCycles(page), [])
    assert.deepEqual(arrowsInACircle(pageArrows), [])
  })
  const pageRules = {
    'packages stay in the rooms that may know them': pagePackagesAwayFromHome,
    'no folder or file has a name that says nothing': namesThatSayNothing,
    'every file opens with a comment': filesWithoutOpeningComment,
  }
  for (const [name, rule] of Object.entries(pageRules)) {
    test(name, async () => assert.deepEqual(rule(await readPageSources(root)), []))
  }
})

/** Each row: the fault, the rule that finds it, and the files. */
const faults: readonly (readonly [string, Rule, Readonly<Record<string, string>>])[] = [
  [
    'a sibling that imports a sibling',
    followsArrows,
    { 'src/photos/read.ts': "import { findUser } from '../directory/users.ts'" },
  ],
  [
    'an arrow against the direction, of a type only',
    followsArrows,
    { 'src/tokens/verify.ts': "import type { Call } from '../graph/call.ts'" },
  ],
  [
    'a room inside a room that imports the one around it',
    followsArrows,
    { 'src/directory/queries/in-order.ts': "import { findUser } from '../users.ts'" },
  ],
  [
    'a call of Graph that writes what only imports and SCIM may',
    followsArrows,
    {
      'src/graph/operations/people.ts':
        "import { createUser } from '../../directory/sources/create-user.ts'",
    },
  ],
  [
    'an import over several lines',
    followsArrows,
    { 'src/dev/demo/tenant.ts': "import {\n  open,\n  close,\n} from '../../storage/packs.ts'" },
  ],
  [
    'a re-export from another room',
    followsArrows,
    { 'src/renditions/render.ts': "export { write } from '../storage/packs.ts'" },
  ],
  [
    'an import at run time',
    followsArrows,
    { 'src/http/server.ts': "const issuer = await import('../dev/issuer/issuer.ts')" },
  ],
  [
    'an import for its effects',
    followsArrows,
    { 'src/permissions/decide.ts': "import '../photos/read.ts'" },
  ],
  [
    'an import from outside src',
    followsArrows,
    { 'src/http/server.ts': "import { target } from '../../../other/target.ts'" },
  ],
  [
    'the floor importing a room',
    followsArrows,
    { 'src/failure.ts': "import { routes } from './graph/routes.ts'" },
  ],
  [
    'an adapter named by a room',
    adaptersNamedOutsideTheRoot,
    { 'src/photos/replace.ts': "import { openDisk } from '../storage/disk.ts'" },
  ],
  [
    'the command line outside its room',
    packagesAwayFromHome,
    { 'src/graph/answer.ts': "import type { Command } from 'commander'" },
  ],
  [
    'a subpath of the picture library outside its rooms',
    packagesAwayFromHome,
    { 'src/photos/replace.ts': "import sharp from 'sharp/lib/index.js'" },
  ],
  [
    'an import whose target is computed',
    importsThatCannotBeRead,
    { 'src/serving/server.ts': 'const store = await import(name)' },
  ],
  [
    'the environment read in a room',
    environmentReadOutsideConfig,
    { 'src/cli/serve.ts': "const port = process.env['PORT']" },
  ],
  [
    'the environment imported in a room',
    environmentReadOutsideConfig,
    { 'src/cli/serve.ts': "import { env } from 'node:process'" },
  ],
  [
    'node:http imported with all its exports',
    httpImportedWithFetch,
    { 'src/cli/ask-dev.ts': "import { request, type Server } from 'node:http'" },
  ],
  [
    'an export that only its own file uses',
    exportsNobodyImports,
    {
      'src/photos/one.ts': 'export const used = 1\nexport const unused = 2',
      'src/photos/two.ts': "import { used } from './one.ts'",
    },
  ],
  ['a folder for everything', namesThatSayNothing, { 'src/graph/utils/words.ts': '' }],
  ['a file for everything', namesThatSayNothing, { 'src/graph/helpers.ts': '' }],
  ['an index', barrels, { 'src/photos/index.ts': '' }],
  ['a file that passes all on', barrels, { 'src/photos/all.ts': "export * from './read.ts'" }],
  ['a kind suffix', namesNotInKebabCase, { 'src/photos/photo.service.ts': '' }],
  ['a capital letter', namesNotInKebabCase, { 'src/photos/readPhoto.ts': '' }],
  ['a silent opening', filesWithoutOpeningComment, { 'src/photos/read.ts': 'const a = 1 // one' }],
  [
    'a cycle of three',
    importCycles,
    {
      'src/a/one.ts': "import { two } from './two.ts'",
      'src/a/two.ts': "import type { Three } from '../b/three.ts'",
      'src/b/three.ts': "import { one } from '../a/one.ts'",
    },
  ],
  [
    'rows of photos written by another room',
    followsTables,
    { 'src/directory/contacts.ts': "await database\n  .deleteFrom('photos')\n  .execute()" },
  ],
  [
    'rows of photos written by another file of their room',
    followsTables,
    { 'src/photos/sweep.ts': "await database.insertInto('retired_packs').values(rows).execute()" },
  ],
  [
    'rows of photos joined by another room',
    followsTables,
    { 'src/directory/users.ts': "database.selectFrom('users').leftJoin('photos', on)" },
  ],
  [
    'rows changed by a room that only reads them',
    followsTables,
    { 'src/directory/queries/list-rows.ts': "database.updateTable('users').set(values)" },
  ],
  [
    'a table under another name',
    followsTables,
    { 'src/graph/restrict.ts': "database.selectFrom('users as person')" },
  ],
  [
    'SQL that writes rows of photos',
    followsTables,
    { 'src/upkeep/rows.ts': 'await sql`\n  update "photos" set version = 1`.execute(database)' },
  ],
  [
    'SQL that reads rows of photos',
    followsTables,
    { 'src/storage/marks.ts': 'sql`select 1 from stores, photos`.execute(database)' },
  ],
  [
    'a piece of SQL that names photos',
    followsTables,
    { 'src/storage/marks.ts': 'const rows = sql`photos`' },
  ],
  [
    'a table from a variable',
    followsTables,
    { 'src/storage/marks.ts': 'await database.deleteFrom(table).execute()' },
  ],
  [
    'Fluent UI outside its room of the page',
    pagePackagesAwayFromHome,
    { 'src/views/people.tsx': "import { Button } from '@fluentui/react-components'" },
  ],
  [
    'a room of the page that calls the API and must not',
    followsPageArrows,
    { 'src/crop/crop-dialog.tsx': "import { replacePhoto } from '../graph/photos.ts'" },
  ],
  [
    'a view that is loaded at run time by a room below it',
    followsPageArrows,
    { 'src/photo/photo-panel.tsx': "const People = lazy(() => import('../views/people.tsx'))" },
  ],
  [
    'a room nobody drew',
    followsArrows,
    { 'src/mail/send.ts': "import { findUser } from '../directory/users.ts'" },
  ],
]

describe('the rules', () => {
  for (const [name, rule, files] of faults) {
    test(`find ${name}`, () => assert.equal(rule(new Map(Object.entries(files))).length, 1))
  }

  test('find a package that is not declared, not those that are', () => {
    const text = "import a from '@scope/a/deep.js'\nimport b from 'b'\nimport 'node:fs'"
    const found = undeclaredPackages(new Map([['src/main.js', text]]), ['@scope/a'])
    assert.deepEqual(found, ['src/main.js imports b'])
  })

  test('find arrows in a circle, and one that no import needs', () => {
    const circle = readArrows('## Arrows\n\n```\na · b -> c\nc -> b\n```')
    assert.deepEqual(arrowsInACircle(circle), ['c -> b -> c'])
    assert.deepEqual(
      arrowsWithoutImport(new Map([['src/a/one.ts', "import '../c/two.ts'"]]), circle),
      ['b -> c', 'c -> b'],
    )
  })

  test('find a room that ARCHITECTURE.md does not name', () => {
    const paths = ['src/mail/send.ts', 'src/photos/read.ts', 'src/photos/frames/add.ts']
    const files = new Map(paths.map(path => [path, '']))
    assert.deepEqual(roomsNotDescribed(files, 'photos/   the verbs; e-mail/ no'), [
      'mail',
      'frames',
    ])
  })

  test('leave comments, strings and the floor alone', () => {
    const text = [
      "// import { a } from '../graph/a.ts' and process.env",
      "/* import { b } from '../graph/b.ts' */",
      "import { Failure } from '../failure.ts'",
      "const link = 'https://example.org' + process.argv.join(' from ')",
    ].join('\n')
    const files = new Map([['src/tokens/verify.ts', text]])
    assert.deepEqual(followsArrows(files), [])
    assert.deepEqual(environmentReadOutsideConfig(files), [])
  })
})

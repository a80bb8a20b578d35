/**
 * A database and a folder for tests of `visage import`: brings files in as the command does. Used within a `describe`,
 * before whose tests the database is opened.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach } from 'node:test'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { type Kind, type Plan, planImport, type Result } from '../../src/provisioning/import.ts'
import { openSourceFile } from '../../src/provisioning/source-file.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

export const tenantId = 'one'
export const guid = (last: number) =>
  `3f2504e0-4f89-41d3-9a0c-0305e82c33${String(last).padStart(2, '0')}`

type Options = Readonly<{
  source?: `import:${string}`
  leavers?: 'stay' | 'go'
  columns?: string[]
  kind?: Kind
}>

type Content = string | Uint8Array

export function createImportStand(open: () => Promise<Database>) {
  let opened: Database | undefined
  let folder: string
  const database = () => opened ?? assert.fail('the database is not open')
  before(async () => {
    opened = await open()
    await migrate(opened)
    folder = await mkdtemp(join(tmpdir(), 'visage-import-'))
  })
  beforeEach(() => emptyDirectory(database()))
  after(async () => {
    await opened?.destroy()
    await rm(folder, { recursive: true, force: true })
  })

  async function withPlan<Outcome>(
    content: Content,
    { source = 'import:staff', leavers = 'stay', columns = [], kind }: Options,
    work: (plan: Plan) => Promise<Outcome> | Outcome,
  ): Promise<Outcome> {
    const path = join(folder, 'file')
    await writeFile(path, content)
    await using file = await openSourceFile(path)
    const target = { database: database(), tenantId, source }
    using plan = await planImport(file, { target, kind, columns, leavers, watch: () => {} })
    return await work(plan)
  }

  /** What the log would have: `person created`. */
  const told: string[] = []
  const apply = async (plan: Plan, at = 5, leavers = 'stay') => {
    const results = await plan.apply({
      at,
      signal: new AbortController().signal,
      removes: leavers === 'go',
      watch: () => {},
      onChange: change => told.push(`${change.kind} ${change.did}`),
    })
    return sumOf(results)
  }
  return {
    database,
    withPlan,
    told,
    apply,
    bring: (content: Content, options: Options = {}, at = 5) =>
      withPlan(content, options, async plan => {
        assert.deepEqual([...plan.problems()], [])
        return await apply(plan, at, options.leavers)
      }),
    problemsOf: (content: Content, options: Options = {}) =>
      withPlan(content, options, plan => problemsIn(plan)),
    find: (idOrName: string) => prepareWholeUsers(database()).findUser(tenantId, idOrName),
    allRows: () => database().selectFrom('users').selectAll().orderBy('id').execute(),
  }
}

/** The line of a CSV is a number alone. */
export const problemsIn = (plan: Plan) =>
  [...plan.problems()].map(({ at, words }) => `${at.replace(/^line /, '')}: ${words}`)

/** Of a plan for one list. */
export const countsOf = ({ sections: [section] }: Plan) =>
  section?.counts ?? assert.fail('no section')
export const leaversOf = ({ sections: [section] }: Plan) => section?.leavers

function sumOf(results: readonly Result[]) {
  const sum = (of: 'written' | 'removed' | 'refused') =>
    results.reduce((total, result) => total + result[of], 0)
  return { written: sum('written'), removed: sum('removed'), refused: sum('refused') }
}

/** For assert.rejects. */
export const refused = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error && 'detail' in error)
  assert.match(String(error.detail), words)
  return true
}

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { findStale, type Generated, writeStale } from '../../tools/generate.ts'
import { renderPermissionSummary, renderPermissions } from '../../tools/permissions.ts'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../..')
let root: string
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'visage-docs-'))
})
after(() => rm(root, { recursive: true }))

test('the generated documents of the repository are up to date', async () => {
  await run(process.execPath, [join(repository, 'tools/generate.ts'), '--check'])
})

test('a generated file that is missing or edited by hand is named, written, and then current', async () => {
  const texts: Generated[] = [{ file: 'whole.md', render: () => 'all of it' }]
  assert.deepEqual(await findStale(root, texts), ['whole.md'])
  assert.deepEqual(await writeStale(root, texts), ['whole.md'])
  assert.deepEqual(await findStale(root, texts), [])
  await writeFile(join(root, 'whole.md'), 'by hand')
  assert.deepEqual(await findStale(root, texts), ['whole.md'])
})

test('a generated section does not change the rest of its file', async () => {
  const file = 'sections.md'
  const marked = (first: string, second: string) =>
    `# Title\n\n<!-- generated: one -->${first}<!-- end generated -->\n\nBy hand.\n\n` +
    `<!-- generated: two -->${second}<!-- end generated -->\n`
  await writeFile(join(root, file), marked('', '\n\nnew two\n\n'))
  const texts: Generated[] = [
    { file, section: 'one', render: () => 'new one' },
    { file, section: 'two', render: () => 'new two' },
  ]
  assert.deepEqual(await findStale(root, texts), ['sections.md (one)'])
  assert.deepEqual(await writeStale(root, texts), ['sections.md (one)'])
  const written = await readFile(join(root, file), 'utf8')
  assert.equal(written, marked('\n\nnew one\n\n', '\n\nnew two\n\n'))
})

test('a section without its marks is an error that names the file and the mark', async () => {
  await writeFile(join(root, 'bare.md'), '# Title\n')
  const texts: Generated[] = [{ file: 'bare.md', section: 'settings', render: () => '' }]
  await assert.rejects(writeStale(root, texts), /bare\.md has no "<!-- generated: settings -->"/)
})

test('every row of every rendered table has as many cells as its head', () => {
  const summaries = (['en', 'zh'] as const).map(renderPermissionSummary)
  for (const text of [renderPermissions(), ...summaries]) {
    for (const block of text.split('\n\n').filter(part => part.startsWith('|'))) {
      const widths = block.split('\n').map(row => row.split('|').length)
      assert.equal(new Set(widths).size, 1, block)
    }
  }
})

test('the rows of the founding document are in the documentation', () => {
  const text = renderPermissions()
  for (const row of [
    '| contact | Application | `Contacts.ReadWrite` |  |',
    '| group | Application | `ProfilePhoto.ReadWrite.All` | `Group.ReadWrite.All` |',
    '| team | Application | not supported |  |',
    '| user | Delegated (personal Microsoft account) | `User.ReadWrite` |  |',
  ]) {
    assert.ok(text.includes(row), row)
  }
})

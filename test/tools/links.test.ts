/**
 * Every link between the documents leads to an existing file and heading. Links to other sites are not followed.
 */
import assert from 'node:assert/strict'
import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const names = [
  ...(await readdir(root)),
  ...(await readdir(join(root, 'docs'), { recursive: true })).map(name => join('docs', name)),
]
const files = names.filter(name => name.endsWith('.md'))

for (const file of files) {
  test(`every link in ${file} leads somewhere`, async () => {
    const text = withoutCode(await readFile(join(root, file), 'utf8'))
    const broken: string[] = []
    for (const [, target = ''] of text.matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      if (!(await leadsSomewhere(join(root, file), target))) broken.push(target)
    }
    assert.deepEqual(broken, [])
  })
}

test('there are documents, with links to headings among them', async () => {
  assert.ok(files.includes('README.md') && files.includes(join('docs', 'operating.md')))
  const operating = join(root, 'docs', 'operating.md')
  assert.equal(await leadsSomewhere(operating, '#sizing'), true)
  assert.equal(await leadsSomewhere(operating, '#no-such-heading'), false)
  assert.equal(await leadsSomewhere(operating, 'no-such-file.md'), false)
})

async function leadsSomewhere(from: string, target: string): Promise<boolean> {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (relative(root, file).startsWith('..')) return false
  try {
    await access(file)
    return heading === undefined || headingsOf(await readFile(file, 'utf8')).includes(heading)
  } catch {
    return false
  }
}

/** As GitHub and others name them: lower case, hyphens for spaces, and little else. */
function headingsOf(text: string): string[] {
  const titles = withoutCode(text).match(/^#+ .*$/gm) ?? []
  return titles.map(title =>
    title
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '')
}

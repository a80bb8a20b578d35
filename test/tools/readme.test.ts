/** The two READMEs say the same in two languages: neither can change without the other. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeGreeting } from '../../src/cli/greeting.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const english = await read('README.md')
const chinese = await read('README.zh-CN.md')

const blocksOf = (text: string) => text.match(/^```[\s\S]*?^```/gm) ?? []
/** From heading to heading, without blocks of code. */
const sectionsOf = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').split(/^(?=#+ )/m)
/** Sorted, since the order of words differs between languages. */
const linksOf = (section: string) =>
  [...section.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target).sort()
const shapeOf = (section: string) => ({
  level: /^#+/.exec(section)?.[0],
  bullets: section.match(/^- /gm)?.length ?? 0,
  tableRows: section.match(/^\|/gm)?.length ?? 0,
  code: (section.match(/`[^`\n]+`/g) ?? []).sort(),
})

test('README.md is at most 160 lines', () => {
  assert.ok(english.trimEnd().split('\n').length <= 160)
})

test('both READMEs lead to each other', () => {
  assert.ok(linksOf(english).includes('README.zh-CN.md'))
  assert.ok(linksOf(chinese).includes('README.md'))
})

test('both READMEs have the same commands and output', () => {
  assert.ok(blocksOf(english).length > 2)
  assert.deepEqual(blocksOf(chinese), blocksOf(english))
})

test('the output of `npm start` in README.md is what it prints', () => {
  const greeting = writeGreeting({
    origin: 'http://localhost:8080',
    program: 'npm run -s visage --',
    at: '',
    people: [
      { name: 'alice', isAdmin: false },
      { name: 'bob', isAdmin: false },
      { name: 'umut', isAdmin: true },
      ...Array.from({ length: 38 }, (_, index) => ({ name: `person${index}`, isAdmin: false })),
    ],
    tenant: 'visage.example',
    picture: 'data/example.jpg',
    certificate: undefined,
    data: './data',
    colours: 'plain',
  })
  assert.ok(english.includes(`$ npm start\n${greeting}\n`), greeting)
})

test('both READMEs have the same sections, with the same links, lists, tables and names of code', () => {
  const [first, second] = [sectionsOf(english), sectionsOf(chinese)]
  assert.deepEqual(second.map(shapeOf), first.map(shapeOf))
  const places = (sections: string[]) =>
    sections.map(section => linksOf(section).filter(target => !target?.startsWith('README')))
  assert.deepEqual(places(second), places(first))
})

test('docs/README.md leads to every page of docs and to every decision', async () => {
  const pages = await readdir(join(root, 'docs'), { recursive: true })
  const index = linksOf(await read('docs/README.md'))
  const missing = pages.filter(
    page => page.endsWith('.md') && page !== 'README.md' && !index.includes(page),
  )
  assert.deepEqual(missing, [])
})

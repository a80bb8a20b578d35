/** docs/conformance.md is complete: every scenario, every need of a client, every difference. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findTagged, renderConformance } from '../../tools/conformance.ts'
import { points } from '../conformance/points.ts'
import { themes } from '../conformance/themes.ts'

const text = renderConformance()
const all = Object.values(themes).flat()

test('every scenario is listed, or counted in the row of its table', () => {
  const listed = text.match(/^- \[/gm) ?? []
  const counted = [...text.matchAll(/^\| \[[^\]]+\]\([^)]+\) \| (\d+) \| (\d+) \|$/gm)]
  const inRows = counted.reduce(
    (sum, [, allowed, refused]) => sum + Number(allowed) + Number(refused),
    0,
  )
  assert.equal(listed.length + inRows, all.length)
  assert.equal(inRows, all.filter(({ row }) => row !== undefined).length)
})

test('every need of clients is listed, with at least one scenario', () => {
  for (const { needed } of Object.values(points)) assert.ok(text.includes(needed), needed)
  assert.doesNotMatch(text, /\| 0 \|$/m)
})

test('every theme has a description', () => {
  for (const [theme, scenarios] of Object.entries(themes)) {
    assert.match(text, new RegExp(`### ${theme}\n\n.+\\. ${scenarios.length} scenarios\\.`))
  }
})

test('every difference that a comment of the source names is listed, whole', async () => {
  const src = join(import.meta.dirname, '../../src')
  const files = (await readdir(src, { recursive: true })).filter(file => file.endsWith('.ts'))
  const sources = await Promise.all(files.map(file => readFile(join(src, file), 'utf8')))
  for (const tag of ['@differs', '@observed']) {
    const found = findTagged(tag)
    assert.equal(found.length, sources.join('\n').split(`${tag} `).length - 1, tag)
    for (const { text: words, file } of found) {
      assert.match(words, /(\.|https:\S+)$/, `${file}: ${words}`)
      assert.doesNotMatch(words, /\*\/|\/\/ |@differs|@observed/, `${file}: ${words}`)
    }
  }
})

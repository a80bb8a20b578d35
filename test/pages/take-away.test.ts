/** Taking a built page away, while another process puts a new one there. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { takeAway } from '../../src/pages/take-away.ts'
import { inTemporary, writeFiles } from './stand.ts'

test('a page that comes while the former one is taken away stays whole', () =>
  inTemporary(async root => {
    const folder = join(root, 'page')
    const former = Array.from({ length: 300 }, (_, number) => [`assets/a${number}.js`, 'former'])
    await writeFiles(folder, { 'index.html': 'former', ...Object.fromEntries(former) })
    const taken = takeAway(folder)
    while (existsSync(join(folder, 'index.html'))) await nextTurn()
    await writeFiles(folder, { 'index.html': 'new', 'assets/a1.js': 'new', 'assets/b.js': 'new' })
    await taken
    assert.deepEqual((await readdir(join(folder, 'assets'))).sort(), ['a1.js', 'b.js'])
    assert.deepEqual(await readdir(root), ['page'])
  }))

test('where there is no page, nothing is taken away', () =>
  inTemporary(async root => {
    await takeAway(join(root, 'page'))
    assert.deepEqual(await readdir(root), [])
  }))

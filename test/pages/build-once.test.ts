/** The real build: once for any number of processes that ask, and small enough for a first visit. */
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { builtPage } from '../support/page.ts'

const maxFirstLoad = 180_000

test('several who ask at once get one build', async () => {
  const [folder] = await Promise.all([builtPage(), builtPage(), builtPage()])
  const { ino } = await stat(join(folder, 'index.html'))
  await builtPage()
  assert.equal((await stat(join(folder, 'index.html'))).ino, ino)
})

test(`the first load is at most ${maxFirstLoad / 1000} kB`, async t => {
  const folder = await builtPage()
  const html = await readFile(join(folder, 'index.html'))
  const names = [...html.toString().matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  )
  const loaded = names.filter(name => /\.(?:js|css)$/.test(name))
  assert.ok(loaded.length > 0, html.toString())
  // What the scripts import statically is loaded at once too; Vite lists it as modulepreload, or it would be missed here.
  const scripts = await Promise.all(
    loaded.filter(name => name.endsWith('.js')).map(name => readFile(join(folder, name), 'utf8')),
  )
  const imported = scripts.flatMap(text =>
    [...text.matchAll(/\b(?:from|import)\s*["']\.\/([^"']+)["']/g)].map(
      ([, name]) => `assets/${name}`,
    ),
  )
  const all = [...new Set([...loaded, ...imported])]
  const sizes = await Promise.all(
    all.map(async name => (await stat(join(folder, `${name}.br`))).size),
  )
  const bytes = sizes.reduce((sum, size) => sum + size, brotliCompressSync(html).byteLength)
  t.diagnostic(`first load: ${(bytes / 1000).toFixed(1)} kB in ${all.length + 1} files`)
  assert.ok(bytes <= maxFirstLoad, `${bytes} bytes in ${all.join(', ')}`)
})

test('every script and style has a brotli copy, and no map of sources is published', async () => {
  const names = await readdir(join(await builtPage(), 'assets'))
  const texts = names.filter(name => /\.(?:js|css|svg)$/.test(name))
  assert.deepEqual(
    texts.filter(name => !names.includes(`${name}.br`)),
    [],
  )
  assert.deepEqual(
    names.filter(name => name.endsWith('.map')),
    [],
  )
})

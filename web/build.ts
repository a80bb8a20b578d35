/**
 * Builds the page: web/src -> files that a browser loads, each with a brotli copy beside it. The addresses of the
 * scripts are relative, so the page works behind a base URL with a path; the server completes those of the HTML.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const compress = promisify(brotliCompress)

/** Empties `folder` first. */
export async function buildPage(folder: string): Promise<void> {
  // Otherwise the environment of a developer could make it a page with React's checks, twice as large.
  process.env.NODE_ENV = 'production'
  await build({
    root: import.meta.dirname,
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir: folder, emptyOutDir: true, assetsInlineLimit: 0, target: 'es2024' },
    worker: { format: 'es' },
  })
  const names = await readdir(folder, { recursive: true })
  await Promise.all(
    names.filter(name => /\.(?:js|css|svg|html)$/.test(name)).map(name => addBrotli(folder, name)),
  )
}

async function addBrotli(folder: string, name: string): Promise<void> {
  const bytes = await readFile(join(folder, name))
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  await writeFile(join(folder, `${name}.br`), await compress(bytes, { params }))
}

if (import.meta.main) {
  const [, , folder] = process.argv
  if (folder === undefined) throw new Error('Usage: node web/build.ts FOLDER')
  await buildPage(resolve(folder))
}

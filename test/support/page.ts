/**
 * The page as it is built, for tests that need it. Any number of test files may ask at the same time: web/build-once.ts builds
 * it once, and only if its sources have changed. Servers that are started from the sources then serve it.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPage } from '../../src/pages/place.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../web/build-once.ts')

/** The folder with `index.html` and `assets/`. */
export async function builtPage(): Promise<string> {
  await run(process.execPath, [program], { timeout: 240_000 })
  return findPage().folder
}

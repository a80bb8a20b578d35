/**
 * Builds the page of this checkout into web/dist/page, unless it is built from the sources that are there. Any number of
 * processes may run it at the same time: one builds, and the others wait for it.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { failureAt, findPage } from '../src/pages/place.ts'
import { isBuiltFrom, stampName, stampOf } from '../src/pages/stamp.ts'
import { takeAway } from '../src/pages/take-away.ts'

const web = import.meta.dirname
const dist = join(web, 'dist')
const { folder } = findPage()

await mkdir(dist, { recursive: true })
const lock = takeLock()
try {
  if (!(await isBuiltFrom(web, folder))) await build()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  await writeFile(failureAt(web), String(error))
  process.exitCode = 1
} finally {
  lock.close()
}

/** A lock of the operating system, through SQLite: it ends with the process, however that ends. */
function takeLock(): DatabaseSync {
  const database = new DatabaseSync(join(dist, 'lock.sqlite'))
  database.exec('pragma busy_timeout = 600000; begin exclusive')
  return database
}

/** Beside the former page first, so that a server never reads half a page. */
async function build(): Promise<void> {
  const beside = join(dist, 'new')
  const stamp = await stampOf(web)
  await rm(failureAt(web), { force: true })
  const { buildPage } = await import('./build.ts')
  await buildPage(beside)
  await writeFile(join(beside, stampName), stamp)
  await takeAway(folder)
  await rename(beside, folder)
}

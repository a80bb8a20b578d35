/**
 * Whether the page of a checkout is built from the sources that are there. web/build-once.ts writes the stamp into what it
 * builds; a server compares it, so that it starts no build without need.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const stampName = 'stamp.txt'

/** Equal for equal sources, program of the build, and versions of packages. */
export async function stampOf(web: string): Promise<string> {
  const names = await readdir(join(web, 'src'), { recursive: true, withFileTypes: true })
  const sources = names
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const own = ['index.html', 'build.ts', '../package-lock.json'].map(name => join(web, name))
  const hash = createHash('sha256')
  for (const file of [...sources.sort(), ...own]) {
    const bytes = await readFile(file)
    hash.update(`${file.slice(web.length)} ${bytes.byteLength}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** `folder`: the built page. */
export async function isBuiltFrom(web: string, folder: string): Promise<boolean> {
  const [wanted, found] = await Promise.all([
    stampOf(web),
    // Not built, or not readable: the build says why.
    readFile(join(folder, stampName), 'utf8').catch(() => undefined),
  ])
  return wanted === found
}

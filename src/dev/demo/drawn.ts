/**
 * Demo photos that were drawn and rendered once, kept between starts, since drawing all takes seconds. It
 * decides where they are kept and for how long; the function that makes them is a parameter.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Drawn = Readonly<{
  /** The picture as uploaded. */
  picture: Uint8Array
  pack: Uint8Array
  renditions: readonly Readonly<Record<'width' | 'height' | 'offset' | 'length', number>>[]
}>

/** Tries `folders` in order, and skips one that cannot be read or written. */
export async function readOrDraw(
  folders: readonly string[],
  name: string,
  draw: () => Promise<Drawn>,
): Promise<Drawn> {
  const file = `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.photo`
  for (const folder of folders) {
    const kept = await recall(join(folder, file))
    if (kept !== undefined) return kept
  }
  const drawn = await draw()
  for (const folder of folders) if (await keep(folder, file, drawn)) break
  return drawn
}

/**
 * Next to the packages, otherwise in the user's home: folders that only those who may change this program
 * can write. The name depends on the code that draws and renders, so that a change never shows old photos.
 */
export async function drawnFolders(): Promise<readonly string[]> {
  try {
    const name = `demo-${await digestOfSources()}`
    return [
      join(packagesFolder(), '.cache', 'visage', name),
      join(homedir(), '.cache', 'visage', name),
    ]
  } catch {
    return []
  }
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  const sharp = fileURLToPath(import.meta.resolve('sharp'))
  hash.update(
    await readFile(
      join(sharp.slice(0, sharp.lastIndexOf(`${sep}sharp${sep}`)), 'sharp', 'package.json'),
    ),
  )
  for (const room of ['.', '../../renditions']) {
    const folder = join(import.meta.dirname, room)
    for (const file of (await readdir(folder)).sort())
      hash.update(await readFile(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** The folder that this package is installed in, or that of the checkout. */
function packagesFolder(): string {
  const root = join(import.meta.dirname, '../../..')
  const above = dirname(root)
  return above.endsWith(`${sep}node_modules`) ? above : join(root, 'node_modules')
}

/** undefined if it is missing or truncated. */
async function recall(file: string): Promise<Drawn | undefined> {
  try {
    const bytes = Uint8Array.from(await readFile(file))
    const end = bytes.indexOf(10)
    const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString())
    const body = bytes.subarray(end + 1)
    if (digestOf(body) !== head.digest) return undefined
    return {
      picture: body.slice(0, head.pictureBytes),
      pack: body.slice(head.pictureBytes),
      renditions: head.renditions,
    }
  } catch {
    return undefined
  }
}

async function keep(folder: string, file: string, { picture, pack, renditions }: Drawn) {
  const body = Buffer.concat([picture, pack])
  const head = { digest: digestOf(body), pictureBytes: picture.length, renditions }
  const part = join(folder, `${file}.${process.pid}.${performance.now()}.part`)
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (made !== undefined) await removeOld(dirname(folder))
    await writeFile(part, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]))
    await rename(part, join(folder, file))
    return true
  } catch {
    await rm(part, { force: true }).catch(() => {})
    return false
  }
}

const oldMs = 30 * 86_400_000

/** Removes folders of earlier versions that were not used for a month. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (name.startsWith('demo-') && mtimeMs < Date.now() - oldMs)
      await rm(path, { recursive: true })
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

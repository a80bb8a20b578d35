/**
 * What a folder of pulled photos has of whom, in JSON lines beside them. The next pull asks only for what is new, and one that
 * was killed goes on: the last line of an owner counts.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOwnerId } from './owner-id.ts'

export type Pulled = Readonly<{
  id: string
  name: string
  address: string
  /** undefined: no photo. */
  file?: string | undefined
  etag?: string | undefined
  /** What was asked for. */
  size?: string | undefined
}>

const manifestFile = 'visage-pull.jsonl'

export type Manifest = AsyncDisposable &
  Readonly<{
    known: ReadonlyMap<string, Pulled>
    /** Lower case, as some file systems compare; of every owner that is known. */
    names: Map<string, string>
    add: (pulled: Pulled) => Promise<void>
  }>

export async function openManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile)
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').flatMap(parse)
  const known = new Map(lines.map(line => [line.id, line]))
  const names = new Map<string, string>()
  for (const { id, file } of known.values()) if (file) names.set(file.toLowerCase(), id)
  const file = await open(path, 'a', 0o600)
  if (text !== '' && !text.endsWith('\n')) await file.appendFile('\n')
  let last: Promise<void> = Promise.resolve()
  return {
    known,
    names,
    add(pulled) {
      last = last.then(() => append(file, pulled))
      return last
    },
    async [Symbol.asyncDispose]() {
      await file.sync()
      await file.close()
    },
  }
}

async function append(file: FileHandle, pulled: Pulled): Promise<void> {
  await file.appendFile(`${JSON.stringify(pulled)}\n`)
}

/** A line that is broken, or names a file elsewhere, is as if it were not there: the photo is read again. */
function parse(text: string): Pulled[] {
  try {
    const line = JSON.parse(text) as Pulled
    const isInside =
      line.file === undefined || (typeof line.file === 'string' && !/[/\\]|^\.\.?$/.test(line.file))
    return isOwnerId(line.id) && isInside ? [line] : []
  } catch {
    // Cut off by a crash.
    return []
  }
}

/**
 * The file that is imported. Only a plain file is opened; it can be read several times. Its content is not looked at
 * here.
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { quoted, refused } from './refused.ts'

export type SourceFile = AsyncDisposable &
  Readonly<{
    name: string
    size: number
    /** The bytes from the beginning. Each chunk is valid until the next one is read. */
    chunks: () => AsyncIterable<Uint8Array>
  }>

/** Throws Failure 'resource-invalid' for anything but a plain file. */
export async function openSourceFile(name: string): Promise<SourceFile> {
  refuseOthers(name, await lstat(name).catch(error => inWords(name, error)))
  // Opening a pipe that took the place of the file would otherwise wait for a writer.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(name, flags).catch(error => inWords(name, error))
  try {
    const stats = await handle.stat()
    refuseOthers(name, stats)
    if (stats.size === 0) throw refused(`${quoted(name)} is empty`)
    return {
      name,
      size: stats.size,
      chunks: () => readChunks(handle, name, stats.size),
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

type Kinds = Readonly<
  Record<'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket', () => boolean>
>

/** A link may lead to a file that the person who made it cannot read, but the operator can. */
function refuseOthers(name: string, stats: Kinds): void {
  if (stats.isFile()) return
  if (stats.isSymbolicLink())
    throw refused(`${quoted(name)} is a link: name the file that it leads to`)
  if (stats.isDirectory()) throw refused(`${quoted(name)} is a folder, not a file`)
  const what = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
  throw refused(`${quoted(name)} is ${what}, not a file: save what it gives in a file first`)
}

const chunkBytes = 256 * 1024

async function* readChunks(
  handle: FileHandle,
  name: string,
  size: number,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  for (let at = 0; at < size; ) {
    const wanted = Math.min(chunkBytes, size - at)
    const { bytesRead } = await handle.read(buffer, 0, wanted, at)
    if (bytesRead === 0) throw refused(`${quoted(name)} became shorter while it was read`)
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

function inWords(name: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') throw refused(`there is no file ${quoted(name)}`)
  if (code === 'EACCES') throw refused(`${quoted(name)} may not be read by this user`)
  if (code === 'ELOOP') throw refused(`${quoted(name)} is a link: name the file that it leads to`)
  throw error
}

/**
 * Writes a journal: every line is on the disk before the next step. Lines that come together are written and made durable
 * together. Beside it lie the former photos, and the prepared ones until the run is finished.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { journalFile } from './journal-folder.ts'
import type { Line } from './journal-lines.ts'
import { Stopped } from './stopped.ts'

export type Journal = AsyncDisposable &
  Readonly<{
    folder: string
    /** Resolves when the line is durable. Throws Stopped 'disk', as `keepFormer` does. */
    write: (line: Line) => Promise<void>
    /** Returns the name of the file; an earlier one of the same owner stays. */
    keepFormer: (id: string, bytes: Uint8Array) => Promise<string>
    keepPrepared: (hash: string, jpeg: Uint8Array) => Promise<void>
    /** undefined if it is not there. */
    readPrepared: (hash: string) => Promise<Buffer | undefined>
    dropPrepared: () => Promise<void>
  }>

const formerFolder = 'former'
const preparedFolder = 'prepared'

export async function openJournal(folder: string): Promise<Journal> {
  const [former, prepared] = [join(folder, formerFolder), join(folder, preparedFolder)]
  await mkdir(former, { recursive: true, mode: 0o700 })
  const file = await open(join(folder, journalFile), 'a+', 0o600)
  await dropTornLine(file)
  const write = createWriter(file)
  let making: Promise<unknown> | undefined
  return {
    folder,
    write: line => write(`${JSON.stringify(line)}\n`),
    async keepFormer(id, bytes) {
      const name = await freeName(former, encodeURIComponent(id).slice(0, 150))
      await writeDurably(join(former, name), bytes)
      return name
    },
    async keepPrepared(hash, jpeg) {
      making ??= mkdir(prepared, { recursive: true, mode: 0o700 })
      await making
      // Two files may be one picture, and are prepared at once.
      const part = join(prepared, randomUUID())
      await writeFile(part, jpeg, { mode: 0o600 })
      await rename(part, join(prepared, `${hash}.jpg`))
    },
    readPrepared: hash => readFile(join(prepared, `${hash}.jpg`)).catch(() => undefined),
    dropPrepared: () => rm(prepared, { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      await file.close()
    },
  }
}

/** Throws Stopped 'misuse' for what no journal has written: a link would send any file of this machine to the server. */
export async function readFormer(folder: string, file: string): Promise<Buffer> {
  const path = join(folder, formerFolder, file)
  try {
    const isFolder = (await lstat(join(folder, formerFolder))).isDirectory()
    if (!isFolder || !/^[\w%.!'()*~-]+\.jpg$/.test(file)) throw new TypeError('not of this journal')
    await using opened = await open(path, readWithoutLinks)
    if (!(await opened.stat()).isFile()) throw new TypeError('not a file')
    return await opened.readFile()
  } catch (error) {
    throw new Stopped('misuse', `the former photo ${path} cannot be read: ${error}`, error)
  }
}

/** Windows has neither, and `undefined` is 0 there. A FIFO would never end. */
const readWithoutLinks = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** After a crash within a line, the next one must begin on a new line. */
async function dropTornLine(file: FileHandle): Promise<void> {
  const text = await file.readFile()
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) await file.truncate(end)
}

function createWriter(file: FileHandle): (text: string) => Promise<void> {
  let waiting: string[] = []
  let last = Promise.resolve()
  async function writeBatch(): Promise<void> {
    const batch = waiting
    waiting = []
    // The lines of this call were written by an earlier one.
    if (batch.length === 0) return
    try {
      await file.appendFile(batch.join(''))
      await file.sync()
    } catch (error) {
      throw notWritten(error)
    }
  }
  return text => {
    waiting.push(text)
    // After a failure every later line fails too: the disk is full, and nothing more may be sent.
    last = last.then(writeBatch)
    return last
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(bytes)
    await file.sync()
  } catch (error) {
    throw notWritten(error)
  }
}

/** What was sent without an outcome is read back by the next run. */
function notWritten(error: unknown): Stopped {
  const why = error instanceof Error ? error.message : String(error)
  return new Stopped(
    'disk',
    `the journal cannot be written, so nothing more was sent: ${why}. Make room, and run the same command again: it goes on where this run ended`,
    error,
  )
}

async function freeName(folder: string, id: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${id}.jpg` : `${id}-${number}.jpg`
    const isThere = await open(join(folder, name), 'r').then(
      async file => {
        await file.close()
        return true
      },
      () => false,
    )
    if (!isThere) return name
  }
}

/**
 * Folders of personal data: making one, and closing one that is there to the other users of the machine.
 * Why, and what is left alone: docs/decisions/0019-the-data-folder-is-private.md.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../failure.ts'

const othersMask = 0o007
const groupAndOthersMask = 0o077
const othersMayWrite = 0o002
const sticky = 0o1000

/**
 * Makes `path` and what is missing above it, each for its user alone; returns the first that it made. Node's
 * own recursive mkdir never ends where the system answers ENOENT for a folder whose parent is there, as in
 * /proc.
 */
export function makePrivateFolders(path: string): string | undefined {
  const missing: string[] = []
  for (let at = resolve(path); !exists(at); at = dirname(at)) missing.unshift(at)
  for (const folder of missing) makeOne(folder)
  if (statSync(path).isDirectory()) return missing[0]
  throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR', syscall: 'mkdir' })
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Another process may make the same folder at this moment. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/**
 * Makes the data folder, or closes the one that is there: `names` are what a data folder holds. Throws Failure
 * 'storage-unavailable' where it cannot be made, is shared with other things, or can be written by others.
 */
export function openPrivateFolder(path: string, names: readonly string[]): void {
  try {
    makePrivateFolders(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw refused(`the data folder ${path} cannot be made${code}`, error)
  }
  const folder = realpathSync(path)
  const { mode } = statSync(folder)
  if (process.platform === 'win32' || (mode & othersMask) === 0) return
  if (mode & sticky || !isDataFolder(folder, names)) {
    throw refused(
      `other users may read ${path}, and it holds other things than Visage's data: name a folder of its own, or \`chmod 700\` this one`,
    )
  }
  if (close(folder, mode) || (mode & othersMayWrite) === 0) return
  throw refused(
    `other users may write to ${path}, and this user may not change that: name a folder in it, or \`chmod 700\` it as its owner`,
  )
}

/** What a new file system and a checkout put into an empty folder is nobody's. */
function isDataFolder(folder: string, names: readonly string[]): boolean {
  const found = readdirSync(folder).filter(name => !['lost+found', '.gitkeep'].includes(name))
  return found.length === 0 || found.some(name => names.includes(name))
}

/**
 * Takes from a file or folder of Visage what other users may do with it. Where they may do nothing, what its
 * group may do is deliberate and stays. A link is left alone: it may lead to a file of somebody else.
 */
export function closeToOthers(path: string): void {
  if (process.platform === 'win32') return
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && !found.isSymbolicLink() && found.mode & othersMask) close(path, found.mode)
}

/** False where this user may not: it is another user's, or on a medium that is only read. */
function close(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode & 0o7777 & ~groupAndOthersMask)
    return true
  } catch {
    return false
  }
}

function refused(detail: string, cause?: unknown): Failure {
  return new Failure('storage-unavailable', { detail, cause })
}

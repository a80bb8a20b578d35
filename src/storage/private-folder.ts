/**
 * Creates folders for personal data, and removes the access of other users from existing ones.
 * Reasons and exceptions: docs/decisions/0019-the-data-folder-is-private.md.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../failure.ts'

const othersMask = 0o007
const groupAndOthersMask = 0o077
const othersMayWrite = 0o002
const sticky = 0o1000

/**
 * Creates `path` and its missing parents, each for its owner only; returns the first that was
 * created. Node's recursive mkdir never ends where the system answers ENOENT although the parent
 * exists, as in /proc.
 */
export function makePrivateFolders(path: string): string | undefined {
  const missing: string[] = []
  for (let at = resolve(path); !exists(at); at = dirname(at)) missing.unshift(at)
  for (const folder of missing) makeOne(folder)
  if (statSync(path).isDirectory()) return missing[0]
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR', syscall: 'mkdir' })
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Another process may create the same folder at the same time. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/**
 * Creates the data folder, or removes the access of other users. `names` are the entries of a data
 * folder. Throws Failure 'storage-unavailable' where it cannot be created, contains other things
 * and is readable by others, or stays writable by others.
 */
export function openPrivateFolder(path: string, names: readonly string[]): void {
  try {
    makePrivateFolders(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw refused(`the folder ${path} cannot be created${code}`, error)
  }
  const folder = realpathSync(path)
  const { mode } = statSync(folder)
  if (process.platform === 'win32' || (mode & othersMask) === 0) return
  if (mode & sticky) {
    throw refused(
      `${path} is shared with other users, like /tmp: name a folder inside it, or \`chmod 700\` this one`,
    )
  }
  if (!isDataFolder(folder, names)) {
    throw refused(
      `other users may read ${path}, and it contains other things than Visage's data: name a separate folder, or \`chmod 700\` this one`,
    )
  }
  if (close(folder, mode) || (mode & othersMayWrite) === 0) return
  throw refused(
    `other users may write to ${path}, and this user may not change that: name a folder inside it, or \`chmod 700\` it as its owner`,
  )
}

/** lost+found (a new file system) and .gitkeep (a checkout) are ignored. */
function isDataFolder(folder: string, names: readonly string[]): boolean {
  const found = readdirSync(folder).filter(name => !['lost+found', '.gitkeep'].includes(name))
  return found.length === 0 || found.some(name => names.includes(name))
}

/**
 * Removes the access of group and others when others have any. Without access for others, the
 * group's access is deliberate and stays. Symbolic links are skipped: they may lead to files of
 * another user.
 */
export function closeToOthers(path: string): void {
  if (process.platform === 'win32') return
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && !found.isSymbolicLink() && found.mode & othersMask) close(path, found.mode)
}

/** False where this user may not: another owner, or a read-only medium. */
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

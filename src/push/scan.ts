/**
 * A folder -> its pictures, and what was passed over and why. Nothing is opened or changed; links are not followed, so no
 * file outside the folder is found and no circle walked.
 */
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ignored, kindOfFile, kindOfFolder } from './junk.ts'
import { Stopped } from './stopped.ts'

export type Found = Readonly<{
  /** From the folder, with slashes. */
  path: string
  bytes: number
  modifiedMs: number
}>

type Unreadable = Readonly<{ path: string; why: string }>

export type Scan = Readonly<{
  /** In the order of their paths. */
  files: readonly Found[]
  ignored: Readonly<Record<Ignored, number>>
  unreadable: readonly Unreadable[]
}>

type Lists = {
  files: Found[]
  ignored: Record<Ignored, number>
  unreadable: Unreadable[]
}

const maxFileBytes = 200 * 1024 * 1024
/** More is another folder than intended, and would fill the memory. */
const maxFiles = 500_000

/** Throws Stopped 'misuse' if there is no such folder, or if it may not be read. */
export async function scan(folder: string): Promise<Scan> {
  const lists: Lists = { files: [], ignored: noneIgnored(), unreadable: [] }
  const folders = ['']
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    await scanFolder(folder, path, folders, lists).catch(error => {
      if (path === '') throw new Stopped('misuse', whyNoFolder(folder, error), error)
      lists.unreadable.push({ path: `${path}/`, why: wordsOf(error) })
    })
    if (lists.files.length > maxFiles) throw new Stopped('misuse', tooMany(folder))
  }
  const byPath = (one: { path: string }, other: { path: string }) =>
    one.path < other.path ? -1 : 1
  return {
    files: lists.files.sort(byPath),
    ignored: lists.ignored,
    unreadable: lists.unreadable.sort(byPath),
  }
}

function noneIgnored(): Record<Ignored, number> {
  return { 'system files': 0, links: 0, devices: 0, 'other files': 0, journals: 0 }
}

async function scanFolder(
  root: string,
  within: string,
  folders: string[],
  lists: Lists,
): Promise<void> {
  for await (const entry of await opendir(join(root, within))) {
    const path = within === '' ? entry.name : `${within}/${entry.name}`
    if (entry.isSymbolicLink()) lists.ignored.links += 1
    else if (entry.isDirectory()) {
      const ignored = kindOfFolder(entry.name)
      if (ignored === undefined) folders.push(path)
      else lists.ignored[ignored] += 1
    } else if (entry.isFile()) await addFile(root, path, entry.name, lists)
    else lists.ignored.devices += 1
  }
}

async function addFile(root: string, path: string, name: string, lists: Lists): Promise<void> {
  const kind = kindOfFile(name)
  if (kind === 'other picture') {
    lists.unreadable.push({ path, why: 'this format is not read: export it as JPEG' })
  } else if (kind !== 'picture') lists.ignored[kind] += 1
  else {
    const found = await measure(root, path)
    if ('why' in found) lists.unreadable.push(found)
    else lists.files.push(found)
  }
}

async function measure(root: string, path: string): Promise<Found | Unreadable> {
  // Node.js replaces bytes that are not UTF-8, and the name then leads nowhere.
  if (path.includes('\u{fffd}')) return { path, why: 'its name is not Unicode: rename it' }
  try {
    const { size, mtimeMs } = await lstat(join(root, path))
    if (size === 0) return { path, why: 'it is empty: copy or download it again' }
    if (size > maxFileBytes) return { path, why: 'it is larger than 200 MB' }
    return { path, bytes: size, modifiedMs: Math.floor(mtimeMs) }
  } catch (error) {
    return { path, why: wordsOf(error) }
  }
}

function whyNoFolder(folder: string, error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return `there is no folder ${folder}`
  if (code === 'ENOTDIR') return `${folder} is a file; push takes a folder of photos`
  return `${folder} cannot be read: ${wordsOf(error)}`
}

function tooMany(folder: string): string {
  return `${folder} has more than ${maxFiles.toLocaleString('en')} pictures: name a smaller folder`
}

/** Words for what the operating system says about a file. */
function wordsOf(error: unknown): string {
  const words: Readonly<Record<string, string>> = {
    EACCES: 'you have no permission to read it',
    EPERM: 'you have no permission to read it',
    ENOENT: 'it is gone',
    ENAMETOOLONG: 'its path is too long',
    EIO: 'the disk cannot read it',
  }
  return words[codeOf(error)] ?? (error instanceof Error ? error.message : String(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Removes the folder of a run: it holds faces, which nobody should keep longer than they are needed. */
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isLock, isOfRun, lock } from './journal-folder.ts'
import { Stopped } from './stopped.ts'

/** What push writes there. Anything else was put there by somebody, and stays. */
const written = /^(journal\.jsonl|former|prepared|plan(-\d+)?\.html|report\.(html|csv))$/

/** Returns what stays. Throws Stopped for a folder that is of no run, or that a run uses. */
export async function forget(folder: string): Promise<readonly string[]> {
  if (!(await isOfRun(folder))) {
    throw new Stopped('misuse', `there is no journal of visage push in ${folder}`)
  }
  const names = await removeWritten(folder)
  const others = names.filter(name => !written.test(name) && !isLock(name))
  if (others.length === 0) await rmdir(folder)
  return others
}

/** Returns all names that were there. */
async function removeWritten(folder: string): Promise<readonly string[]> {
  await using _ = await lock(folder)
  const names = await readdir(folder)
  // The journal last: without it, the folder would be no journal, and could not be forgotten again.
  const ours = names.filter(name => written.test(name)).sort()
  for (const name of ours.toSorted((_, name) => (name === 'journal.jsonl' ? -1 : 1))) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
  return names
}

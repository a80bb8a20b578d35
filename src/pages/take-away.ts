/**
 * Takes a built page away as a whole. A folder that is emptied file by file may meanwhile get the files of another build, and
 * would lose some of them.
 */
import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'

/** Does nothing if there is none. */
export async function takeAway(folder: string): Promise<void> {
  const aside = `${folder}-${randomUUID()}`
  try {
    await rename(folder, aside)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  await rm(aside, { recursive: true, force: true })
}

/** What has been written survives a loss of power. It knows no store. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name survives a crash only once the folder that holds it has been synced (fsync(2)). */
export async function syncFolder(path: string): Promise<void> {
  // Windows refuses to sync a folder, and NTFS journals names by itself.
  if (process.platform !== 'win32') await syncFile(path)
}

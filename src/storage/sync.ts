/** Makes written data survive a power failure. */
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

/** A new name survives a crash only after its folder has been synced (fsync(2)). */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot sync a folder; NTFS journals names itself.
  if (process.platform !== 'win32') await syncFile(path)
}

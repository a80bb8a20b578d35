/** The folder of a run and its journal: the unfinished one of the same command, else a new one that remembers the last. */
import { type Journal, openJournal } from '../push/journal.ts'
import { createFolder, findLatest, lock, readJournal } from '../push/journal-folder.ts'
import type { Replayed } from '../push/journal-lines.ts'
import type { PlanHead } from '../push/plan-file.ts'

export type Work = AsyncDisposable &
  Readonly<{
    folder: string
    journal: Journal
    earlier: Readonly<{ replayed: Replayed; isContinued: boolean }> | undefined
    /** Before the first change. */
    begin: () => Promise<void>
    hasBegun: () => boolean
  }>

/** Throws Stopped 'refused' if another run uses it. */
export async function openWork(parent: string, head: PlanHead, now: number): Promise<Work> {
  const { target, kind, folder: photos } = head
  const latest = await findLatest(parent, { target, kind, folder: photos })
  const isContinued =
    latest !== undefined && !latest.replayed.isFinished && latest.replayed.undone.size === 0
  const folder = isContinued ? latest.folder : await createFolder(parent, now)
  const held = await lock(folder)
  try {
    const journal = await openJournal(folder)
    const replayed = isContinued ? await readJournal(folder) : latest?.replayed
    let hasBegun = false
    return {
      folder,
      journal,
      hasBegun: () => hasBegun,
      earlier: replayed && { replayed, isContinued },
      async begin() {
        hasBegun = true
        if (isContinued) return
        const at = new Date(now).toISOString()
        await journal.write({ line: 'begin', version: 1, at, target, kind, folder: photos })
      },
      async [Symbol.asyncDispose]() {
        await journal[Symbol.asyncDispose]()
        await held[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await held[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Builds the page of a checkout behind the start of a server: in a process of its own, at the lowest priority, and only if its
 * sources are newer than what is built. A failure is reported, and the server goes on. The package has a built page.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { findPage, type PagePlace } from './place.ts'
import { isBuiltFrom } from './stamp.ts'
import { takeAway } from './take-away.ts'

type PageBuild = Readonly<{
  /** Resolves when the page is built, or cannot be. */
  done: Promise<void>
  /** Ends a build that still runs. */
  end: () => Promise<void>
}>

/** `failed` is called with one sentence for the log. */
export function buildPageBehind(
  failed: (problem: string) => void,
  place: PagePlace = findPage(),
): PageBuild {
  const ending = new AbortController()
  const done = build(place, ending.signal).catch(error => {
    if (!ending.signal.aborted) failed(`The page could not be built: ${textOf(error)}`)
  })
  return {
    done,
    async end() {
      ending.abort()
      await done
    },
  }
}

async function build({ folder, web }: PagePlace, signal: AbortSignal): Promise<void> {
  if (web === undefined || (await isBuiltFrom(web, folder)) || signal.aborted) return
  // Nobody gets the page of other sources meanwhile.
  await takeAway(folder)
  const child = spawn(process.execPath, [join(web, 'build-once.ts')], {
    cwd: web,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  lowerPriority(child.pid)
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  // No build outlives this process, even one that a second Ctrl-C ends at once.
  process.once('exit', kill)
  const [[code], told] = await Promise.all([once(child, 'close'), lastOf(child.stderr)])
  process.off('exit', kill)
  if (code !== 0) throw new Error(told || `it ended with ${code}`)
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // The process has ended, or the system does not allow it: the build is only faster.
  }
}

const maxCharacters = 2000

/** The end of what a program says, as text. */
async function lastOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text = (text + chunk.toString('utf8')).slice(-maxCharacters)
  return stripVTControlCharacters(text).trim()
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * The folder of a run: `visage-push-TIME`, for its owner alone, because it holds faces. One run uses it at a time. The same
 * command finds its latest folder again by target, kind and folder of photos.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Begin, type Replayed, replay } from './journal-lines.ts'
import { Stopped } from './stopped.ts'

const prefix = 'visage-push-'
export const journalFile = 'journal.jsonl'
const lockPrefix = 'lock-'

type Series = Pick<Begin, 'target' | 'kind' | 'folder'>
type Former = Readonly<{ folder: string; replayed: Replayed }>

/** The latest of this series below `parent`; undefined if there is none. Throws Stopped 'misuse' for a journal that is broken. */
export async function findLatest(parent: string, series: Series): Promise<Former | undefined> {
  const names = (await readdir(parent).catch(() => [])).filter(name => name.startsWith(prefix))
  for (const name of names.sort().reverse()) {
    const replayed = await readIfJournal(join(parent, name))
    if (replayed !== undefined && isSame(replayed.begin, series)) {
      return { folder: join(parent, name), replayed }
    }
  }
  return undefined
}

function isSame(begin: Series, { target, kind, folder }: Series): boolean {
  return begin.target === target && begin.kind === kind && begin.folder === folder
}

async function readIfJournal(folder: string): Promise<Replayed | undefined> {
  try {
    return await readJournal(folder)
  } catch (error) {
    // A contact sheet alone, or a folder that only has such a name.
    if (error instanceof Stopped && error.reason === 'misuse') return undefined
    throw error
  }
}

/** Throws Stopped 'misuse'. A line that a crash cut off does not count. */
export async function readJournal(folder: string): Promise<Replayed> {
  const text = await readFile(join(folder, journalFile), 'utf8').catch(error => {
    throw new Stopped('misuse', `there is no journal of visage push in ${folder}`, error)
  })
  try {
    return replay(text.slice(0, text.lastIndexOf('\n') + 1))
  } catch (error) {
    const at = error instanceof Error ? error.message : ''
    throw new Stopped('misuse', `the journal ${join(folder, journalFile)} is broken: ${at}`, error)
  }
}

/** False for another folder, whatever it holds. True also where a plan was only shown, or was declined. */
export async function isOfRun(folder: string): Promise<boolean> {
  if ((await readIfJournal(folder)) !== undefined) return true
  const names: readonly string[] = await readdir(folder).catch(() => [])
  const text = await readFile(join(folder, journalFile), 'utf8').catch(() => '')
  const hasPlan = names.includes('plan.html') && text === ''
  return hasPlan && basename(resolve(folder)).startsWith(prefix)
}

/** `visage-push-20261128-171500`; a number behind it if there is one of this second. */
export async function createFolder(parent: string, now: number): Promise<string> {
  const [day, time] = new Date(now).toISOString().replace(/[-:]/g, '').split(/[T.]/)
  await mkdir(parent, { recursive: true })
  for (let number = 1; ; number++) {
    const folder = join(parent, `${prefix}${day}-${time}${number === 1 ? '' : `-${number}`}`)
    try {
      await mkdir(folder, { mode: 0o700 })
      return folder
    } catch (error) {
      const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
      if (!isThere)
        throw new Stopped('misuse', `no journal can be kept in ${parent}: ${error}`, error)
    }
  }
}

/**
 * Throws Stopped 'refused' while another run holds it. Each run makes a file of its own and then looks for others, so two that
 * begin at once never both go on, whoever removes what a killed run left. Both may be refused.
 */
export async function lock(folder: string): Promise<AsyncDisposable> {
  const own = `${lockPrefix}${process.pid}-${randomUUID()}`
  const path = join(folder, own)
  const release = () => rm(path, { force: true })
  try {
    await writeFile(path, '', { flag: 'wx', mode: 0o600 })
    const others = (await readdir(folder)).filter(name => isLock(name) && name !== own)
    for (const name of others) await removeIfDead(folder, name)
  } catch (error) {
    await release()
    if (error instanceof Stopped) throw error
    throw new Stopped('misuse', `the lock ${path} cannot be written: ${error}`, error)
  }
  return { [Symbol.asyncDispose]: release }
}

export function isLock(name: string): boolean {
  return pidOf(name) !== undefined
}

/** The number of its process is in its name, so no other run finds it half made. */
function pidOf(name: string): number | undefined {
  const [, pid] = /^lock-(\d{1,10})-[0-9a-f-]{36}$/.exec(name) ?? []
  return pid === undefined ? undefined : Number(pid)
}

async function removeIfDead(folder: string, name: string): Promise<void> {
  const path = join(folder, name)
  const made = await stat(path).catch(() => undefined)
  if (made === undefined) return
  const pid = pidOf(name) ?? 0
  if (isAlive(pid) && !(pid === process.pid && made.mtimeMs < startedMs() - toleranceMs)) {
    throw new Stopped('refused', `another run uses ${folder} (process ${pid})`)
  }
  await rm(path, { force: true })
}

/** In a container every run may have the same number: what is older than this process is not of this process. */
function startedMs(): number {
  return Date.now() - process.uptime() * 1000
}

const toleranceMs = 2000

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * `npm start` of a fresh checkout, from the start of the process to its banner. Each run gets a copy of the files that git
 * keeps, with nothing that a start before has left: no data, no built page, no drawn photos, no compiled code.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../floors/nginx.ts'
import { pathOfMachine } from '../peers/peer.ts'
import { at } from '../processors.ts'
import { summarize } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { fetchToken, hasPhoto } from './start.ts'

const what = '`npm start` of a fresh checkout, process start to banner'
const limitMs = 3000
const floor = `${limitMs / 1000} s`
const timeoutMs = 120_000
const endMs = 10_000
const checkout = join(import.meta.dirname, '../..')

export async function firstStart({ plan, defer }: Stage): Promise<Row> {
  const files = listFiles()
  if (files === undefined) return notMeasured(what, floor, 'git does not list the files')
  const npm = spawnSync('npm', ['--version'], { env: environment(tmpdir()) })
  if (npm.status !== 0) return notMeasured(what, floor, 'npm does not run')
  const ratios: number[] = []
  // In the first, which reads all from the disk, the page and the photos are awaited instead.
  for (let run = 0; run <= plan.starts; run++) {
    const root = mkdtempSync(join(tmpdir(), 'visage-first-start-'))
    const remove = () => rmSync(root, { recursive: true, force: true })
    process.once('exit', remove)
    try {
      const ms = await timeToBanner(makeCheckout(root, files), defer, run === 0)
      if (run > 0) ratios.push(ms / limitMs)
    } finally {
      remove()
      process.off('exit', remove)
    }
  }
  return {
    what,
    floor,
    ...summarize(ratios),
    target: { atMost: 1 },
    note: 'photos are drawn and the page is built behind it',
  }
}

/** undefined without git, and where the checkout is none of git's. */
function listFiles(): string[] | undefined {
  const git = spawnSync('git', ['ls-files', '-z'], { cwd: checkout, encoding: 'utf8' })
  if (git.status !== 0) return undefined
  return git.stdout.split('\0').filter(file => file !== '' && existsSync(join(checkout, file)))
}

type Copy = Readonly<{ folder: string; home: string }>

function makeCheckout(root: string, files: readonly string[]): Copy {
  const [folder, home] = [join(root, 'visage'), join(root, 'home')]
  mkdirSync(home)
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    copyFileSync(join(checkout, file), join(folder, file))
  }
  const packages = join(folder, 'node_modules')
  mkdirSync(packages)
  // Not the whole folder: the photos that a start has drawn are kept in its `.cache`.
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name !== '.cache') symlinkSync(join(checkout, 'node_modules', name), join(packages, name))
  }
  return { folder, home }
}

async function timeToBanner(
  { folder, home }: Copy,
  defer: Stage['defer'],
  awaitsRest: boolean,
): Promise<number> {
  const origin = `http://localhost:${await freePort()}`
  const args = ['start', '--', '--port', new URL(origin).port]
  const { file, args: all } = at('anywhere', { file: 'npm', args })
  const startedAt = performance.now()
  const npm = spawn(file, all, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(home),
    // A group of its own, which is ended as a whole.
    detached: true,
  })
  const stop = () => stopGroup(npm)
  defer(stop)
  try {
    await bannerOf(npm, origin)
    const ms = performance.now() - startedAt
    if (awaitsRest) await expectPageAndPhotos(origin)
    return ms
  } finally {
    await stop()
  }
}

/** Nothing of the npm that runs the bench, or of its account. */
function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm|node)_/i.test(name))
  return { ...Object.fromEntries(inherited), PATH: pathOfMachine(), HOME: home, TMPDIR: home }
}

/** Resolves when standard output names the address. */
async function bannerOf(npm: ChildProcess, origin: string): Promise<void> {
  let output = ''
  const isThere = new Promise<void>((resolve, reject) => {
    npm.stderr?.on('data', chunk => {
      output += chunk
    })
    npm.stdout?.on('data', chunk => {
      output += chunk
      if (output.includes(`${origin}\n`)) resolve()
    })
    npm.once('close', () => reject(new Error(`npm start ended: ${output}`)))
  })
  const limit = AbortSignal.timeout(timeoutMs)
  await Promise.race([isThere, once(limit, 'abort')])
  if (limit.aborted) throw new Error(`npm start has not said ${origin}: ${output}`)
}

/** Throws unless the page is built, and the photo of somebody other than the first person is set. */
async function expectPageAndPhotos(origin: string): Promise<void> {
  const token = await fetchToken(origin, 'bob')
  const missing = async () => {
    const page = await fetch(origin)
    if (!(await page.text()).includes('/assets/')) return 'the page'
    return token !== undefined && (await hasPhoto(origin, token)) ? undefined : 'a photo'
  }
  const until = performance.now() + timeoutMs
  for (let left = await missing(); left !== undefined; left = await missing()) {
    if (performance.now() > until) throw new Error(`npm start has not made ${left}`)
    await delay(100)
  }
}

async function stopGroup(npm: ChildProcess): Promise<void> {
  if (npm.pid === undefined) return
  // All of them have ended when none has standard output open any more.
  const closed = npm.stdout?.closed ? undefined : once(npm, 'close')
  signalGroup(npm.pid, 'SIGTERM')
  await Promise.race([closed, delay(endMs, undefined, { ref: false })])
  signalGroup(npm.pid, 'SIGKILL')
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal)
  } catch {
    // The group has ended.
  }
}

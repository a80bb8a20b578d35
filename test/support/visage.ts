/**
 * The program `visage` as a child process, run from its sources in its own folder. It waits until a server is ready.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const sources = join(import.meta.dirname, '../../src/main.js')
/** Only for a start that hangs: a busy machine may take long. */
const startTimeoutMs = 120_000

export type Exit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>
export type Finished = Exit & Readonly<{ stdout: string; stderr: string }>

/** A process that may not be ready yet. */
export type Launched = Readonly<{
  pid: number
  stdout: () => string
  stderr: () => string
  send: (signal: NodeJS.Signals) => void
  ended: Promise<Exit>
}>

export type Running = Launched &
  Readonly<{
    /** `http://localhost:12345` */
    origin: string
    /** Sends Ctrl-C and waits for the end. */
    stop: () => Promise<Exit>
  }>

export type Place = Readonly<{
  /** The working folder. */
  cwd: string
  env?: Readonly<Record<string, string>>
  /** Another program that runs it in its own place, such as strace. */
  through?: readonly string[]
  /** Another Node.js, and another program than these sources. */
  node?: string
  program?: string
}>

/** By working folder, so that a test that fails halfway leaves no process behind. */
const launchedIn = new Map<string, Launched[]>()

/** A folder that is gone after `work`, with every process that was started in it. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-test-'))
  try {
    await work(folder)
  } finally {
    for (const { send, ended } of launchedIn.get(folder) ?? []) {
      send('SIGKILL')
      await ended
    }
    launchedIn.delete(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Runs a command to its end. */
export async function runVisage(args: readonly string[], place: Place): Promise<Finished> {
  const { ended, stdout, stderr } = launchVisage(args, place)
  return { ...(await ended), stdout: stdout(), stderr: stderr() }
}

/** Starts `visage dev` or `visage serve`; resolves when it says where it is. */
export async function startVisage(args: readonly string[], place: Place): Promise<Running> {
  const launched = launchVisage(args, place)
  const origin = await readOrigin(launched)
  const stop = () => {
    launched.send('SIGINT')
    return launched.ended
  }
  return { ...launched, origin, stop }
}

export function launchVisage(args: readonly string[], place: Place): Launched {
  const { cwd, env, through = [], node = process.execPath, program = sources } = place
  const [file = '', ...words] = [...through, node, program, ...args]
  const child = spawn(file, words, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const launched: Launched = {
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    send: signal => void child.kill(signal),
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal })),
  }
  launchedIn.set(cwd, [...(launchedIn.get(cwd) ?? []), launched])
  return launched
}

/** The environment without settings of Visage, and without those of the test runner. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(VISAGE_|OTEL_|NODE_TEST_)/.test(name)))
}

/** `dev` prints a greeting that ends with how to end it; `serve` logs a line. */
const readyPatterns = [
  /^(https?:\/\/\S+)\/v1\.0$[\s\S]*Ctrl-C ends it\./m,
  /"listening","origin":"([^"]+)"/,
]

async function readOrigin({ stdout, stderr, send, ended }: Launched): Promise<string> {
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  const deadline = Date.now() + startTimeoutMs
  while (!hasEnded && Date.now() < deadline) {
    const text = stdout() + stderr()
    const origin = readyPatterns.map(pattern => pattern.exec(text)?.[1]).find(Boolean)
    if (origin !== undefined) return origin
    await delay(5)
  }
  send('SIGKILL')
  const { code } = await ended
  throw new Error(`visage ended with ${code} before it was ready:\n${stderr()}`)
}

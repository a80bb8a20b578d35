/**
 * The program `visage` as a child process, run from its sources in a folder of its own. It knows how a
 * command says that it is ready, and nothing of what is asked of it then.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const program = join(import.meta.dirname, '../../src/main.ts')
const startTimeoutMs = 20_000

export type Exit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>
export type Finished = Exit & Readonly<{ stdout: string; stderr: string }>

export type Running = Readonly<{
  /** `http://localhost:12345` */
  origin: string
  stdout: () => string
  stderr: () => string
  send: (signal: NodeJS.Signals) => void
  ended: Promise<Exit>
  /** Ctrl-C, and the end of it. */
  stop: () => Promise<Exit>
}>

export type Place = Readonly<{
  /** The working folder. */
  cwd: string
  env?: Readonly<Record<string, string>>
}>

/** A folder that is gone after `work`. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-test-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Runs a command to its end. */
export async function runVisage(args: readonly string[], place: Place): Promise<Finished> {
  const { child, output } = launch(args, place)
  const exit = await endOf(child)
  return { ...exit, stdout: output.stdout, stderr: output.stderr }
}

/** Starts `visage dev` or `visage serve`; resolves when it says where it is. */
export async function startVisage(args: readonly string[], place: Place): Promise<Running> {
  const { child, output } = launch(args, place)
  const ended = endOf(child)
  const origin = await readOrigin(child, output, ended)
  const send = (signal: NodeJS.Signals) => void child.kill(signal)
  return {
    origin,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    send,
    ended,
    stop() {
      send('SIGINT')
      return ended
    },
  }
}

type Output = { stdout: string; stderr: string }

function launch(args: readonly string[], { cwd, env }: Place) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return { child, output }
}

/** Without settings of Visage that happen to be set here, and without the test runner's own. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(VISAGE_|NODE_TEST_)/.test(name)))
}

async function endOf(child: ChildProcess): Promise<Exit> {
  const [code, signal] = await once(child, 'close')
  return { code, signal }
}

/** `dev` prints a greeting that ends with how to end it; `serve` logs a line. */
const readyPatterns = [
  /^Graph +(\S+)\/v1\.0[\s\S]*Ctrl-C ends it\./m,
  /"listening","origin":"([^"]+)"/,
]

async function readOrigin(
  child: ChildProcess,
  output: Output,
  ended: Promise<Exit>,
): Promise<string> {
  const deadline = Date.now() + startTimeoutMs
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const text = output.stdout + output.stderr
    const origin = readyPatterns.map(pattern => pattern.exec(text)?.[1]).find(Boolean)
    if (origin !== undefined) return origin
    await delay(5)
  }
  child.kill('SIGKILL')
  const { code } = await ended
  throw new Error(`visage ended with ${code} before it was ready:\n${output.stderr}`)
}

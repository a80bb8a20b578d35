/**
 * Starts and stops a Node process on its own processor, and reads the resources it has used.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { at, type Place } from './processors.ts'
import type { Usage } from './report-usage.ts'

export type Child = Readonly<{
  process: ChildProcess
  usage: () => Promise<Usage>
  /** Sends a message and resolves with the next one that comes back: one request at a time. */
  ask: (message: string | object) => Promise<unknown>
  stop: () => Promise<void>
}>

/** A child that listens. */
export type Running = Readonly<{ child: Child; origin: string }>

const reportUsage = new URL('./report-usage.ts', import.meta.url).href

/** `script` is a path; output goes to the bench's standard error. */
export function startChild(
  script: string,
  args: readonly string[],
  place: Place,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Child {
  const own = ['--disable-warning=ExperimentalWarning', '--import', reportUsage]
  const node = [...own, ...flags, script, ...args]
  const command = at(place, { file: process.execPath, args: node })
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  const ask = async (message: string | object): Promise<unknown> => {
    const answered = new AbortController()
    const { signal } = answered
    const answer = Promise.race([
      once(child, 'message', { signal }),
      failOnExit(child, script, signal),
    ])
    child.send(message)
    const [value] = await answer
    answered.abort()
    return value
  }
  return {
    process: child,
    ask,
    usage: async () => (await ask('usage')) as Usage,
    stop: async () => await stopProcess(child),
  }
}

async function failOnExit(
  child: ChildProcess,
  script: string,
  signal: AbortSignal,
): Promise<never> {
  const [code] = await once(child, 'exit', { signal })
  throw new Error(`${script} ended with ${code}`)
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/**
 * Drops the lines of its log about photos that are set and requests that are refused. Errors, and lines that are not
 * log lines, go to the bench's own output.
 */
function passOn(line: string): void {
  if (!/"severity":"(?:info|warning)"/.test(line)) process.stderr.write(`${line}\n`)
}

/** Reads the address that a server prints. Later output is passed on. */
export async function readOrigin(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a child without output')
  let output = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk
      const port = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)"?[,}\n]/.exec(output)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    }
    stdout.on('data', look)
    stderr.on('data', look)
    child.once('exit', code => reject(new Error(`a server ended with ${code} at once: ${output}`)))
  })
  stdout.removeAllListeners('data').resume()
  createInterface({ input: stderr.removeAllListeners('data') }).on('line', passOn)
  return origin
}

/** A program of another project that answers reads of pictures over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stopProcess } from '../child.ts'
import { at, type Place } from '../processors.ts'

export type Peer = Readonly<{
  /** As its project writes it, with the version. */
  title: string
  /** How the read proves who asks. */
  proof: string
  needs: readonly string[]
  /** 'anywhere' for a program that uses every processor. */
  place: Place
  atLeast: number
  /** From its registry into the folder. Returns why that failed, or undefined. */
  install: (folder: string, minutes: number) => Promise<string | undefined>
  /** Starts it in the folder and puts the pictures in. */
  start: (folder: string, pictures: readonly Buffer[]) => Promise<Started>
}>

export type Started = Readonly<{
  origin: string
  pid: number
  /** One for each picture, in their order. Asked for before each round, because some proofs end soon. */
  paths: () => Promise<readonly string[]>
  /** For the header Authorization; undefined where the address holds the proof, or none is asked. */
  token?: string
  stop: () => Promise<void>
}>

const secondsToStart = 120

/** Starts a program and waits until `isReady`. Its output is kept for the message when it does not come up. */
export async function startProgram(
  place: Place,
  command: readonly [string, ...string[]],
  options: Readonly<{ cwd: string; env?: Readonly<Record<string, string>> }>,
  isReady: () => Promise<boolean>,
): Promise<Readonly<{ pid: number; stop: () => Promise<void> }>> {
  const [file, ...args] = command
  const placed = at(place, { file, args })
  const env = { ...process.env, PATH: pathOfMachine(), ...options.env }
  const child = spawn(placed.file, placed.args, { cwd: options.cwd, env })
  const output = lastOutput(child)
  const stop = async () => await stopProcess(child)
  for (let waited = 0; waited < secondsToStart; waited++) {
    if (child.exitCode !== null) throw new Error(`${file} ended: ${output()}`)
    if (await isReady().catch(() => false)) return { pid: child.pid ?? 0, stop }
    await delay(1000)
  }
  await stop()
  throw new Error(`${file} did not answer: ${output()}`)
}

function lastOutput(child: ChildProcess): () => string {
  let text = ''
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text
}

/**
 * Without the programs of this project: a package that compiles itself is compiled for the Node.js that npm has the
 * headers of, and has to run on it.
 */
export function pathOfMachine(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.filter(folder => !folder.includes('node_modules')).join(delimiter)
}

/** Throws for an answer that is no success. */
export async function ask(
  url: string,
  { method = 'POST', token, body, headers = {} }: Ask = {},
): Promise<Record<string, unknown>> {
  const isJson = body !== undefined && !(body instanceof Uint8Array || body instanceof FormData)
  const response = await fetch(url, {
    method,
    headers: {
      ...(isJson && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: token }),
      ...headers,
    },
    ...(body !== undefined && {
      body: isJson ? JSON.stringify(body) : (body as Uint8Array<ArrayBuffer> | FormData),
    }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 500)}`)
  return text.startsWith('{') ? JSON.parse(text) : {}
}

export type Ask = Readonly<{
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  token?: string
  body?: object
  headers?: Readonly<Record<string, string>>
}>

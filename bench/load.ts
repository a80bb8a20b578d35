/**
 * Load on a server: GETs of people at random over a few connections that stay open, as fast as the
 * answers come. `wrk` where it is installed, else autocannon, which takes several times the processor
 * time for the same requests.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Running } from './child.ts'
import { answers, at, type Command, type Place } from './processors.ts'

/** `level`: of ConsistencyLevel, for advanced queries. */
export type Target = Readonly<{ path: string; etag?: string; level?: 'eventual' }>

/** Files for a load generator: one target per line, one token per line. */
export type Requests = Readonly<{ targets: string; tokens: string }>

type Sent = Readonly<{ requests: number; seconds: number; bytes: number; errors: number }>

const allConnections = 16

export const hasWrk: boolean = answers('wrk', ['-v'])
export const generator: string = hasWrk ? 'wrk' : 'autocannon'

export function writeRequests(
  folder: string,
  name: string,
  targets: readonly Target[],
  tokens: readonly string[],
): Requests {
  const files = {
    targets: join(folder, `${name}-targets`),
    tokens: join(folder, `${name}-tokens`),
  }
  const lines = targets.map(({ path, etag = '', level = '' }) => `${path}\t${etag}\t${level}`)
  writeFileSync(files.targets, lines.join('\n'))
  writeFileSync(files.tokens, tokens.join('\n'))
  return files
}

/** Sends for this many seconds. Throws if a single request was not answered as expected. */
async function load(
  origin: string,
  requests: Requests,
  seconds: number,
  connections = allConnections,
  place: Place = 'load',
): Promise<Sent> {
  const { file, args } = at(place, commandFor(origin, requests, seconds, connections))
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const sent = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Sent
  if (sent.errors > 0 || sent.requests === 0) {
    throw new Error(`${sent.errors} of ${sent.requests} requests to ${origin} went wrong`)
  }
  return sent
}

function commandFor(
  origin: string,
  { targets, tokens }: Requests,
  seconds: number,
  connections: number,
): Command {
  if (hasWrk) {
    const script = join(import.meta.dirname, 'load.lua')
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script]
    return { file: 'wrk', args: [...options, origin, '--', targets, tokens] }
  }
  const script = join(import.meta.dirname, 'load-by-autocannon.ts')
  const numbers = [String(connections), String(seconds)]
  return { file: process.execPath, args: [script, origin, targets, tokens, ...numbers] }
}

/**
 * Answers per second. autocannon cannot keep a server busy, which would make any two servers equally
 * fast: there it is answers per second of the server's processor time.
 */
export async function rate(server: Running, requests: Requests, seconds: number): Promise<number> {
  if (hasWrk) return await perSecond(server.origin, requests, seconds)
  return 1 / (await costOfAnswer(server, requests, seconds))
}

export async function perSecond(
  origin: string,
  requests: Requests,
  seconds: number,
): Promise<number> {
  const sent = await load(origin, requests, seconds)
  return sent.requests / sent.seconds
}

/** Seconds of the server's processor time. */
export async function costOfAnswer(
  { child, origin }: Running,
  requests: Requests,
  seconds: number,
): Promise<number> {
  const used = async () => (await child.usage()).cpuSeconds
  return await costOfAnswerBy(used, origin, requests, seconds)
}

/** The same for a server that cannot be asked; `used` reads the seconds that it has used. */
export async function costOfAnswerBy(
  used: () => Promise<number>,
  origin: string,
  requests: Requests,
  seconds: number,
): Promise<number> {
  const before = await used()
  const sent = await load(origin, requests, seconds)
  return ((await used()) - before) / sent.requests
}

/** For answers of any status. */
export type Costs = Readonly<{
  /** Answers. */
  perSecond: number
  /** Visage's processor time for one answer, of all its processes. */
  cpuSeconds: number
  answers: number
}>

/**
 * Both figures of one load; from where and to which servers. Each server gets its share of the connections;
 * one that is named twice is sent to by two, so that the price of the load is the same in a comparison.
 */
export async function costsOfLoad(
  servers: readonly Running[],
  requests: Requests,
  seconds: number,
  place: Place = 'load',
): Promise<Costs> {
  const before = await cpuSecondsOf(servers)
  const connections = Math.floor(allConnections / servers.length)
  const sent = await Promise.all(
    servers.map(({ origin }) => load(origin, requests, seconds, connections, place)),
  )
  const cpuSeconds = (await cpuSecondsOf(servers)) - before
  const answers = sent.reduce((sum, each) => sum + each.requests, 0)
  const perSecond = sent.reduce((sum, each) => sum + each.requests / each.seconds, 0)
  return { perSecond, cpuSeconds: cpuSeconds / answers, answers }
}

/** Each process once, however often it is named. */
export async function cpuSecondsOf(servers: readonly Running[]): Promise<number> {
  let sum = 0
  for (const child of new Set(servers.map(server => server.child))) {
    sum += (await child.usage()).cpuSeconds
  }
  return sum
}

/**
 * People who set their photo again and again and others who look at it, all through a fault: nobody
 * stops at a failure. Every answer goes into the ledger as what it is worth.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient, type Reaction } from './client.ts'
import { describe, type Ledger } from './ledger.ts'
import { drawNumber, readNumber } from './numbered-picture.ts'
import type { Person } from './people.ts'

export type LoadOptions = Readonly<{
  /** Each request goes to the next of them. */
  origins: readonly string[]
  ledger: Ledger
  /** Besides one writer per person; 2 unless told. */
  readers?: number
  /** Whether the fault cuts connections of clients. A 503 with Retry-After is always allowed. */
  cuts: 'allowed' | 'never' | 'idle-only'
  /** Between two requests of the same person or reader. */
  pauseMs?: number
}>

export type Load = Readonly<{
  /** Every answer so far, oldest first. */
  seen: readonly Seen[]
  /** Milliseconds until each origin has acknowledged an upload begun after this call; a problem when one does not. */
  recovered: (withinMs?: number) => Promise<number>
  /** Lets everybody finish what they are at. */
  stop: () => Promise<void>
}>

export type Seen = Readonly<{
  method: 'GET' | 'PUT'
  origin: string
  /** As `performance.now()` tells. */
  beganMs: number
  tookMs: number
  /** undefined where the connection was cut. */
  status: number | undefined
}>

/** Shorter than Retry-After says, to see the end of a fault when it comes. */
const afterFailureMs = 25

export function startLoad(options: LoadOptions): Load {
  const { ledger, readers = 2, pauseMs = 0 } = options
  const client = createClient()
  const seen: Seen[] = []
  const stopping = new AbortController()
  const ask = observe(client, options, seen)
  const turns = async (work: (origin: string) => Promise<boolean>, from: number) => {
    for (let at = from; !stopping.signal.aborted; at += 1) {
      const origin = options.origins[at % options.origins.length] ?? ''
      const isFine = await work(origin)
      if (!isFine || pauseMs > 0) await delay(isFine ? pauseMs : afterFailureMs)
    }
  }
  const writing = ledger.people.map((person, at) =>
    turns(origin => write(ask, ledger, origin, person), at),
  )
  const reading = Array.from({ length: readers }, (_, at) =>
    turns(origin => read(ask, ledger, origin), at),
  )
  return {
    seen,
    recovered: (withinMs = 30_000) => waitForSuccess(options, seen, withinMs),
    async stop() {
      stopping.abort()
      await Promise.all([...writing, ...reading])
      client.close()
    },
  }
}

type Ask = (
  origin: string,
  method: 'GET' | 'PUT',
  path: string,
  person: Person,
  body?: Uint8Array,
) => Promise<Reaction>

/** Asks, notes what came and says what is wrong with it. */
function observe(client: Client, { ledger, cuts }: LoadOptions, seen: Seen[]): Ask {
  return async (origin, method, path, { name, token }, body) => {
    const beganMs = performance.now()
    const url = `${origin}/v1.0/me${path}`
    const reaction = await client.ask({ method, url, token, ...(body && { body }) })
    const status = reaction.kind === 'answer' ? reaction.status : undefined
    seen.push({ method, origin, beganMs, tookMs: performance.now() - beganMs, status })
    if (isRefusal(reaction)) ledger.count('refused')
    else if (!isAllowed(reaction, method, cuts)) {
      ledger.count('wrongStatus', `${method} ${path} of ${name}: ${describe(reaction)}`)
    }
    return reaction
  }
}

function isRefusal(reaction: Reaction): boolean {
  if (reaction.kind !== 'answer' || reaction.status !== 503) return false
  return /^\d+$/.test(String(reaction.headers['retry-after']))
}

function isAllowed(reaction: Reaction, method: string, cuts: LoadOptions['cuts']): boolean {
  switch (reaction.kind) {
    case 'answer':
      return reaction.status === 200 || (method === 'GET' && reaction.status === 404)
    case 'cut':
      if (cuts === 'idle-only') return reaction.wasIdle || reaction.code === 'ECONNREFUSED'
      return cuts === 'allowed'
    case 'silence':
      return false
  }
}

async function write(ask: Ask, ledger: Ledger, origin: string, person: Person): Promise<boolean> {
  const number = ledger.send(person)
  const reaction = await ask(origin, 'PUT', '/photo/$value', person, await drawNumber(number))
  const isFine = reaction.kind === 'answer' && reaction.status === 200
  if (isFine) ledger.acknowledge(person, number)
  return isFine
}

const paths = ['/photo/$value', '/photos/48x48/$value', '/photos/96x96/$value']

async function read(ask: Ask, ledger: Ledger, origin: string): Promise<boolean> {
  const person = anyOf(ledger.people)
  const path = anyOf(paths)
  const endRead = ledger.beginRead(person)
  const reaction = await ask(origin, 'GET', path, person)
  if (reaction.kind !== 'answer') return false
  if (reaction.status === 404) endRead(undefined)
  if (reaction.status !== 200) return reaction.status === 404
  const number = await readNumber(reaction.body).catch(() => undefined)
  if (number === undefined) ledger.count('torn', `${path} of ${person.name} is no whole picture`)
  else endRead(number)
  return true
}

function anyOf<T>(list: readonly T[]): T {
  const found = list[Math.floor(Math.random() * list.length)]
  if (found === undefined) throw new RangeError('nothing to choose from')
  return found
}

async function waitForSuccess(
  { origins, ledger }: LoadOptions,
  seen: readonly Seen[],
  withinMs: number,
): Promise<number> {
  const sinceMs = performance.now()
  const waiting = new Set(origins)
  let next = seen.length
  while (performance.now() - sinceMs < withinMs) {
    for (; next < seen.length; next += 1) {
      const { method, origin, beganMs, status } = seen[next] ?? noAnswer
      if (method === 'PUT' && status === 200 && beganMs >= sinceMs) waiting.delete(origin)
    }
    if (waiting.size === 0) return Math.round(performance.now() - sinceMs)
    await delay(1)
  }
  ledger.count('wrongStatus', `no upload succeeded within ${withinMs} ms after the fault`)
  return withinMs
}

const noAnswer: Seen = { method: 'GET', origin: '', beganMs: 0, tookMs: 0, status: undefined }

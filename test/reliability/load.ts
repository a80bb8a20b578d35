/**
 * Clients that set their photo repeatedly and sometimes remove it, and others that read it, during a
 * fault, without stopping at failures. Every answer goes into the ledger.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient, type Question, type Reaction } from './client.ts'
import { describe, type Ledger } from './ledger.ts'
import { drawNumber, readNumber } from './numbered-picture.ts'
import type { Person } from './people.ts'
import { until } from './until.ts'

export type LoadOptions = Readonly<{
  /** Each request goes to the next of them. */
  origins: readonly string[]
  ledger: Ledger
  /** Besides one writer per person; 2 unless told. */
  readers?: number
  /** Whether the fault cuts connections of clients. */
  cuts: 'allowed' | 'never' | 'idle-only'
  /** Whether a part is unavailable, so that 503 with Retry-After is allowed. */
  refusals: 'allowed' | 'never'
  /** Between two requests of the same person or reader. */
  pauseMs?: number
  /** How long a client waits for an answer. */
  timeoutMs?: number
}>

export type Load = Readonly<{
  /** Every answer so far, oldest first. */
  seen: readonly Seen[]
  /** Milliseconds until each origin has acknowledged an upload begun after this call; a problem when one does not. */
  recovered: (withinMs?: number) => Promise<number>
  /** These people stop writing; resolves when their current writes are done. Others continue to read their photos. */
  rest: (people: readonly Person[]) => Promise<void>
  /** All write again. */
  wake: () => void
  /** Stops the load; resolves when all current requests have ended. */
  stop: () => Promise<void>
}>

export type Seen = Readonly<{
  method: Question['method']
  origin: string
  /** As `performance.now()` tells. */
  beganMs: number
  tookMs: number
  /** undefined where the connection was cut. */
  status: number | undefined
}>

/** Shorter than Retry-After says, to see the end of a fault when it comes. */
const afterFailureMs = 25
const restMs = 5

export function startLoad(options: LoadOptions): Load {
  const { ledger, origins, readers = 2, pauseMs = 0, timeoutMs } = options
  const client = createClient(timeoutMs)
  const seen: Seen[] = []
  const stopping = new AbortController()
  const resting = new Set<Person>()
  const atWork = new Set<Person>()
  const ask = observe(client, options, seen)
  const originAt = (at: number) => origins[at % origins.length] ?? ''
  const turns = async (work: (at: number) => Promise<boolean>, from: number) => {
    for (let at = from; !stopping.signal.aborted; at += 1) {
      const isFine = await work(at)
      if (!isFine || pauseMs > 0) await delay(isFine ? pauseMs : afterFailureMs)
    }
  }
  const writing = ledger.people.map((person, from) =>
    turns(async at => {
      if (resting.has(person)) return await delay(restMs, true)
      atWork.add(person)
      const isFine = await write(ask, ledger, originAt(at), person)
      atWork.delete(person)
      // On another connection, and by the owner.
      return isFine && (oneIn(3) ? await read(ask, ledger, originAt(at + 1), person) : true)
    }, from),
  )
  const reading = Array.from({ length: readers }, (_, from) =>
    turns(at => read(ask, ledger, originAt(at), anyOf(ledger.people)), from),
  )
  return {
    seen,
    recovered: (withinMs = 30_000) => waitForSuccess(options, seen, withinMs),
    async rest(people) {
      for (const person of people) resting.add(person)
      await until(() => people.every(person => !atWork.has(person)), 60_000)
    },
    wake: () => resting.clear(),
    async stop() {
      stopping.abort()
      await Promise.all([...writing, ...reading])
      client.close()
    },
  }
}

type Ask = (
  origin: string,
  path: string,
  person: Person,
  question?: Readonly<{ method: Question['method']; body?: Uint8Array }>,
) => Promise<Reaction>

/** Sends a request, notes the answer and returns what is wrong with it. */
function observe(client: Client, options: LoadOptions, seen: Seen[]): Ask {
  const { ledger } = options
  return async (origin, path, { name, token }, { method, body } = { method: 'GET' }) => {
    const beganMs = performance.now()
    const url = `${origin}/v1.0/me${path}`
    const sending = body && ({ body, bodyIs: oneIn(2) ? 'sent' : 'asked-for' } as const)
    const reaction = await client.ask({ method, url, token, ...sending })
    const status = reaction.kind === 'answer' ? reaction.status : undefined
    seen.push({ method, origin, beganMs, tookMs: performance.now() - beganMs, status })
    if (isRefusal(reaction)) ledger.count('refused')
    if (!isAllowed(reaction, method, options)) {
      ledger.count('wrongStatus', `${method} ${path} of ${name}: ${describe(reaction)}`)
    }
    return reaction
  }
}

function isRefusal(reaction: Reaction): boolean {
  if (reaction.kind !== 'answer' || reaction.status !== 503) return false
  return /^\d+$/.test(String(reaction.headers['retry-after']))
}

function isAllowed(
  reaction: Reaction,
  method: Question['method'],
  { cuts, refusals }: LoadOptions,
): boolean {
  switch (reaction.kind) {
    case 'answer':
      if (isRefusal(reaction)) return refusals === 'allowed'
      return reaction.status === 200 || (method !== 'PUT' && reaction.status === 404)
    case 'cut':
      if (cuts === 'idle-only') return reaction.wasIdle || reaction.code === 'ECONNREFUSED'
      return cuts === 'allowed'
    case 'silence':
      return false
  }
}

async function write(ask: Ask, ledger: Ledger, origin: string, person: Person): Promise<boolean> {
  return oneIn(6) && !ledger.mayBeGone(person)
    ? await remove(ask, ledger, origin, person)
    : await upload(ask, ledger, origin, person)
}

async function upload(ask: Ask, ledger: Ledger, origin: string, person: Person): Promise<boolean> {
  const write = ledger.send(person, 'upload')
  const body = await drawNumber(write.number)
  const reaction = await ask(origin, '/photo/$value', person, { method: 'PUT', body })
  const isFine = reaction.kind === 'answer' && reaction.status === 200
  if (isFine) ledger.acknowledge(person, write)
  return isFine
}

/** For a photo that must exist: 404 would be a loss. */
async function remove(ask: Ask, ledger: Ledger, origin: string, person: Person): Promise<boolean> {
  const write = ledger.send(person, 'removal')
  const reaction = await ask(origin, '/photo/$value', person, { method: 'DELETE' })
  if (reaction.kind !== 'answer' || ![200, 404].includes(reaction.status)) return false
  if (reaction.status === 404) ledger.count('lost', `${person.name} had no photo to remove`)
  ledger.acknowledge(person, write)
  return true
}

const paths = ['/photo/$value', '/photos/48x48/$value', '/photos/96x96/$value']

async function read(ask: Ask, ledger: Ledger, origin: string, person: Person): Promise<boolean> {
  const path = anyOf(paths)
  const endRead = ledger.beginRead(person)
  const reaction = await ask(origin, path, person)
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

function oneIn(count: number): boolean {
  return Math.random() * count < 1
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

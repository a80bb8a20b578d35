/**
 * Carries out a plan: the first photo alone, because a refusal of it would be one of all; then in lanes. At the end, what was
 * accepted and not yet visible is looked at again for a time.
 */
import type { Clock } from './clock.ts'
import type { Done, Verified } from './journal-lines.ts'
import { inLanes, type Pace } from './pace.ts'
import { type Entry, isWrite } from './plan.ts'
import { record, type Setting, setPhoto } from './set-photo.ts'
import { Stopped } from './stopped.ts'
import { verify } from './verify.ts'

type Applying = Setting &
  Readonly<{
    clock: Clock
    pace: Pace
    /** How long to wait for photos that are not yet visible. */
    settleMs: number
    watch: (counts: Counts) => void
  }>

export type Counts = Readonly<{
  of: number
  set: number
  failed: number
  /** Accepted, and not yet visible. */
  late: number
}>

export type Applied = Readonly<{
  /** Of every entry that has an outcome. */
  done: readonly Done[]
  isInterrupted: boolean
}>

/** Throws Stopped 'refused' if the first write is not allowed. */
export async function applyPlan(entries: readonly Entry[], applying: Applying): Promise<Applied> {
  const { journal, signal } = applying
  const writes = entries.filter(({ action }) => isWrite(action))
  const done = new Map<string, Done>()
  const counts = { of: writes.length, set: 0, failed: 0, late: 0 }
  const work = async (entry: Entry) => {
    const outcome = await setPhoto(entry, applying)
    if (outcome === undefined) return
    done.set(entry.person.id, outcome)
    counts[outcome.result === 'failed' ? 'failed' : 'set'] += 1
    if (outcome.verified === late) counts.late += 1
    applying.watch(counts)
  }
  // Reading made many lanes, and a write costs the server a hundred times as much.
  applying.pace.restart()
  await recordRest(entries, done, applying)
  const [first, ...others] = writes
  if (first !== undefined && !signal.aborted) {
    await work(first)
    expectAllowed(done.get(first.person.id))
  }
  await inLanes(others, applying.pace.lanes, signal, work)
  await settle(writes, done, applying)
  const isInterrupted = writes.some(({ person }) => !done.has(person.id))
  const at = new Date(applying.now()).toISOString()
  await journal.write({ line: 'end', at, isFinished: !isInterrupted })
  return { done: [...done.values()], isInterrupted }
}

const late: Verified = 'not yet visible'

function expectAllowed(first: Done | undefined): void {
  const { status, words, advice, requestId } = first?.problem ?? {}
  if (status !== 401 && status !== 403) return
  throw new Stopped(
    'refused',
    `the first photo was refused, so no other was tried: ${status} ${words} (request ${requestId}). ${advice}`,
  )
}

/** What needs no request is in the journal too: the next run compares with it. */
async function recordRest(
  entries: readonly Entry[],
  done: Map<string, Done>,
  applying: Applying,
): Promise<void> {
  const writing = entries.map(async entry => {
    const { action, etag, why, problem } = entry
    if (action === 'unchanged') return await record(entry, { result: 'unchanged', etag }, applying)
    if (action === 'keep') return await record(entry, { result: 'kept', etag }, applying)
    if (action !== 'failed') return undefined
    const words = { status: 0, code: '', requestId: '', words: why, advice: '' }
    return await record(entry, { result: 'failed', problem: problem ?? words }, applying)
  })
  for (const outcome of await Promise.all(writing)) if (outcome) done.set(outcome.id, outcome)
}

const firstSettleMs = 2000

async function settle(
  writes: readonly Entry[],
  done: Map<string, Done>,
  applying: Applying,
): Promise<void> {
  const { clock, settleMs, signal } = applying
  const until = clock.elapsed() + settleMs
  let pauseMs = firstSettleMs
  for (;;) {
    const waiting = writes.filter(({ person }) => done.get(person.id)?.verified === late)
    const left = until - clock.elapsed()
    if (waiting.length === 0 || left <= 0 || signal.aborted) return
    await clock.wait(Math.min(pauseMs, left), signal)
    pauseMs *= 2
    await inLanes(waiting, applying.pace.lanes, signal, async entry => {
      const found = await lookAgain(entry, done.get(entry.person.id), applying)
      if (found !== undefined) done.set(entry.person.id, found)
    })
  }
}

async function lookAgain(
  entry: Entry,
  before: Done | undefined,
  applying: Applying,
): Promise<Done | undefined> {
  const { picture } = entry
  if (before === undefined || picture === undefined) return undefined
  const sent = { bytes: await applying.readJpeg(entry), likeness: picture.likeness }
  const owner = `${applying.kind.owners}/${entry.person.id}`
  const { formerEtag } = before
  const { verified, etag } = await verify(owner, formerEtag, sent, applying)
  if (verified === late) return undefined
  return await record(entry, { result: 'set', verified, etag, formerEtag }, applying)
}

/**
 * Applies faults: a wrapper around the answers. Every rule about a call draws, so that its count does not
 * depend on the others; delays add up; of refusals and cuts the first rule wins. Not in production.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Call, isRead, type Reply } from '../../call.ts'
import { type Address, parseAddress } from '../../graph/address.ts'
import type { AroundGraph, GraphAnswer } from '../../graph/mounts.ts'
import type { Parts } from '../../graph/request.ts'
import type { AnsweredWithFaults } from '../journal/entry.ts'
import { answerLate, showLate } from './late-answers.ts'
import { createLatePhotos, type LatePhotos } from './late-photos.ts'
import { type Occurs, occurrencesOf } from './occurrences.ts'
import { isAbout } from './pattern.ts'
import { cut, nothing, refuseAs } from './refusals.ts'
import type { Rule } from './rule.ts'

export type Faults = Readonly<{
  around: AroundGraph
  /** Whether readers may get a photo after it was replaced. */
  showReplaced: boolean
  /** Restarts all counts: the same calls meet the same faults again. */
  rewind: () => void
  /** Ends running and later delays. */
  stop: () => void
}>

type Playing = Readonly<{ rule: Rule; occurs: Occurs }>

export function createFaults(rules: readonly Rule[], now: () => number): Faults {
  const begin = () => rules.map(rule => ({ rule, occurs: occurrencesOf(rule.frequency) }))
  let playing: readonly Playing[] = begin()
  const late = createLatePhotos(now)
  const stopping = new AbortController()
  return {
    showReplaced: rules.some(({ effect }) => effect.kind === 'late'),
    around: answer => parts => async call => {
      const struck = strike(playing, call)
      const told = telling(parts, new Set(struck.map(({ text }) => text)))
      await pause(delayOf(struck), stopping.signal)
      const seen = isRead(call) ? showLate(told.parts, late, told.mention) : told.parts
      return await carryOut(struck, call, seen, late, answer)
    },
    rewind() {
      playing = begin()
      late.forget()
    },
    stop: () => stopping.abort(),
  }
}

/** The rules that apply to this call. Each rule about it draws, in any case. */
function strike(playing: readonly Playing[], call: Call): Rule[] {
  const address = addressOf(call)
  if (address === undefined) return []
  return playing
    .filter(({ rule: { methods, pattern, effect } }) => {
      if (effect.kind === 'late' && isRead(call)) return false
      return (methods?.has(call.method) ?? true) && isAbout(pattern, call.method, address)
    })
    .filter(({ occurs }) => occurs())
    .map(({ rule }) => rule)
}

/** An invalid address meets no fault: its answer says what is wrong with it. */
function addressOf(call: Call): Address | undefined {
  try {
    return parseAddress(call.url)
  } catch {
    return undefined
  }
}

function delayOf(struck: readonly Rule[]): number {
  return struck.reduce((ms, { effect }) => ms + (effect.kind === 'delay' ? effect.ms : 0), 0)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal }).catch(() => {})
}

/** Adds the faults and the delay to the event. */
function telling(parts: Parts, faults: Set<string>) {
  const startedAt = parts.now()
  const answered = (event: AnsweredWithFaults) => {
    const durationMs = parts.now() - startedAt
    const named: AnsweredWithFaults = { ...event, durationMs, faults: [...faults] }
    parts.events.answered(faults.size > 0 ? named : event)
  }
  return {
    parts: { ...parts, events: { ...parts.events, answered } },
    mention: (text: string) => void faults.add(text),
  }
}

async function carryOut(
  struck: readonly Rule[],
  call: Call,
  parts: Parts,
  late: LatePhotos,
  answer: GraphAnswer,
): Promise<Reply> {
  for (const { effect, text } of struck) {
    if (effect.kind === 'refuse') return await refuseAs(effect, text, call, parts)
    if (effect.kind !== 'cut') continue
    if (effect.before === 'request') return await cut(call, parts)
    await answerLate(struck, call, parts, late, answer)
    return nothing
  }
  return await answerLate(struck, call, parts, late, answer)
}

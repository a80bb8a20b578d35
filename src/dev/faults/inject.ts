/**
 * Applies faults: a wrapper around the answers, for development only. Every rule about a call is drawn, so
 * that its count does not depend on other rules; delays add up; the first refusal or cut wins.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Call, isRead, type Reply } from '../../call.ts'
import type { AroundGraph, GraphAnswer } from '../../graph/mounts.ts'
import { type Address, parseAddress } from '../../graph/request/address.ts'
import type { Parts } from '../../graph/request/request.ts'
import type { AnsweredWithFaults } from '../journal/entry.ts'
import { answerLate, showLate } from './late-answers.ts'
import { createLatePhotos, type LatePhotos } from './late-photos.ts'
import { type Occurs, occurrencesOf } from './occurrences.ts'
import { isAbout } from './pattern.ts'
import { cut, nothing, refuseAs } from './refusals.ts'
import type { Rule } from './rule.ts'

export type Faults = Readonly<{
  around: AroundGraph
  /** Whether readers may get a photo after it was replaced, as things are now. */
  showsReplaced: () => boolean
  /** The sentences of the rules that are on. */
  list: () => readonly string[]
  /** A rule that stays keeps its count. */
  replace: (rules: readonly Rule[]) => void
  /** Restarts all counts: the same calls meet the same faults again. */
  rewind: () => void
  /** Ends running and later delays. */
  stop: () => void
}>

type ActiveRule = Readonly<{ rule: Rule; occurs: Occurs }>

export function createFaults(rules: readonly Rule[], now: () => number): Faults {
  let active: readonly ActiveRule[] = rules.map(begin)
  const late = createLatePhotos(now)
  const stopping = new AbortController()
  return {
    showsReplaced: () => active.some(({ rule: { effect } }) => effect.kind === 'late'),
    list: () => active.map(({ rule: { text } }) => text),
    replace(wanted) {
      active = wanted.map(
        rule => active.find(({ rule: { text } }) => text === rule.text) ?? begin(rule),
      )
      if (!wanted.some(({ effect }) => effect.kind === 'late')) late.forget()
    },
    around: answer => parts => async call => {
      if (active.length === 0) return await answer(parts)(call)
      const selected = selectRules(active, call)
      const recorded = recordFaults(parts, new Set(selected.map(({ text }) => text)))
      await pause(delayOf(selected), stopping.signal)
      const seen = isRead(call) ? showLate(recorded.parts, late, recorded.mention) : recorded.parts
      return await applyRules(selected, call, seen, late, answer)
    },
    rewind() {
      active = active.map(({ rule }) => begin(rule))
      late.forget()
    },
    stop: () => stopping.abort(),
  }
}

function begin(rule: Rule): ActiveRule {
  return { rule, occurs: occurrencesOf(rule.frequency) }
}

/** The rules that apply to this call. Each rule about it is drawn in any case. */
function selectRules(active: readonly ActiveRule[], call: Call): Rule[] {
  const address = addressOf(call)
  if (address === undefined) return []
  return active
    .filter(({ rule: { methods, pattern, effect } }) => {
      if (effect.kind === 'late' && isRead(call)) return false
      return (methods?.has(call.method) ?? true) && isAbout(pattern, call.method, address)
    })
    .filter(({ occurs }) => occurs())
    .map(({ rule }) => rule)
}

/** No fault applies to an invalid address: the answer explains the error. */
function addressOf(call: Call): Address | undefined {
  try {
    return parseAddress(call.url)
  } catch {
    return undefined
  }
}

function delayOf(selected: readonly Rule[]): number {
  return selected.reduce((ms, { effect }) => ms + (effect.kind === 'delay' ? effect.ms : 0), 0)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal }).catch(() => {})
}

/** Adds the faults and the delay to the event. */
function recordFaults(parts: Parts, faults: Set<string>) {
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

async function applyRules(
  selected: readonly Rule[],
  call: Call,
  parts: Parts,
  late: LatePhotos,
  answer: GraphAnswer,
): Promise<Reply> {
  for (const { effect, text } of selected) {
    if (effect.kind === 'refuse') return await refuseAs(effect, text, call, parts)
    if (effect.kind !== 'cut') continue
    if (effect.before === 'request') return await cut(call, parts)
    await answerLate(selected, call, parts, late, answer)
    return nothing
  }
  return await answerLate(selected, call, parts, late, answer)
}

/**
 * What the panel does next: a pure function of its state and of what has happened. Here stands what a double click, a
 * lost network, a busy server, somebody else's change and an answer that comes too late lead to. Asks of the server
 * are commands; panel.ts carries them out.
 */
import type { Act, PanelEvent, Phase, State, Step } from './panel-state.ts'
import { enter, ready, send, settle } from './settle-command.ts'

export const start: Step = {
  state: {
    photo: 'unread',
    refusal: undefined,
    phase: { name: 'opening' },
    undo: undefined,
    next: undefined,
    turn: 1,
  },
  command: { do: 'open' },
}

export function step(state: State, event: PanelEvent): Step {
  if (!('turn' in event)) return act(state, event)
  return event.turn === state.turn ? openNext(settle(state, event)) : { state }
}

/** Opens the crop of a file that was chosen while a change was under way. */
function openNext(settled: Step): Step {
  const { phase, next, refusal } = settled.state
  if (phase.name !== 'ready' || !next) return settled
  const state = { ...settled.state, next: undefined }
  return refusal ? { state } : enter(state, { name: 'cropping', chosen: next, problem: undefined })
}

/** True while seconds count down. */
export function needsClock({ phase, undo }: State): boolean {
  return isWaiting(phase) || (phase.name === 'ready' && undo !== undefined && !undo.isHeld)
}

/** True while the panel waits for a busy server. */
export function isWaiting(phase: Phase): boolean {
  return 'pause' in phase && phase.pause !== undefined && phase.pause.secondsLeft > 0
}

function act(state: State, event: Act): Step {
  const { phase, undo, photo } = state
  switch (event.on) {
    case 'chosen':
      return choose(state, event.chosen)
    case 'save':
      if (phase.name !== 'cropping') return { state }
      return send(state, {
        name: 'saving',
        chosen: phase.chosen,
        jpeg: event.jpeg,
        pause: undefined,
      })
    case 'remove':
      if (phase.name !== 'ready' || state.refusal || typeof photo === 'string') return { state }
      return send({ ...state, undo: undefined }, { name: 'removing', pause: undefined })
    case 'undo':
      if (phase.name !== 'ready' || !undo) return { state }
      return send(state, { name: 'restoring', pause: undefined })
    case 'show theirs':
      if (phase.name !== 'conflict' || !phase.theirs) return { state }
      return enter({ ...state, photo: phase.theirs }, ready())
    case 'use mine':
      return replaceTheirs(state)
    case 'cancelled':
      return cancel(state)
    case 'try again':
      return tryAgain(state)
    case 'dismiss':
      return phase.name === 'ready' ? enter(state, ready()) : { state }
    case 'returned':
      return phase.name === 'ready' ? send(state, phase) : { state }
    case 'hold':
      return undo ? { state: { ...state, undo: { ...undo, isHeld: true } } } : { state }
    case 'release':
      return undo ? { state: { ...state, undo: { ...undo, isHeld: false } } } : { state }
    case 'tick':
      return tick(state)
  }
}

function choose(state: State, chosen: Blob): Step {
  const { phase, refusal } = state
  if (refusal) return { state }
  switch (phase.name) {
    case 'ready':
      return enter(state, { name: 'cropping', chosen, problem: undefined })
    case 'confirming':
    case 'removing':
    case 'restoring':
      return { state: { ...state, next: chosen } }
    default:
      return { state }
  }
}

function replaceTheirs(state: State): Step {
  const { phase } = state
  if (phase.name !== 'conflict' || !phase.theirs) return { state }
  const { mine, theirs } = phase
  return send(state, { name: 'replacing', mine, theirs, pause: undefined })
}

/** What is under way cannot be called back; waiting for a busy server can be. */
function cancel(state: State): Step {
  const { phase } = state
  if (phase.name === 'cropping') return enter(state, ready())
  if (!isWaiting(phase)) return { state }
  switch (phase.name) {
    case 'saving':
      return enter(state, { name: 'cropping', chosen: phase.chosen, problem: undefined })
    case 'replacing': {
      const { mine, theirs } = phase
      return enter(state, { name: 'conflict', mine, theirs, problem: undefined })
    }
    default:
      return enter(state, ready())
  }
}

function tryAgain(state: State): Step {
  const { phase } = state
  if (phase.name === 'unreadable') return send(state, { name: 'opening' })
  if (phase.name !== 'conflict' || phase.theirs) return { state }
  return send(state, { ...phase, problem: undefined })
}

function tick(state: State): Step {
  const { phase, undo } = state
  if ('pause' in phase && phase.pause && phase.pause.secondsLeft > 0) {
    const pause = { ...phase.pause, secondsLeft: phase.pause.secondsLeft - 1 }
    return pause.secondsLeft > 0
      ? enter(state, { ...phase, pause })
      : send(state, { ...phase, pause })
  }
  if (phase.name !== 'ready' || !undo || undo.isHeld) return { state }
  const secondsLeft = undo.secondsLeft - 1
  return { state: { ...state, undo: secondsLeft > 0 ? { ...undo, secondsLeft } : undefined } }
}

/**
 * Where the outcome of a command leads: the good one, and each kind of problem. Only the outcome of the last command
 * comes here; panel-steps.ts drops the others.
 */
import type { Problem } from '../graph/problem.ts'
import {
  type Command,
  maxAttempts,
  maxPauseSeconds,
  type News,
  type Outcome,
  type Pause,
  type Phase,
  type Photo,
  type State,
  type Step,
  undoSeconds,
  unsaidSeconds,
} from './panel-state.ts'

export function settle(state: State, outcome: Outcome): Step {
  switch (outcome.on) {
    case 'read':
      return showRead(state, outcome.photo, outcome.refusal)
    case 'written':
      return confirm({ ...state, undo: undefined }, newsOf(state.phase))
    case 'removed':
      return offerUndo(state, outcome.jpeg)
    case 'failed':
      return fail(state, outcome.problem)
  }
}

export function enter(state: State, phase: Phase): Step {
  return { state: { ...state, phase } }
}

/** Enters the phase and sends the command that belongs to it. */
export function send(state: State, phase: Phase): Step {
  const command = commandOf(state, phase)
  return command ? { state: { ...state, phase, turn: state.turn + 1 }, command } : { state }
}

export function ready(news?: News, problem?: Problem): Phase {
  return { name: 'ready', problem, news }
}

function commandOf({ photo, undo }: State, phase: Phase): Command | undefined {
  switch (phase.name) {
    case 'opening':
      return { do: 'open' }
    case 'ready':
    case 'confirming':
    case 'conflict':
      return { do: 'read' }
    case 'saving':
      return photo === 'unread' ? undefined : { do: 'put', jpeg: phase.jpeg, former: photo }
    case 'replacing':
      return { do: 'put', jpeg: phase.mine, former: phase.theirs }
    case 'removing':
      return typeof photo === 'string' ? undefined : { do: 'remove', former: photo }
    case 'restoring':
      return undo && { do: 'put', jpeg: undo.jpeg, former: 'none' }
    case 'cropping':
    case 'unreadable':
      return undefined
  }
}

function showRead(state: State, photo: Photo, refusal: Problem | undefined): Step {
  const { phase } = state
  switch (phase.name) {
    case 'opening':
      return { state: { ...state, photo, refusal, phase: ready() } }
    case 'confirming':
      return { state: { ...state, photo, phase: ready(phase.news) } }
    case 'conflict':
      return enter(state, { ...phase, theirs: photo })
    case 'ready':
      return { state: { ...state, photo } }
    default:
      // The crop is open: what is saved replaces the photo that the person saw before.
      return { state }
  }
}

function newsOf(phase: Phase): News {
  return phase.name === 'restoring' ? 'restored' : 'saved'
}

/** Shows what the server has now, not what was sent. */
function confirm(state: State, news: News | undefined): Step {
  return send(state, { name: 'confirming', news })
}

function offerUndo(state: State, jpeg: Blob | undefined): Step {
  if (!jpeg) return confirm(state, undefined)
  const undo = { jpeg, secondsLeft: undoSeconds, isHeld: false }
  return { state: { ...state, photo: 'none', phase: ready(), undo } }
}

function fail(state: State, problem: Problem): Step {
  const { phase } = state
  const pause = 'pause' in phase ? pauseFor(problem, phase.pause) : undefined
  if (pause && 'pause' in phase) return enter(state, { ...phase, pause })
  switch (phase.name) {
    case 'opening':
      return enter(state, { name: 'unreadable', problem, news: undefined })
    case 'confirming':
      return enter(state, { name: 'unreadable', problem, news: phase.news })
    case 'conflict':
      return enter(state, { ...phase, problem })
    case 'saving':
    case 'replacing':
    case 'removing':
    case 'restoring':
      return failWrite(state, phase, problem)
    default:
      // A look in passing, which nobody asked for.
      return { state }
  }
}

type Write = Extract<Phase, { pause: unknown }>

function failWrite(state: State, phase: Write, problem: Problem): Step {
  switch (problem.kind) {
    case 'forbidden':
      return { state: { ...state, refusal: problem, phase: ready() } }
    case 'changed':
      return meetChange(state, phase)
    case 'missing':
      return phase.name === 'removing'
        ? confirm(state, undefined)
        : enter(state, { name: 'unreadable', problem, news: undefined })
    default:
      return keepWork(state, phase, problem)
  }
}

/** Somebody changed the photo since this person saw it. */
function meetChange(state: State, phase: Write): Step {
  const mine = pictureOf(state, phase)
  if (!mine) return confirm(state, 'changed')
  return send(
    { ...state, undo: undefined },
    { name: 'conflict', mine, theirs: undefined, problem: undefined },
  )
}

function pictureOf({ undo }: State, phase: Write): Blob | undefined {
  switch (phase.name) {
    case 'saving':
      return phase.jpeg
    case 'replacing':
      return phase.mine
    case 'restoring':
      return undo?.jpeg
    case 'removing':
      return undefined
  }
}

/** Nothing is lost: the crop, the choice and the undo are as they were. */
function keepWork(state: State, phase: Write, problem: Problem): Step {
  switch (phase.name) {
    case 'saving':
      return enter(state, { name: 'cropping', chosen: phase.chosen, problem })
    case 'replacing':
      return enter(state, { name: 'conflict', mine: phase.mine, theirs: phase.theirs, problem })
    case 'removing':
      return enter(state, ready(undefined, problem))
    case 'restoring': {
      const undo = state.undo && { ...state.undo, secondsLeft: undoSeconds }
      return { state: { ...state, undo, phase: ready(undefined, problem) } }
    }
  }
}

function pauseFor(problem: Problem, former: Pause | undefined): Pause | undefined {
  const attempts = (former?.attempts ?? 1) + 1
  const secondsLeft = Math.max(1, problem.retryAfterSeconds ?? unsaidSeconds)
  if (problem.kind !== 'busy' || attempts > maxAttempts || secondsLeft > maxPauseSeconds) return
  return { secondsLeft, attempts }
}

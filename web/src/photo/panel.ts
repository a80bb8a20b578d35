/**
 * Runs the steps of one owner's panel: keeps the state, carries out commands, turns their outcome into events, counts
 * seconds. A closed panel says nothing any more. What is decided stands in panel-steps.ts.
 */
import { Problem } from '../graph/problem.ts'
import type { Command, Outcome, PanelEvent, Photo, State } from './panel-state.ts'
import { needsClock, start, step } from './panel-steps.ts'

/** The server, for one owner. Reads end when `signal` is aborted; a write that has begun goes on. */
export type Server = Readonly<{
  open: (signal: AbortSignal) => Promise<Readonly<{ photo: Photo; refusal: Problem | undefined }>>
  read: (signal: AbortSignal) => Promise<Photo>
  put: (jpeg: Blob, former: Photo) => Promise<void>
  /** The picture that was removed, for the undo. */
  remove: (former: Photo) => Promise<Blob | undefined>
}>

/** Calls `tick` each second, until the returned function is called. */
export type Clock = (tick: () => void) => () => void

export type Panel = Readonly<{
  state: () => State
  subscribe: (changed: () => void) => () => void
  send: (event: PanelEvent) => void
  /** Ends when the picture is saved or theirs is to be seen; rejects when the crop stays open, with the reason. */
  save: (jpeg: Blob) => Promise<void>
  /** Sends the first question. */
  open: () => void
  close: () => void
}>

export function createPanel(server: Server, clock: Clock): Panel {
  const listeners = new Set<() => void>()
  const closing = new AbortController()
  let state = start.state
  let stopClock: (() => void) | undefined

  function show(next: State): void {
    state = next
    keepTime(needsClock(state))
    for (const listener of listeners) listener()
  }

  function keepTime(isNeeded: boolean): void {
    if (isNeeded) stopClock ??= clock(() => send({ on: 'tick' }))
    else {
      stopClock?.()
      stopClock = undefined
    }
  }

  function send(event: PanelEvent): void {
    if (closing.signal.aborted) return
    const next = step(state, event)
    if (next.state !== state) show(next.state)
    if (next.command) carryOut(next.command)
  }

  function carryOut(command: Command): void {
    const { turn } = state
    void perform(server, command, closing.signal).then(
      outcome => send({ ...outcome, turn }),
      (error: unknown) => send({ on: 'failed', turn, problem: asProblem(error) }),
    )
  }

  function subscribe(changed: () => void): () => void {
    listeners.add(changed)
    return () => listeners.delete(changed)
  }

  return {
    state: () => state,
    subscribe,
    send,
    save(jpeg) {
      send({ on: 'save', jpeg })
      return leaveSaving(() => state, subscribe)
    },
    open: () => start.command && carryOut(start.command),
    close() {
      closing.abort()
      stopClock?.()
      listeners.clear()
    },
  }
}

/** Waiting for a busy server is part of saving. A panel that is closed meanwhile never ends it. */
function leaveSaving(state: Panel['state'], subscribe: Panel['subscribe']): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { phase } = state()
      if (phase.name === 'saving') return
      stop()
      if (phase.name !== 'cropping') return resolve()
      reject(phase.problem ?? new DOMException('cancelled', 'AbortError'))
    }
    const stop = subscribe(look)
    look()
  })
}

type Done = Outcome extends infer One ? (One extends Outcome ? Omit<One, 'turn'> : never) : never

async function perform(server: Server, command: Command, signal: AbortSignal): Promise<Done> {
  switch (command.do) {
    case 'open': {
      const { photo, refusal } = await server.open(signal)
      return { on: 'read', photo, ...(refusal && { refusal }) }
    }
    case 'read':
      return { on: 'read', photo: await server.read(signal) }
    case 'put':
      await server.put(command.jpeg, command.former)
      return { on: 'written' }
    case 'remove':
      return { on: 'removed', jpeg: await server.remove(command.former) }
  }
}

/** Anything else is a bug of the page; it is shown as such, not swallowed. */
function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem({ kind: 'failed', words: error instanceof Error ? error.message : '' }, error)
}

/**
 * What the panel of one photo can be doing, what can happen to it, and what it then asks of the server: the words of
 * panel-steps.ts, which decides. Neither knows React, the network or a clock.
 */
import type { PhotoState } from '../graph/photos.ts'
import type { Problem } from '../graph/problem.ts'

export type Photo = PhotoState | 'none'

/** The server is busy: the same command is sent again when the seconds are over. */
export type Pause = Readonly<{ secondsLeft: number; attempts: number }>

/** What the panel says after a change. `changed`: somebody else's change came first. */
export type News = 'saved' | 'restored' | 'changed'

export type Phase =
  | Readonly<{ name: 'opening' }>
  | Readonly<{ name: 'unreadable'; problem: Problem; news: News | undefined }>
  | Readonly<{ name: 'ready'; problem: Problem | undefined; news: News | undefined }>
  | Readonly<{ name: 'cropping'; chosen: Blob; problem: Problem | undefined }>
  | Readonly<{ name: 'saving'; chosen: Blob; jpeg: Blob; pause: Pause | undefined }>
  /** The change is made; the result is read from the server. */
  | Readonly<{ name: 'confirming'; news: News | undefined }>
  /** `theirs` is undefined until it is read. */
  | Readonly<{
      name: 'conflict'
      mine: Blob
      theirs: Photo | undefined
      problem: Problem | undefined
    }>
  | Readonly<{ name: 'replacing'; mine: Blob; theirs: Photo; pause: Pause | undefined }>
  | Readonly<{ name: 'removing'; pause: Pause | undefined }>
  | Readonly<{ name: 'restoring'; pause: Pause | undefined }>

/** A removed photo that can be put back. */
export type Undo = Readonly<{ jpeg: Blob; secondsLeft: number; isHeld: boolean }>

export type State = Readonly<{
  /** As it was last read from the server. */
  photo: Photo | 'unread'
  /** Why this person may not change it; undefined: nothing is known against it. */
  refusal: Problem | undefined
  phase: Phase
  undo: Undo | undefined
  /** A file that was chosen while a change was under way; its crop opens when that is done. */
  next: Blob | undefined
  /** The number of the last command. The outcome of an older one is ignored. */
  turn: number
}>

/** `former`: the photo that the person saw. The server refuses when it is another one by now. */
export type Command = Readonly<
  /** Read the photo, and ask whether it may be changed. */
  | { do: 'open' }
  | { do: 'read' }
  | { do: 'put'; jpeg: Blob; former: Photo }
  /** Fetches the picture first, for the undo. */
  | { do: 'remove'; former: PhotoState }
>

/** `turn` says which command it is the outcome of. */
export type Outcome = Readonly<
  { turn: number } & (
    | { on: 'read'; photo: Photo; refusal?: Problem }
    | { on: 'written' }
    | { on: 'removed'; jpeg: Blob | undefined }
    | { on: 'failed'; problem: Problem }
  )
>

export type Act = Readonly<
  | { on: 'chosen'; chosen: Blob }
  | { on: 'cancelled' }
  | { on: 'save'; jpeg: Blob }
  | { on: 'show theirs' }
  | { on: 'use mine' }
  | { on: 'remove' }
  | { on: 'undo' }
  /** Pointer or focus is on the undo: its time stands still. */
  | { on: 'hold' }
  | { on: 'release' }
  | { on: 'try again' }
  | { on: 'dismiss' }
  /** The person is back at this window, where another one may have changed the photo. */
  | { on: 'returned' }
  /** A second has passed. */
  | { on: 'tick' }
>

export type PanelEvent = Outcome | Act

export type Step = Readonly<{ state: State; command?: Command }>

export const undoSeconds = 8
/** Attempts at a write that meets a busy server, the first included. */
export const maxAttempts = 5
/** A busy server that names no time. */
export const unsaidSeconds = 2
/** Who has to wait longer is told so, and tries again by hand. */
export const maxPauseSeconds = 120

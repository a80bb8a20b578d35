/**
 * What an operation is given: the request as it was understood, and the parts it may use.
 */

import type { Call, Reply } from '../call.ts'
import type { Directory } from '../directory/directory.ts'
import type { Events } from '../events.ts'
import type { Resource } from '../permissions/tables.ts'
import type { ReplaceParts } from '../photos/replace.ts'
import type { Throttle } from '../throttling/throttle.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Address, Version } from './address.ts'
import type { LeaverMode } from './leavers.ts'
import type { Endpoint, Match, Operation } from './operation.ts'
import type { SignInMode, Target } from './target.ts'

export type Parts = ReplaceParts &
  Directory &
  Readonly<{
    identify: (authorization: string | undefined) => Promise<Caller>
    events: Events
    newId: () => string
    /** Milliseconds on a monotonic clock: how long something took. */
    elapsed: () => number
    /** "Content-Type: image/jpeg. Required.": to the letter, or 415. */
    strictContentType: boolean
    /** Nothing may be changed, not even by who signs in for the first time. */
    isReadOnly?: boolean | undefined
    /** Whether somebody who signs in and is not in the directory is added; undefined: yes. */
    signIn?: SignInMode | undefined
    /** Whether photos of people who are disabled are hidden; undefined: yes. */
    leavers?: LeaverMode | undefined
    /** undefined: nobody is held up. */
    throttle?: Throttle | undefined
  }>

/** A call that has passed every check but those of its own body and conditions. */
export type Request = Readonly<{
  call: Call
  address: Address
  match: Match
  caller: Caller
  target: Target
}>

export type Perform = (request: Request, parts: Parts) => Promise<Reply>

/** A row of the operations table. */
export type Row = Omit<Operation, 'resource'> &
  Readonly<{
    at: readonly Endpoint[]
    /** 'target': the kind of thing that the address leads to. */
    resource: Resource | 'target'
    /** Left out: served under every version. */
    versions?: readonly Version[]
    perform: Perform
  }>

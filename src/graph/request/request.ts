/** The input of an operation: the parsed request, and the parts it may use. */

import type { Call, Reply } from '../../call.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Events } from '../../events.ts'
import type { Resource } from '../../permissions/tables.ts'
import type { ReplaceParts } from '../../photos/replace.ts'
import type { Throttle } from '../../throttling/throttle.ts'
import type { Caller } from '../../tokens/caller.ts'
import type { Version } from '../resources/schema.ts'
import type { Address } from './address.ts'
import type { LinkMode, SignInMode } from './caller-person.ts'
import type { LeaverMode } from './leavers.ts'
import type { Endpoint, Match, Operation } from './operation.ts'
import type { Target } from './target.ts'

export type Parts = ReplaceParts &
  Directory &
  Readonly<{
    identify: (authorization: string | undefined) => Promise<Caller>
    events: Events
    newId: () => string
    /** Milliseconds on a monotonic clock. */
    elapsed: () => number
    /** Whether "Content-Type: image/jpeg. Required." is enforced with 415. */
    strictContentType: boolean
    /** Whether all writes are refused, including those of signing in. */
    isReadOnly?: boolean | undefined
    /** Whether a person who signs in and is not in the directory is added; default: yes. */
    signIn?: SignInMode | undefined
    /** Whether somebody who signs in for the first time is linked to a provisioned person; undefined: no. */
    linkBy?: LinkMode | undefined
    /** Whether photos of people who are disabled are hidden; undefined: yes. */
    leavers?: LeaverMode | undefined
    /** undefined when throttling is off. */
    throttle?: Throttle | undefined
  }>

/** A call that has passed every check except those of its body and conditions. */
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
    /** 'target' means the kind of the target that the address names. */
    resource: Resource | 'target'
    /** Default: every version. */
    versions?: readonly Version[]
    perform: Perform
  }>

/** The lines of a journal, and what they say together: who has which photo, whose outcome is unknown, what was there before. */
import { type Kind, kinds } from './kinds.ts'
import type { Likeness } from './likeness.ts'
import { isOwnerId } from './owner-id.ts'
import type { Problem } from './verdict.ts'

export type Begin = Readonly<{
  line: 'begin'
  version: 1
  at: string
  target: string
  kind: Kind
  /** Whole path. */
  folder: string
}>

/** What was there before. `file`: in the folder `former`; undefined: no photo. */
export type Former = Readonly<{ etag?: string | undefined; file?: string | undefined }>

type Owner = Readonly<{ id: string; name: string; address: string; path: string }>

/** Written before a photo is sent. Without a later line of the same id, the outcome is unknown. */
export type Sending = Owner &
  Readonly<{ line: 'sending'; at: string; hash: string; likeness: Likeness; former: Former }>

export type Result = 'set' | 'unchanged' | 'kept' | 'failed'
export type Verified = 'etag' | 'picture' | 'not yet visible'

export type Done = Owner &
  Readonly<{
    line: 'done'
    at: string
    result: Result
    /** Of the prepared JPEG; '' if none could be made. */
    hash: string
    likeness?: Likeness | undefined
    /** Of the photo that is there now. */
    etag?: string | undefined
    /** Of the one before. */
    formerEtag?: string | undefined
    verified?: Verified | undefined
    problem?: Problem | undefined
  }>

/** 'as before': it was there already. */
export type UndoResult =
  | 'restored'
  | 'removed'
  | 'as before'
  | 'changed since'
  | 'not removable'
  | 'failed'

export type Undone = Owner &
  Readonly<{
    line: 'undone'
    at: string
    result: UndoResult
    verified?: Verified | undefined
    problem?: Problem | undefined
  }>

type End = Readonly<{ line: 'end'; at: string; isFinished: boolean }>

export type Line = Begin | Sending | Done | Undone | End

export type Replayed = Readonly<{
  begin: Begin
  /** Sent, without an outcome. */
  pending: ReadonlyMap<string, Sending>
  /** The latest of each. */
  done: ReadonlyMap<string, Done>
  /** The first that had an effect: its former photo is the one to put back. */
  first: ReadonlyMap<string, Sending>
  undone: ReadonlyMap<string, Undone>
  isFinished: boolean
}>

/** Throws TypeError with the number of the line that is none. */
export function replay(text: string): Replayed {
  const lines = text.split('\n').filter(Boolean).map(parse)
  const [begin] = lines
  if (begin?.line !== 'begin' || begin.version !== 1) throw new TypeError('line 1')
  const pending = new Map<string, Sending>()
  const done = new Map<string, Done>()
  const first = new Map<string, Sending>()
  const undone = new Map<string, Undone>()
  let isFinished = false
  for (const line of lines) {
    switch (line.line) {
      case 'begin':
        break
      case 'sending':
        pending.set(line.id, line)
        break
      case 'done':
        settle(line, pending, first)
        done.set(line.id, line)
        break
      case 'undone':
        undone.set(line.id, line)
        break
      case 'end':
        isFinished = line.isFinished
    }
  }
  for (const [id, sending] of pending) if (!first.has(id)) first.set(id, sending)
  return { begin, pending, done, first, undone, isFinished }
}

function settle(done: Done, pending: Map<string, Sending>, first: Map<string, Sending>): void {
  const sending = pending.get(done.id)
  pending.delete(done.id)
  if (sending && done.result === 'set' && !first.has(done.id)) first.set(done.id, sending)
}

type Fields = Readonly<Record<string, unknown>>

/** What must be there before a line is used: a journal may come from somebody else. */
const checks: Readonly<Record<Line['line'], (line: Fields) => boolean>> = {
  begin: ({ target, kind, folder, at }) =>
    areTexts(target, folder, at) && Object.hasOwn(kinds, String(kind)),
  sending: ({ former, hash, likeness, ...owner }) =>
    isOwner(owner) && areTexts(hash, likeness) && isFormer(former),
  done: ({ result, hash, ...owner }) => isOwner(owner) && areTexts(result, hash),
  undone: ({ result, ...owner }) => isOwner(owner) && areTexts(result),
  end: ({ isFinished }) => typeof isFinished === 'boolean',
}

const areTexts = (...values: readonly unknown[]) => values.every(value => typeof value === 'string')

const isOwner = ({ id, name, address, path }: Fields) =>
  isOwnerId(id) && areTexts(name, address, path)

const isFormer = (former: unknown) =>
  isFields(former) &&
  [former.etag, former.file].every(value => value === undefined || areTexts(value))

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isLine(value: unknown): value is Line {
  if (!isFields(value) || !Object.hasOwn(checks, String(value.line))) return false
  return checks[String(value.line) as Line['line']](value)
}

function parse(text: string, index: number): Line {
  const line = readJson(text)
  if (isLine(line)) return line
  throw new TypeError(`line ${index + 1}`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The caller names the line.
    return undefined
  }
}

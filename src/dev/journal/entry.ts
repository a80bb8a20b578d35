/**
 * One call for people to read: who asked for what, the result and the reason. It contains no token, no
 * byte of a picture, and of a query only options whose names begin with $.
 */
import { type Answered, type Asker, withoutSecrets } from '../../events.ts'
import { Failure, type FailureCode } from '../../failure.ts'
import { readFrameSize } from '../../renditions/stored.ts'
import { printable } from './printable.ts'

export type Entry = Readonly<{
  /** When it was answered; milliseconds since 1970. */
  at: number
  method: string
  /** `/me/photo/$value`: decoded, without the version unless it is beta. */
  path: string
  /** `alice`, `app f3a1…`; undefined when no token was verified. */
  who: string | undefined
  /** 0: the connection was cut before anything was done. */
  status: number
  /** The content of the answer, or why it was refused. */
  reason: string
  durationMs: number
  /** The faults that changed the answer, as written. */
  faults: readonly string[]
}>

/** With the faults that a developer asked for and that shaped the answer, in their words. */
export type AnsweredWithFaults = Answered & Readonly<{ faults?: readonly string[] }>

export function describeCall(event: AnsweredWithFaults, now: number): Entry {
  const { call, caller, reply, durationMs, faults = [] } = event
  const who = caller && nameOf(caller)
  return {
    at: now,
    method: printable(call.method.slice(0, 10)),
    path: readablePath(call.url),
    who: who && printable(who),
    status: reply.status,
    reason: printable(withoutSecrets(reasonOf(event, who ?? 'the caller', now))),
    durationMs: Math.round(durationMs * 10) / 10,
    faults: faults.map(printable),
  }
}

function nameOf({ kind, appId, objectId, profile }: Asker): string {
  if (kind === 'application') return `app ${appId || objectId}`
  const name = profile.userName?.split('@')[0] || objectId
  return kind === 'personal' ? `${name} (personal)` : name
}

const longestPath = 120

function readablePath(url: string): string {
  const [path = '', query = ''] = url.split('?', 2)
  const options = query.split('&').filter(option => /^(\$|%24)/.test(option))
  const left = options.length === 0 ? '' : `?${options.join('&')}`
  const text = printable(withoutSecrets(decode(path.replace(/^\/v1\.0(?=\/)/i, '') + left)))
  return text.length > longestPath ? `${text.slice(0, longestPath)}…` : text
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function reasonOf(event: Answered, who: string, now: number): string {
  const { reply, failure } = event
  if (reply.status === 0) return 'connection cut'
  if (failure instanceof Failure) return whyRefused(failure, event, who, now)
  if (failure !== undefined) return `a bug: ${String(failure)}`
  // The faults in the entry explain it.
  if (reply.status >= 400) return ''
  return describeSent(event)
}

type Words = (failure: Failure, who: string, now: number) => string

/** Used where the message to the client is too short for a developer. */
const ownWords: Readonly<Partial<Record<FailureCode, Words>>> = {
  'token-missing': () => 'no token',
  'token-expired': ({ facts: { exp } }, _, now) =>
    `token expired${typeof exp === 'number' ? ` ${duration(now - exp * 1000)} ago` : ''}`,
  'permission-missing': ({ facts }, who) => `${who} lacks ${oneOf(facts.sufficient)}`,
  'relation-missing': ({ facts }, who) => {
    const roles = listOf(facts.roles)
    const role = roles.length > 0 ? ` and a role: ${roles.join(', ')}` : ''
    return `not ${who}'s own: needs ${oneOf(facts.sufficient)}${role}`
  },
  'photo-not-found': () => 'no photo',
  'photo-size-not-found': () => 'no photo of this size',
}

function whyRefused(failure: Failure, { reply }: Answered, who: string, now: number): string {
  const own = ownWords[failure.code]?.(failure, who, now)
  return own ?? messageOf(reply.body) ?? failure.code
}

const longestMessage = 200

/** An error of Graph, or of SCIM. */
type ErrorBody = Readonly<{ error?: Readonly<{ message?: string }>; detail?: string }>

function messageOf(body: Uint8Array | string | undefined): string | undefined {
  if (typeof body !== 'string') return undefined
  const { error, detail } = JSON.parse(body) as ErrorBody
  return (error?.message ?? detail)?.slice(0, longestMessage)
}

function listOf(fact: unknown): readonly string[] {
  return Array.isArray(fact) ? fact : []
}

function oneOf(fact: unknown): string {
  const names = listOf(fact)
  if (names.length === 0) return 'a permission that does not exist'
  return names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

function describeSent({ call, reply: { status, body, headers } }: Answered): string {
  if (status === 304) return 'not modified'
  if (body !== undefined) {
    const isJpeg = headers['content-type'] === 'image/jpeg' && typeof body !== 'string'
    const size = isJpeg ? sizeOf(body) : ''
    return [size, bytesOf(Buffer.byteLength(body))].filter(Boolean).join(' ')
  }
  const length = Number(call.headers['content-length'] ?? 0)
  return length > 0 ? `${bytesOf(length)} received` : ''
}

/** `96x96` */
function sizeOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  const size = readFrameSize(new DataView(buffer, byteOffset, byteLength))
  return size === undefined ? '' : `${size.width}x${size.height}`
}

function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000
    ? `${(bytes / 1000).toFixed(1)} KB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`
}

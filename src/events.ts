/**
 * Events for the log with their severity, one function each. The writer of the lines is a parameter.
 */
import { Failure } from './failure.ts'

export type Answered = Readonly<{
  call: Readonly<{
    method: string
    url: string
    headers: Readonly<Record<string, string | undefined>>
  }>
  /** Undefined when no operation was matched. */
  route?: Readonly<{ operation: string; path: string }> | undefined
  /** Undefined when the call was refused before its token was verified. */
  caller: Asker | undefined
  /** Which permission allowed it; undefined when none did, or none was asked for. */
  grant?: Readonly<{ permission: string; reach?: string; role?: string }> | undefined
  reply: Readonly<{
    status: number
    headers: Readonly<Record<string, string>>
    body?: Uint8Array | string
    changed?: Readonly<{
      change: 'replaced' | 'removed'
      owner: Readonly<{ tenantId: string; kind: string; id: string }>
    }>
  }>
  ids: Readonly<{ requestId: string; clientRequestId: string }>
  /** Undefined for a success; a Failure, or a bug. */
  failure: unknown
  durationMs: number
}>

/** The facts about a caller that may be logged. */
export type Asker = Readonly<{
  kind: 'delegated' | 'personal' | 'application'
  objectId: string
  appId: string
  profile: Readonly<{ userName?: string }>
}>

/** A change of a person or a group. The log has no names and no mail addresses. */
export type DirectoryChange = Readonly<{
  kind: 'person' | 'group'
  did:
    | 'created'
    | 'adopted'
    | 'changed'
    | 'made a team'
    | 'members'
    | 'owners'
    | 'disabled'
    | 'enabled'
    | 'removed'
    | 'restored'
    | 'erased'
  tenantId: string
  id: string
  /** The source that did it. */
  source: string
  /** How many members or owners were added and removed. */
  added?: number
  removed?: number
}>

/** The line of the log, the same from a server and from a command. */
export function describeChange({ kind, ...change }: DirectoryChange): Record<string, unknown> {
  return { event: kind, ...change }
}

/** People whom a source names as members, owners or manager, and who are not in the directory; they are left out. */
type PeopleUnknown = Pick<DirectoryChange, 'kind' | 'tenantId' | 'id' | 'source'> &
  Readonly<{ unknown: readonly string[] }>

/** The photo that a sender sent with a person was not set, although the person was written. `why` has no address. */
export type PhotoNotTaken = Readonly<{
  tenantId: string
  userId: string
  source: string
  outcome: 'ignored' | 'refused' | 'failed'
  why: string
}>

/** A subject of an issuer, and the person it is from now on. */
export type Linked = Readonly<{
  tenantId: string
  userId: string
  /** The source of the person. */
  source: string
  issuer: string
  subject: string
  by: 'name' | 'hand'
}>

export type Events = Readonly<{
  directoryChanged: (change: DirectoryChange) => void
  peopleUnknown: (event: PeopleUnknown) => void
  photoNotTaken: (event: PhotoNotTaken) => void
  answered: (event: Answered) => void
  linked: (event: Linked) => void
  /** Something in the background failed. */
  troubled: (what: string, error: unknown) => void
}>

export type ServerEvents = Events &
  Readonly<{
    unlinked: (event: Omit<Linked, 'by'>) => void
    /** Why parts are unavailable, by name, whenever that changes; empty when all are available. */
    readinessChanged: (causes: ReadonlyMap<string, unknown>) => void
    /** The same for the keys of issuers, by their address. */
    issuersChanged: (causes: ReadonlyMap<string, unknown>) => void
    /** A renderer process has ended and is replaced. */
    rendererEnded: (end: RendererEnd) => void
    /** The kernel's limits on renderer processes could not be set. */
    renderersUnlimited: () => void
  }>

type RendererEnd = Readonly<{
  pid: number | undefined
  code: number | null
  signal: string | null
  killedFor: string | undefined
  detail: string
  nextInMs: number
}>

/** Highest first. */
export const severities = ['error', 'warning', 'info', 'debug'] as const
export type Severity = (typeof severities)[number]
export type WriteLine = (severity: Severity, fields: Readonly<Record<string, unknown>>) => void

type EventOptions = Readonly<{
  /** Lowest severity to log. */
  level?: Severity | undefined
  /** Called for every answer, at any level. */
  watch?: ((event: Answered) => void) | undefined
}>

/**
 * error: bugs and failures in the background. warning: requests that cannot be served now; new links of sign-ins, at
 * every level. info: changes of photos, people and groups, and who made them, and
 * people whom a source names and who are unknown. debug: every answer. Never logged: tokens, bytes of pictures, queries of
 * addresses, and names with an @. No object is made for a line below the level.
 */
export function createEvents(write: WriteLine, options: EventOptions = {}): ServerEvents {
  const { level = 'warning', watch } = options
  const least = severities.indexOf(level)
  const writeUnknown = ({ unknown, ...entry }: PeopleUnknown) => {
    const shown = unknown.slice(0, maxUnknown).map(withoutName)
    write('info', { event: 'people-unknown', ...entry, count: unknown.length, unknown: shown })
  }
  // A link gives a subject the photo and the groups of a person, so it is logged even where only errors are.
  const writeLink = (event: string, { subject, ...link }: Omit<Linked, 'by'>) => {
    const severity = level === 'error' ? 'error' : 'warning'
    write(severity, { event, ...link, subject: withoutName(subject) })
  }
  return {
    answered(event) {
      watch?.(event)
      const severity = severityOf(event)
      if (severities.indexOf(severity) <= least) write(severity, describeAnswer(event))
    },
    directoryChanged(change) {
      if (least >= severities.indexOf('info')) write('info', describeChange(change))
    },
    peopleUnknown(event) {
      if (least >= severities.indexOf('info')) writeUnknown(event)
    },
    photoNotTaken({ why, ...event }) {
      // A host that is not listed is what the operator has chosen, and the same in every push.
      const severity = event.outcome === 'ignored' ? 'debug' : 'info'
      if (least < severities.indexOf(severity)) return
      write(severity, { event: 'photo-not-taken', ...event, why: withoutSecrets(why) })
    },
    linked: event => writeLink('linked', event),
    unlinked: event => writeLink('unlinked', event),
    troubled(what, error) {
      write('error', { event: 'troubled', what, ...describe(error) })
    },
    readinessChanged(causes) {
      const away = [...causes].map(([part, cause]) => ({ part, ...describe(cause) }))
      if (away.length > 0) write('warning', { event: 'not-ready', away })
      else if (least >= severities.indexOf('info')) write('info', { event: 'ready' })
    },
    issuersChanged(causes) {
      const away = [...causes.values()].map(describe)
      if (away.length > 0) write('warning', { event: 'issuer-unavailable', away })
      else if (least >= severities.indexOf('info')) write('info', { event: 'issuer-available' })
    },
    rendererEnded({ detail, ...end }) {
      if (least < severities.indexOf('warning')) return
      write('warning', { event: 'renderer-ended', ...end, detail: withoutSecrets(detail) })
    },
    renderersUnlimited() {
      if (least < severities.indexOf('warning')) return
      write('warning', {
        event: 'renderers-unlimited',
        why: 'prlimit (util-linux) is missing or not allowed: renderers have no memory limit, and a compromised decoder could open files and sockets',
      })
    },
  }
}

/** Of the ids of unknown people. */
const maxUnknown = 20

/** An id that looks like a name or an address is not logged. */
function withoutName(id: string): string {
  return id.includes('@') ? '{name}' : withoutSecrets(id)
}

function severityOf({ reply, failure }: Answered): Severity {
  if (failure !== undefined && !(failure instanceof Failure)) return 'error'
  // Without a failure it is a fault of `visage dev`.
  if (reply.status >= 500 && failure !== undefined) return 'warning'
  return reply.changed === undefined ? 'debug' : 'info'
}

function describeAnswer(event: Answered): Record<string, unknown> {
  const { call, route, caller, reply, ids, failure, durationMs } = event
  const { changed } = reply
  return {
    event: changed === undefined ? 'answered' : 'photo-changed',
    ...(changed && {
      change: changed.change,
      ownerKind: changed.owner.kind,
      ownerId: changed.owner.id,
      tenantId: changed.owner.tenantId,
    }),
    status: reply.status,
    method: call.method,
    ...(route && { operation: route.operation }),
    path: loggablePath(call.url),
    ...(caller && {
      callerKind: caller.kind,
      callerId: caller.objectId,
      appId: caller.appId,
    }),
    requestId: ids.requestId,
    clientRequestId: ids.clientRequestId,
    durationMs: Math.round(durationMs * 10) / 10,
    ...(failure !== undefined && describe(failure)),
  }
}

const longestPath = 300
/** JSON Web Tokens, and tokens for SCIM. Matches the beginning of a token too. */
const webToken = /\b(?:eyJ[\w-]{5,}(?:\.[\w-]*)*|visage_scim_[\w-]+)/g

/** Without the query, tokens and userPrincipalNames, which are often e-mail addresses. */
export function loggablePath(url: string): string {
  const path = url.slice(0, longestPath).split('?', 1)[0] ?? ''
  // The part that is cut off may contain the @ of a name.
  const whole = path.length === longestPath ? path.replace(/[^/()',]*$/, '…') : path
  return whole
    .replaceAll(/[^/()',]*(?:@|%(?:25)*40)[^/()',]*/gi, '{name}')
    .replaceAll(webToken, '{token}')
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: withoutSecrets(String(error)) }
  if (!(error instanceof Failure)) return { bug: withoutSecrets(error.stack ?? error.message) }
  return {
    failure: error.code,
    detail: withoutSecrets(error.detail),
    ...(error.cause !== undefined && { cause: withoutSecrets(String(error.cause)) }),
  }
}

const longestText = 4000
/** Not the parameters of a challenge: `Bearer error="invalid_token"`. */
const credentials =
  /\b(Bearer|Basic)\s+(?!(?:realm|error|client_id|authorization_uri)=")[^\s"',]+/gi

/**
 * No known error contains a secret, but texts of drivers, proxies and identity providers may. Stops bearer
 * tokens, JSON Web Tokens, passwords in addresses and signatures in their queries.
 */
export function withoutSecrets(text: string): string {
  return text
    .slice(0, longestText)
    .replaceAll(credentials, '$1 {token}')
    .replaceAll(webToken, '{token}')
    .replaceAll(/(:\/\/[^\s/:@]*):[^\s/]*@/g, '$1:{password}@')
    .replaceAll(
      /(password|secret|signature|token)(["']?(?:=|: ?["'])["']?)[^\s&"']+/gi,
      '$1$2{hidden}',
    )
}

/**
 * What is worth telling an operator, one function each, and how grave it is. It does not know where the
 * words go: a writer of lines is handed in.
 */
import { Failure } from './failure.ts'

export type Answered = Readonly<{
  call: Readonly<{
    method: string
    url: string
    headers: Readonly<Record<string, string | undefined>>
  }>
  /** Left out where the address led to no operation. */
  route?: Readonly<{ operation: string; path: string }> | undefined
  /** Undefined when the call was refused before its token was believed. */
  caller: Asker | undefined
  reply: Readonly<{
    status: number
    headers: Readonly<Record<string, string>>
    body?: Uint8Array | string
    isCut?: true
    changed?: Readonly<{
      change: 'replaced' | 'removed'
      owner: Readonly<{ tenantId: string; kind: string; id: string }>
    }>
  }>
  ids: Readonly<{ requestId: string; clientRequestId: string }>
  /** Undefined for a success; a Failure, or a bug. */
  failure: unknown
  durationMs: number
  /** The faults that a developer asked for and that shaped this answer, in their words. */
  faults?: readonly string[]
}>

/** As much of a caller as can be told. */
export type Asker = Readonly<{
  kind: 'delegated' | 'personal' | 'application'
  objectId: string
  appId: string
  profile: Readonly<{ userName?: string }>
}>

export type Events = Readonly<{
  answered: (event: Answered) => void
  /** Something went wrong that no request waits for. */
  troubled: (what: string, error: unknown) => void
}>

export type ServerEvents = Events &
  Readonly<{
    /** A part went away, or came back: why, by the name of the part; empty when all are there. */
    readinessChanged: (causes: ReadonlyMap<string, unknown>) => void
    /** The keys of an issuer cannot be had, or can again: why, by their address; empty when all can. */
    issuersChanged: (causes: ReadonlyMap<string, unknown>) => void
    /** A process that decodes pictures has ended, and another follows. */
    rendererEnded: (end: RendererEnd) => void
    /** The kernel's limits on those processes could not be set. */
    renderersUnlimited: () => void
  }>

export type RendererEnd = Readonly<{
  pid: number | undefined
  code: number | null
  signal: string | null
  killedFor: string | undefined
  detail: string
  nextInMs: number
}>

/** Gravest first. */
export const severities = ['error', 'warning', 'info', 'debug'] as const
export type Severity = (typeof severities)[number]
export type WriteLine = (severity: Severity, fields: Readonly<Record<string, unknown>>) => void

export type EventOptions = Readonly<{
  /** The least grave that is written. */
  level?: Severity | undefined
  /** Sees every answer, whatever is written. */
  watch?: ((event: Answered) => void) | undefined
}>

/**
 * error: bugs, and trouble in the background. warning: what the machine cannot do just now. info: whose
 * photo was changed, and by whom. debug: every answer. Never a token, never a byte of a picture, no query
 * of an url and no name of a person that has an @. For a line that is not written no object is made.
 */
export function createEvents(write: WriteLine, options: EventOptions = {}): ServerEvents {
  const { level = 'warning', watch } = options
  const least = severities.indexOf(level)
  return {
    answered(event) {
      watch?.(event)
      const severity = severityOf(event)
      if (severities.indexOf(severity) <= least) write(severity, describeAnswer(event))
    },
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
        why: 'prlimit (util-linux) is not there or not allowed: renderers have no limit of memory, and a decoder that is taken over could open files and sockets',
      })
    },
  }
}

function severityOf({ reply, failure }: Answered): Severity {
  if (failure !== undefined && !(failure instanceof Failure)) return 'error'
  // Without a failure it is a fault that was asked for.
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
/** Also the beginning of one. */
const webToken = /\beyJ[\w-]{5,}(?:\.[\w-]*)*/g

/** Without its query, tokens that somebody put there, and userPrincipalNames, which are often e-mail addresses. */
export function loggablePath(url: string): string {
  const path = url.slice(0, longestPath).split('?', 1)[0] ?? ''
  // What is cut off may be what tells that it is a name.
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

/**
 * No error we know of carries one; what a driver, a proxy or an identity provider puts into its words is
 * not ours to vouch for. It stops bearer tokens, JSON Web Tokens, passwords in addresses and signatures in
 * their queries.
 */
export function withoutSecrets(text: string): string {
  return text
    .slice(0, longestText)
    .replaceAll(/\b(Bearer|Basic)\s+[^\s"',]+/gi, '$1 {token}')
    .replaceAll(webToken, '{token}')
    .replaceAll(/(:\/\/[^\s/:@]*):[^\s/]*@/g, '$1:{password}@')
    .replaceAll(
      /(password|secret|signature|token)(["']?(?:=|: ?["'])["']?)[^\s&"']+/gi,
      '$1$2{hidden}',
    )
}

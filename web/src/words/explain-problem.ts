/**
 * What a person reads when a call has failed: one sentence in their language, by the kind and code of the problem.
 * The server's own words are used for refusals that the page has no sentence for; they name the exact reason.
 */
import type { Words } from './en.ts'

/** What is told of a failed call; `Problem` of graph/ has this form. */
export type ToldProblem = Readonly<{
  kind:
    | 'offline'
    | 'signed-out'
    | 'forbidden'
    | 'missing'
    | 'changed'
    | 'busy'
    | 'refused'
    | 'failed'
  status: number
  code: string
  words: string
  requestId: string | undefined
  retryAfterSeconds: number | undefined
}>

type Explain = (words: Words['problems'], problem: ToldProblem) => string

const sentences: Readonly<Record<ToldProblem['kind'], Explain>> = {
  offline: words => words.offline,
  'signed-out': words => words.signedOut,
  forbidden: explainForbidden,
  missing: words => words.missing,
  changed: words => words.changed,
  busy: (words, { retryAfterSeconds = 2 }) => words.busy({ seconds: retryAfterSeconds }),
  refused: explainRefused,
  failed: (words, { code }) => (code === 'ErrorQuotaExceeded' ? words.mailboxFull : words.failed),
}

/** Anything else than a problem of a call is a fault of the page. */
export function explainProblem(words: Words, problem: unknown): string {
  return isTold(problem)
    ? sentences[problem.kind](words.problems, problem)
    : words.problems.unexpected
}

/** The id that finds the call in the server's log. */
export function requestIdOf(problem: unknown): string | undefined {
  return isTold(problem) ? problem.requestId : undefined
}

function isTold(problem: unknown): problem is ToldProblem {
  const kind = (problem as Partial<ToldProblem> | undefined)?.kind
  return problem instanceof Error && typeof kind === 'string' && Object.hasOwn(sentences, kind)
}

/**
 * The server's 403 names what would be enough; these parts of its sentences do not change. Its code
 * ErrorAccessDenied says that the permission was there and the person's part was missing.
 */
function explainForbidden(words: Words['problems'], problem: ToldProblem): string {
  const said = problem.words
  if (problem.code === 'Authorization_IdentityDisabled') return words.accountDisabled
  if (said.includes("'onPremises'")) return words.onPremises
  const roles = /one of these roles(?: would be enough)?: ([^.]+)\./i.exec(said)?.[1]
  if (roles && said.includes('allowedRoles')) return words.onlyRoles({ roles })
  if (roles && problem.code === 'ErrorAccessDenied') return words.needsRole({ roles })
  const permissions = /One of these permissions would be enough: (\S+(?:, \S+)*?)\.(?:\s|$)/.exec(
    said,
  )?.[1]
  return permissions ? words.needsPermission({ permissions }) : words.forbidden
}

const refusals: Readonly<Record<string, (words: Words['problems']) => string>> = {
  ValidationWidthTooSmall: words => words.tooSmall,
  ValidationHeightTooSmall: words => words.tooSmall,
  ValidationImageTooLarge: words => words.tooLarge,
  RequestEntityTooLarge: words => words.tooLarge,
  ErrorInvalidImage: words => words.unreadable,
}

/** What stands before the server, such as a proxy, says no more than this. */
const refusalsByStatus: Readonly<Record<number, (words: Words['problems']) => string>> = {
  413: words => words.tooLarge,
  415: words => words.unreadable,
}

function explainRefused(words: Words['problems'], problem: ToldProblem): string {
  const { code, status, words: reason } = problem
  const [, source] = /'([^']+)' manages this object/.exec(reason) ?? []
  if (source !== undefined) return words.managedElsewhere({ source })
  const [, property] = /same value for property (\w+) already exists/.exec(reason) ?? []
  if (property !== undefined) return words.taken({ property })
  const own = refusals[code] ?? (reason === '' ? refusalsByStatus[status] : undefined)
  return own?.(words) ?? words.refused({ reason: reason || code || String(status) })
}

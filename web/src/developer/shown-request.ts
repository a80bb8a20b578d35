/**
 * A request to the server as `visage dev` tells it to developers, and which of them a person wants to see. Secrets are
 * left out by the server.
 */

export type Verdict =
  | Readonly<{ outcome: 'allowed'; permission: string; reach?: string; role?: string }>
  | Readonly<{
      outcome: 'refused'
      why: string
      permissions: readonly string[]
      roles: readonly string[]
    }>
  | Readonly<{ outcome: 'undecided' }>

export type ShownRequest = Readonly<{
  id: number
  /** When it was answered; milliseconds since 1970. */
  at: number
  method: string
  path: string
  who?: string
  /** 0: the connection was cut. */
  status: number
  reason: string
  durationMs: number
  faults: readonly string[]
  requestId: string
  operation?: string
  verdict: Verdict
  isTokenAccepted?: boolean
  claims?: Readonly<Record<string, unknown>>
  requestHeaders: Readonly<Record<string, string>>
  responseHeaders: Readonly<Record<string, string>>
  error?: Readonly<{ code: string; message: string }>
}>

export const outcomes = ['all', 'fine', 'refused', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** A cut connection has failed. */
export function outcomeOf(status: number): Exclude<Outcome, 'all'> {
  if (status === 0 || status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'fine'
}

export type Wish = Readonly<{
  text: string
  outcome: Outcome
  /** `elsewhere`: not those of the pages of this server. */
  from: 'everywhere' | 'elsewhere'
}>

/** Browsers say so, and programs do not pretend it. */
function isOfOwnPage({ requestHeaders }: ShownRequest): boolean {
  return requestHeaders['sec-fetch-site'] === 'same-origin'
}

/** Every word of the text stands somewhere in the row, in any case. */
export function isWished(request: ShownRequest, { text, outcome, from }: Wish): boolean {
  if (from === 'elsewhere' && isOfOwnPage(request)) return false
  if (outcome !== 'all' && outcomeOf(request.status) !== outcome) return false
  const row = [request.method, request.path, request.who, request.status, request.reason]
    .concat(request.faults, request.requestId, request.operation)
    .join('\n')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every(word => row.includes(word))
}

/** As many as the server keeps. */
const most = 200

/** The newest is the first. A request that comes a second time, after a break of the stream, is the same. */
export function withRequest(
  requests: readonly ShownRequest[],
  request: ShownRequest,
): readonly ShownRequest[] {
  if (requests.some(({ id }) => id === request.id)) return requests
  return [request, ...requests].slice(0, most)
}

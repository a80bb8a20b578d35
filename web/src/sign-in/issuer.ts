/**
 * The issuer as its discovery document describes it, and its errors as troubles. oauth4webapi makes every check;
 * this file knows only where issuers differ.
 */
import * as oauth from 'oauth4webapi'
import { SignInTrouble } from './trouble.ts'

export type Issuer = Readonly<{
  server: oauth.AuthorizationServer
  client: oauth.Client
  options: oauth.HttpRequestOptions<'GET' | 'POST', URLSearchParams>
}>

type Asked = Readonly<{
  issuer: string
  clientId: string
  fetch: (address: string, init?: RequestInit) => Promise<Response>
}>

/** Clocks that differ by less are no trouble. */
const clockToleranceSeconds = 120

export async function findIssuer({ issuer, clientId, fetch }: Asked): Promise<Issuer> {
  const address = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const options = {
    [oauth.allowInsecureRequests]: isThisMachine(address),
    [oauth.customFetch]: (target: string, init: object) => reach(fetch, target, init),
  }
  const response = await reach(fetch, address.href, {})
  if (!response.ok) {
    const facts = { address: address.href, status: String(response.status) }
    throw new SignInTrouble('refusedAt', facts)
  }
  return {
    server: await readDiscovery(issuer, response),
    client: { client_id: clientId, [oauth.clockTolerance]: clockToleranceSeconds },
    options,
  }
}

/** Without TLS a sign-in is safe only where no network lies between. */
function isThisMachine({ hostname }: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

type Left = 'authorization_endpoint' | 'end_session_endpoint'

/**
 * An address of the issuer that the page is left for. oauth4webapi checks those that it asks itself; a browser would follow
 * any here, and run one that begins with `javascript:`.
 */
export function addressAt({ server }: Pick<Issuer, 'server'>, name: Left): URL {
  const text = server[name]
  const address = typeof text === 'string' ? URL.parse(text) : null
  const isSafe =
    address?.protocol === 'https:' || (address?.protocol === 'http:' && isThisMachine(address))
  if (address && isSafe) return address
  throw new SignInTrouble('notTrusted', { reason: `no ${name} with https` })
}

/** A browser does not tell a script whether a server was away or did not allow the page. */
async function reach(fetch: Asked['fetch'], address: string, init: object): Promise<Response> {
  return await fetch(address, init).catch((error: unknown) => {
    throw new SignInTrouble('unreachable', { address }, error)
  })
}

const tenantPlaceholder = '{tenantid}'

/**
 * Entra's `organizations` and `common` declare an issuer with a placeholder, which stands for the tenant of each token.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#multitenant-applications
 */
async function readDiscovery(
  issuer: string,
  response: Response,
): Promise<oauth.AuthorizationServer> {
  try {
    const { issuer: declared } = (await response.clone().json()) as Readonly<{ issuer?: unknown }>
    const isTemplate = typeof declared === 'string' && declared.includes(tenantPlaceholder)
    return await oauth.processDiscoveryResponse(new URL(isTemplate ? declared : issuer), response)
  } catch (error) {
    throw toTrouble(error)
  }
}

/** The issuer that an id token must name: the placeholder is filled with the tenant that the token itself names. */
export async function fillTenant(
  server: oauth.AuthorizationServer,
  response: Response,
): Promise<oauth.AuthorizationServer> {
  if (!server.issuer.includes(tenantPlaceholder)) return server
  const { id_token } = (await response.clone().json()) as Readonly<{ id_token?: string }>
  const tenant = tenantOf(id_token ?? '')
  return { ...server, issuer: server.issuer.replace(tenantPlaceholder, tenant) }
}

/**
 * `iss` beside the code tells which of several issuers has answered (RFC 9207). There is only one here, and that of one
 * tenant cannot be compared with a placeholder; the id token is.
 */
export function withoutTenant(
  server: oauth.AuthorizationServer,
  query: URLSearchParams,
): URLSearchParams {
  const kept = new URLSearchParams(query)
  if (server.issuer.includes(tenantPlaceholder)) kept.delete('iss')
  return kept
}

function tenantOf(token: string): string {
  const payload = token.split('.').at(1) ?? ''
  try {
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    return String((JSON.parse(text) as Readonly<{ tid?: unknown }>).tid)
  } catch {
    // Not a token: the check of the answer that follows says so better.
    return ''
  }
}

/** What a silent sign-in is refused with where only the person can go on. */
const needsPerson: readonly string[] = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]

export function isNeedOfPerson(error: unknown): boolean {
  return error instanceof oauth.AuthorizationResponseError && needsPerson.includes(error.error)
}

export function toTrouble(error: unknown): SignInTrouble {
  if (error instanceof SignInTrouble) return error
  if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied') {
    return new SignInTrouble('denied', {}, error)
  }
  if (
    error instanceof oauth.AuthorizationResponseError ||
    error instanceof oauth.ResponseBodyError
  ) {
    return new SignInTrouble('refused', { reason: error.error_description || error.error }, error)
  }
  const isClock =
    error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_TIMESTAMP_CHECK
  if (isClock) return new SignInTrouble('clockWrong', {}, error)
  const reason = error instanceof Error ? error.message : String(error)
  return new SignInTrouble('notTrusted', { reason }, error)
}

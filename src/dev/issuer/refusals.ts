/**
 * OAuth errors as Entra writes them, with the numbers that programs look for. The texts are our own and
 * say what to do.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */

type RefusalCode = keyof typeof refusals

type Refusal = Readonly<{ error: string; number: number; status: number }>

const refusals = {
  'endpoint-unknown': { error: 'invalid_request', number: 90013, status: 404 },
  'instance-unknown': { error: 'invalid_instance', number: 50049, status: 400 },
  'tenant-unknown': { error: 'invalid_tenant', number: 90002, status: 400 },
  'client-id-missing': { error: 'invalid_request', number: 900144, status: 400 },
  'client-secret-missing': { error: 'invalid_client', number: 7000218, status: 401 },
  'assertion-invalid': { error: 'invalid_client', number: 50027, status: 401 },
  'assertion-client-wrong': { error: 'invalid_client', number: 700021, status: 401 },
  'assertion-audience-wrong': { error: 'invalid_client', number: 700023, status: 401 },
  'assertion-untimely': { error: 'invalid_client', number: 700024, status: 401 },
  'grant-unsupported': { error: 'unsupported_grant_type', number: 70003, status: 400 },
  'token-use-wrong': { error: 'invalid_request', number: 900144, status: 400 },
  'user-assertion-invalid': { error: 'invalid_grant', number: 50013, status: 400 },
  'user-assertion-expired': { error: 'invalid_grant', number: 500133, status: 400 },
  'user-assertion-audience-wrong': { error: 'invalid_grant', number: 500131, status: 400 },
  'user-assertion-of-application': { error: 'invalid_grant', number: 7000114, status: 400 },
  'resources-mixed': { error: 'invalid_request', number: 28000, status: 400 },
  'resource-unknown': { error: 'invalid_resource', number: 500011, status: 400 },
  'scope-malformed': { error: 'invalid_scope', number: 70011, status: 400 },
  'scope-not-default': { error: 'invalid_scope', number: 1002012, status: 400 },
} as const satisfies Record<string, Refusal>

/** Refused before the OAuth library sees the request. */
export class OAuthRefused extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, words: string) {
    super(words)
    this.name = 'OAuthRefused'
    this.code = code
  }
}

type LibraryError = Readonly<{ error?: string; number: number; words?: string; suberror?: string }>

/** Entra does not silently widen a refresh token either. */
const notConsented: LibraryError = {
  error: 'invalid_grant',
  number: 65001,
  words: 'Not consented to yet: sign in.',
  suberror: 'consent_required',
}

/** The library's `error` at the token endpoint -> Entra's, where they differ. */
const libraryErrors: Readonly<Record<string, LibraryError>> = {
  invalid_client: { number: 7000215, words: 'The client secret is wrong.' },
  invalid_grant: { number: 70000 },
  authorization_pending: { number: 70016, words: 'Nobody has signed in with this code yet.' },
  expired_token: { number: 70020, words: 'The device code is too old; ask for another.' },
  access_denied: { error: 'authorization_declined', number: 70018 },
  invalid_request: { number: 900144 },
  invalid_scope: notConsented,
  invalid_target: notConsented,
}

/** With `suberror` MSAL asks the person again, as after a restart, which removes all tokens. */
const refreshFailed: LibraryError = {
  number: 700082,
  words: 'Sign in again.',
  suberror: 'bad_token',
}

type RefusalBody = Readonly<{
  error: string
  error_description: string
  error_codes: readonly number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  suberror?: string
}>

export type Stamp = Readonly<{ now: () => number; newTokenId: () => string }>

export function describeRefusal(refused: OAuthRefused, stamp: Stamp, correlationId?: string) {
  const { status, error, number } = refusals[refused.code]
  return { status, body: dress(error, number, refused.message, stamp, correlationId) }
}

type Said = Readonly<{ error: string; description: string; grantType: string }>

export function describeLibraryError(
  said: Said,
  stamp: Stamp,
  correlationId?: string,
): RefusalBody {
  const { error, number, words = '', suberror } = recognize(said.error, said.grantType)
  const description = `${words} ${said.description}`.trim()
  const body = dress(error ?? said.error, number, description, stamp, correlationId)
  return suberror ? { ...body, suberror } : body
}

function recognize(error: string, grantType: string): LibraryError {
  if (error === 'invalid_grant' && grantType === 'refresh_token') return refreshFailed
  return libraryErrors[error] ?? { number: 900000 }
}

function dress(
  error: string,
  number: number,
  words: string,
  stamp: Stamp,
  correlationId?: string,
): RefusalBody {
  const traceId = stamp.newTokenId()
  return {
    error,
    error_description: `AADSTS${number}: ${words}`,
    error_codes: [number],
    timestamp: `${new Date(stamp.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`,
    trace_id: traceId,
    correlation_id: correlationId ?? traceId,
  }
}

/**
 * OAuth errors as Entra writes them, with the numbers that programs look for. The texts are our own and
 * say what to do.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */

type RefusalCode = keyof typeof refusals

type Refusal = Readonly<{ error: string; number: number; status: number }>

const refusals = {
  'tenant-unknown': { error: 'invalid_tenant', number: 90002, status: 400 },
  'client-id-missing': { error: 'invalid_request', number: 900144, status: 400 },
  'client-secret-missing': { error: 'invalid_client', number: 7000218, status: 401 },
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

/** The library's `error` at the token endpoint -> Entra's, where they differ. */
const libraryErrors: Readonly<Record<string, LibraryError>> = {
  invalid_client: { number: 7000215, words: 'The client secret is wrong.' },
  invalid_grant: { number: 70000 },
  unsupported_grant_type: { number: 70003 },
  authorization_pending: { number: 70016, words: 'Nobody has signed in with this code yet.' },
  expired_token: { number: 70020, words: 'The device code is too old; ask for another.' },
  access_denied: { error: 'authorization_declined', number: 70018 },
  invalid_request: { number: 900144 },
  // Entra does not silently widen a refresh token either
  invalid_scope: {
    error: 'invalid_grant',
    number: 65001,
    words: 'Not consented to yet: sign in.',
    suberror: 'consent_required',
  },
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
  suberror?: string
}>

export type Stamp = Readonly<{ now: () => number; newTokenId: () => string }>

export function describeRefusal(refused: OAuthRefused, stamp: Stamp) {
  const { status, error, number } = refusals[refused.code]
  return { status, body: dress(error, number, refused.message, stamp) }
}

export function describeLibraryError(
  said: { error: string; description: string; grantType: string },
  stamp: Stamp,
): RefusalBody {
  const { error, number, words = '', suberror } = recognize(said.error, said.grantType)
  const description = `${words} ${said.description}`.trim()
  const body = dress(error ?? said.error, number, description, stamp)
  return suberror ? { ...body, suberror } : body
}

function recognize(error: string, grantType: string): LibraryError {
  if (error === 'invalid_grant' && grantType === 'refresh_token') return refreshFailed
  return libraryErrors[error] ?? { number: 900000 }
}

function dress(error: string, number: number, words: string, stamp: Stamp): RefusalBody {
  return {
    error,
    error_description: `AADSTS${number}: ${words}`,
    error_codes: [number],
    timestamp: `${new Date(stamp.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`,
    trace_id: stamp.newTokenId(),
  }
}

/** Leaving the page for the issuer: the authorization request with PKCE, state and nonce, and the end of a session. */
import * as oauth from 'oauth4webapi'
import type { Configuration } from './configuration.ts'
import { keepErrand, type Memory, type Store, writeState } from './errand.ts'
import { addressAt, type Issuer } from './issuer.ts'
import { readPerson, type Tokens } from './tokens.ts'

export type Browser = Readonly<{
  /** The address of the page, with its slash: where the issuer sends people back to. */
  base: string
  store: Store
  fetch: (address: string, init?: RequestInit) => Promise<Response>
  now: () => number
  /** Leaves the page. `instead` of its entry in the history: going back does not lead to the issuer. */
  leave: (address: string, manner: 'instead' | 'after') => void
}>

export type Manner =
  /** Without any page of the issuer. */
  | 'silent'
  /** The person has signed in; more permissions are needed. */
  | 'more'
  | 'open'
  /** The person may be another one. */
  | 'choose'

export type Wish = Readonly<{
  manner: Manner
  memory: Memory
  /** Beside those of everyone. */
  permissions: readonly string[]
}>

type Leaving = Readonly<{
  configuration: Configuration
  browser: Browser
  issuer: Issuer
  tokens: Tokens | undefined
}>

export async function leaveFor(
  { configuration, browser, issuer, tokens }: Leaving,
  { manner, memory, permissions }: Wish,
): Promise<void> {
  const { server, client } = issuer
  const errand = {
    verifier: oauth.generateRandomCodeVerifier(),
    nonce: oauth.generateRandomNonce(),
    state: writeState(oauth.generateRandomState(), memory),
    permissions,
    manner: manner === 'silent' ? manner : 'open',
  } as const
  const hint = manner === 'choose' ? undefined : tokens && readPerson(tokens.id)?.signInName
  const address = addressAt(issuer, 'authorization_endpoint')
  const parameters = {
    ...configuration.parameters,
    client_id: client.client_id,
    redirect_uri: browser.base,
    response_type: 'code',
    scope: writeScope(configuration, server, permissions),
    code_challenge: await oauth.calculatePKCECodeChallenge(errand.verifier),
    code_challenge_method: 'S256',
    state: errand.state,
    nonce: errand.nonce,
    ...prompts[manner],
    ...(hint && { login_hint: hint }),
  }
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  keepErrand(browser.store, errand)
  browser.leave(address.href, entries[manner])
}

/** Who asked to sign in may go back from the issuer. */
const entries = { silent: 'instead', more: 'instead', open: 'after', choose: 'after' } as const

const prompts: Readonly<Record<Manner, Readonly<Record<string, string>>>> = {
  silent: { prompt: 'none' },
  more: {},
  open: {},
  choose: { prompt: 'select_account' },
}

/** A refresh token is asked for where the issuer says that it has them; it saves a redirect every hour. */
function writeScope(
  { scopes }: Configuration,
  { scopes_supported }: oauth.AuthorizationServer,
  permissions: readonly string[],
): string {
  const renewal = scopes_supported?.includes('offline_access') ? ['offline_access'] : []
  const asked = permissions.map(name => scopes[name] ?? name)
  return ['openid', 'profile', ...renewal, ...asked].join(' ')
}

/** An issuer without such an address keeps its own session; this page has forgotten everything all the same. */
export function leaveToEnd(issuer: Issuer, browser: Browser, { id }: Tokens): void {
  const { server, client } = issuer
  if (!server.end_session_endpoint) return
  const address = addressAt(issuer, 'end_session_endpoint')
  address.searchParams.set('id_token_hint', id)
  address.searchParams.set('client_id', client.client_id)
  address.searchParams.set('post_logout_redirect_uri', browser.base)
  browser.leave(address.href, 'instead')
}

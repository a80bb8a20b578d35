/**
 * Which programs may ask for tokens: all of them, with the client id and secret that they already have.
 *
 * Any program on this machine gets any token, as it does from `visage token`. Codes go to loopback
 * addresses and to those that the developer lists: this stops a link on a foreign page from carrying a code away
 * (loopback.ts keeps the pages themselves out).
 */

import { isLoopbackInBrowser } from '../../loopback.ts'

/** The permissions that `/.default` stands for. */
export type Consent = Readonly<{ scopes: readonly string[]; roles: readonly string[] }>

/** Scopes of OpenID Connect itself: not permissions, but valid wherever scopes are. */
export const signInScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
export const onBehalfOfGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Those of the library. */
export const providerGrants = [
  'authorization_code',
  'client_credentials',
  'refresh_token',
  deviceGrant,
] as const

export const grants: readonly string[] = [...providerGrants, onBehalfOfGrant]

/** `listed`: compared exactly, as at Entra. */
export function mayRedirect(address: string, listed: readonly string[]): boolean {
  if (listed.includes(address)) return true
  const url = URL.parse(address)
  return /^https?:$/.test(url?.protocol ?? '') && isLoopbackInBrowser(url?.hostname ?? '')
}

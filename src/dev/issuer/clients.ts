/**
 * Which programs may ask for tokens, and what an administrator would have consented to for them.
 * A client id that nobody registered is welcome: an existing program keeps its own ids and secret.
 *
 * That leaves open that any program on this machine gets any token; it could as well ask the
 * token endpoint of `visage token`. What stays closed: codes go to loopback addresses only, so a
 * link on a foreign page cannot carry a code away (loopback.ts keeps the pages themselves out).
 */

import { isLoopbackName } from './loopback.ts'

export type Client = Readonly<{
  id: string
  name?: string
  /** Without a secret it is a public client. */
  secret?: string
  /** Without any: every address on loopback. */
  redirectUris?: readonly string[]
  /** What `/.default` means for its users. */
  scopes?: readonly string[]
  /** What it may do in its own name. */
  roles?: readonly string[]
  accessTokenVersion?: 1 | 2
}>

/** What `/.default` means where a client says nothing of its own. */
export type Consent = Readonly<{ scopes: readonly string[]; roles: readonly string[] }>

export function findClient(clients: readonly Client[], id: string): Client | undefined {
  return clients.find(client => client.id.toLowerCase() === id.toLowerCase())
}

export function consentOf(client: Client | undefined, otherwise: Consent): Consent {
  return {
    scopes: client?.scopes ?? otherwise.scopes,
    roles: client?.roles ?? otherwise.roles,
  }
}

/** As at Entra, a loopback address matches whatever its port. */
export function mayRedirect(client: Client | undefined, address: string): boolean {
  const url = URL.parse(address)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return false
  if (!client?.redirectUris) return isLoopbackName(url.hostname)
  return client.redirectUris.some(known => known === address || matchesButPort(known, url))
}

function matchesButPort(known: string, url: URL): boolean {
  const other = URL.parse(known)
  if (!other || !isLoopbackName(url.hostname)) return false
  other.port = url.port
  return other.href === url.href
}

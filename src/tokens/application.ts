/**
 * Whether the caller is an application without a signed-in person. Each kind of issuer marks that in its
 * own way; a token without the mark is a person's. That is the safe default: a person's token taken for
 * an application's could change everybody's photo, the opposite mistake only one.
 */
import type { ApplicationSign, Reading } from './presets.ts'
import { type Claims, listAt, textAt, wordsAt } from './values.ts'

/** A client in the setting is always an application: the operator says that nobody signs in with it. */
export function isApplication(claims: Claims, reading: Reading): boolean {
  const client = textAt(claims, reading.pointers.client)
  if (client !== '' && reading.applications.includes(client)) return true
  return signs[reading.applicationSign](claims, client, reading)
}

type Sign = (claims: Claims, client: string, reading: Reading) => boolean

const signs: Readonly<Record<ApplicationSign, Sign>> = {
  idtyp: saysEntra,
  'service-account': saysKeycloak,
  gty: saysAuth0,
  subject: isItsOwnSubject,
  none: () => false,
}

/**
 * `idtyp` is an optional claim; without it, roles and no scopes mean an application. A person's `roles`
 * are app roles, not application permissions, so `oid` must also equal `sub`, which is so only for
 * applications.
 * https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
 */
function saysEntra(claims: Claims, _client: string, { pointers }: Reading): boolean {
  const idtyp = textAt(claims, ['/idtyp'])
  if (idtyp !== '') return idtyp === 'app'
  const hasScopes = wordsAt(claims, pointers.scopes).length > 0
  if (hasScopes || listAt(claims, ['/roles']).length === 0) return false
  const oid = textAt(claims, ['/oid'])
  return oid !== '' && oid === textAt(claims, ['/sub'])
}

/**
 * Only a person has a session (`sid`). Keycloak reserves the prefix, so no person can have such a name.
 * Seen on 2026-11-28 with Keycloak 26.4.0.
 */
function saysKeycloak(claims: Claims): boolean {
  if (claims.sid !== undefined || textAt(claims, ['/client_id']) === '') return false
  return textAt(claims, ['/preferred_username']).startsWith('service-account-')
}

/** https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow */
function saysAuth0(claims: Claims, client: string): boolean {
  const isGranted = textAt(claims, ['/gty']) === 'client-credentials'
  return isGranted && client !== '' && textAt(claims, ['/sub']) === `${client}@clients`
}

/**
 * "the value of "sub" SHOULD correspond to an identifier the authorization server uses to indicate the
 * client application": https://www.rfc-editor.org/rfc/rfc9068#section-2.2
 */
function isItsOwnSubject(claims: Claims, client: string): boolean {
  return client !== '' && textAt(claims, ['/sub']) === client
}

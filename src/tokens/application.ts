/**
 * Decides whether the caller is an application without a signed-in person. Each kind of issuer
 * marks this differently; a token without the mark belongs to a person. This default is safe: a
 * person taken for an application could change everybody's photo, an application taken for a person
 * only one.
 */
import type { ApplicationSign, Reading } from './presets.ts'
import { type Claims, listAt, textAt, wordsAt } from './values.ts'

/**
 * A client in the setting is always an application: the operator states that nobody signs in with
 * it.
 */
export function isApplication(claims: Claims, reading: Reading): boolean {
  const client = textAt(claims, reading.pointers.client)
  if (client !== '' && reading.applications.includes(client)) return true
  return signs[reading.applicationSign](claims, client, reading)
}

type Sign = (claims: Claims, client: string, reading: Reading) => boolean

const signs: Readonly<Record<ApplicationSign, Sign>> = {
  idtyp: isEntraApplication,
  'service-account': isKeycloakServiceAccount,
  gty: isAuth0Application,
  subject: isOwnSubject,
  none: () => false,
}

/**
 * `idtyp` is an optional claim. Without it, a token with roles and without scopes belongs to an
 * application. A person's `roles` are app roles, not application permissions, so `oid` must also
 * equal `sub`, which is true only for applications.
 * https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
 */
function isEntraApplication(claims: Claims, _client: string, { pointers }: Reading): boolean {
  const idtyp = textAt(claims, ['/idtyp'])
  if (idtyp !== '') return idtyp === 'app'
  const hasScopes = wordsAt(claims, pointers.scopes).length > 0
  if (hasScopes || listAt(claims, ['/roles']).length === 0) return false
  const oid = textAt(claims, ['/oid'])
  return oid !== '' && oid === textAt(claims, ['/sub'])
}

/**
 * Only a person has a session (`sid`). Keycloak reserves the prefix, so no person can have such a
 * name. Observed on 2026-11-28 with Keycloak 26.4.0.
 */
function isKeycloakServiceAccount(claims: Claims): boolean {
  if (claims.sid !== undefined || textAt(claims, ['/client_id']) === '') return false
  return textAt(claims, ['/preferred_username']).startsWith('service-account-')
}

/** https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow */
function isAuth0Application(claims: Claims, client: string): boolean {
  const isGranted = textAt(claims, ['/gty']) === 'client-credentials'
  return isGranted && client !== '' && textAt(claims, ['/sub']) === `${client}@clients`
}

/**
 * "the value of "sub" SHOULD correspond to an identifier the authorization server uses to indicate the
 * client application": https://www.rfc-editor.org/rfc/rfc9068#section-2.2
 */
function isOwnSubject(claims: Claims, client: string): boolean {
  return client !== '' && textAt(claims, ['/sub']) === client
}

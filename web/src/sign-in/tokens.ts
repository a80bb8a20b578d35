/** Tokens: a code or a refresh token is exchanged for them, and every check is that of oauth4webapi. */
import * as oauth from 'oauth4webapi'
import type { Errand } from './errand.ts'
import { fillTenant, type Issuer, toTrouble, withoutTenant } from './issuer.ts'
import { SignInTrouble } from './trouble.ts'

export type Tokens = Readonly<{
  access: string
  refresh: string | undefined
  id: string
  expiresAt: number
  /** Permissions that were asked for. What was granted, the server says with 403. */
  asked: readonly string[]
}>

export type Person = Readonly<{ name: string; signInName: string }>

type Parts = Readonly<{
  /** The redirect address of the authorization request. */
  base: string
  now: () => number
}>

/** RFC 6749 recommends `expires_in` but does not demand it. */
const unsaidLifetimeSeconds = 300

export async function redeem(
  { base, now }: Parts,
  findIssuer: () => Promise<Issuer>,
  { state, verifier, nonce, permissions }: Errand,
  query: URLSearchParams,
): Promise<Tokens> {
  const { server, client, options } = await findIssuer()
  const answer = oauth.validateAuthResponse(server, client, withoutTenant(server, query), state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    base,
    verifier,
    options,
  )
  const trusted = await fillTenant(server, response)
  const body = await oauth.processAuthorizationCodeResponse(trusted, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  return toTokens(body, now(), permissions, undefined)
}

function toTokens(
  body: oauth.TokenEndpointResponse,
  now: number,
  asked: readonly string[],
  old: Tokens | undefined,
): Tokens {
  return {
    access: body.access_token,
    refresh: body.refresh_token ?? old?.refresh,
    id: body.id_token ?? old?.id ?? '',
    expiresAt: now + (body.expires_in ?? unsaidLifetimeSeconds) * 1000,
    asked,
  }
}

export async function refreshTokens(
  { now }: Parts,
  findIssuer: () => Promise<Issuer>,
  old: Tokens,
  refresh: string,
): Promise<Tokens> {
  try {
    const { server, client, options } = await findIssuer()
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.None(),
      refresh,
      options,
    )
    const trusted = await fillTenant(server, response)
    const body = await oauth.processRefreshTokenResponse(trusted, client, response)
    return toTokens(body, now(), old.asked, old)
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new SignInTrouble('ended', {}, error)
    throw toTrouble(error)
  }
}

/** For greeting the person only: the token came from the issuer itself over TLS, and was validated then. */
export function readPerson(idToken: string): Person | undefined {
  const payload = idToken.split('.').at(1)
  if (!payload) return undefined
  const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, sign => sign.charCodeAt(0))
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
  const signInName = String(claims.preferred_username ?? claims.email ?? '')
  return { name: String(claims.name ?? (signInName || claims.sub)), signInName }
}

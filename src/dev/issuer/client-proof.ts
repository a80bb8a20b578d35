/**
 * How a client proves at the token endpoint that it is the one: a secret, or an assertion that it
 * signed with its certificate or got from another issuer (workload identity federation). The issuer
 * knows no client before it asks, so any secret is right, and the signature of an assertion, whose
 * key it cannot know, is not read. Everything else in it is checked as Entra does.
 * https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
 */
import { decodeJwt, type JWTPayload } from 'jose'
import type { ClientProof } from './claims.ts'
import { isOwnHost } from './loopback.ts'
import { OAuthRefused } from './refusals.ts'
import { findTenant, type Tenants } from './tenants.ts'

export type ProofParts = Readonly<{ origin: string; tenants: Tenants; now: () => number }>

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The audience of assertions of other issuers, in each cloud. */
const federated = /^api:\/\/AzureADTokenExchange(?:USGov|China)?$/i

/** How far the clocks of client and issuer may differ. */
const skewSeconds = 300

/** Throws `OAuthRefused` for an assertion that Entra would not accept from any client. */
export function readClientProof(
  params: URLSearchParams,
  tenantId: string,
  parts: ProofParts,
): ClientProof {
  const assertion = params.get('client_assertion')
  if (assertion === null) return params.has('client_secret') ? 'secret' : 'none'
  if (params.has('client_secret')) {
    throw invalid("Send 'client_secret' or 'client_assertion', not both.")
  }
  if (params.get('client_assertion_type') !== assertionType) {
    throw invalid(`The parameter 'client_assertion_type' can only be ${assertionType}.`)
  }
  checkAssertion(decode(assertion), params.get('client_id') ?? '', tenantId, parts)
  return 'assertion'
}

function checkAssertion(
  claims: JWTPayload,
  clientId: string,
  tenantId: string,
  { origin, tenants, now }: ProofParts,
): void {
  const missing = ['iss', 'sub', 'aud', 'exp'].filter(name => !claims[name])
  if (missing.length > 0) throw invalid(`The client assertion lacks ${missing.join(', ')}.`)
  const audiences = [claims.aud ?? []].flat()
  if (!audiences.some(name => federated.test(name))) {
    checkOwner(claims, clientId)
    const isHere = (name: string) =>
      isEndpointOf(name, origin, first => findTenant(tenants, first)?.id === tenantId)
    if (!audiences.some(isHere)) {
      throw new OAuthRefused(
        'assertion-audience-wrong',
        `The 'aud' of the client assertion is '${audiences.join(' ').slice(0, 200)}'; it has to be the token endpoint: ${origin}/${tenantId}/oauth2/v2.0/token.`,
      )
    }
  }
  checkTime(claims, now() / 1000)
}

/** What a client signs itself names the client twice. */
function checkOwner({ iss, sub }: JWTPayload, clientId: string): void {
  if (iss === clientId && sub === clientId) return
  throw new OAuthRefused(
    'assertion-client-wrong',
    "'iss' and 'sub' of the client assertion have to be the 'client_id' of the request.",
  )
}

const endpoints = /^\/([^/]+)\/(?:oauth2\/(?:v2\.0\/)?token|v2\.0)?\/?$/

/** The token endpoint, or the issuer itself, under any name of the tenant. */
function isEndpointOf(
  audience: string,
  origin: string,
  isTenant: (name: string) => boolean,
): boolean {
  const url = URL.parse(audience)
  if (!url || !isOwnHost(url, origin) || url.port !== new URL(origin).port) return false
  const [, name] = endpoints.exec(url.pathname) ?? []
  return name !== undefined && isTenant(name)
}

function checkTime({ exp, nbf }: JWTPayload, nowSeconds: number): void {
  if (typeof exp !== 'number') throw invalid("The 'exp' of the client assertion is not a number.")
  const isOver = exp <= nowSeconds - skewSeconds
  const isEarly = typeof nbf === 'number' && nbf > nowSeconds + skewSeconds
  if (!isOver && !isEarly) return
  const words = isOver ? "is over ('exp')" : "has not begun ('nbf')"
  throw new OAuthRefused('assertion-untimely', `The time of the client assertion ${words}.`)
}

function decode(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion)
  } catch {
    throw invalid('The client assertion is not a JSON Web Token.')
  }
}

function invalid(words: string): OAuthRefused {
  return new OAuthRefused('assertion-invalid', words)
}

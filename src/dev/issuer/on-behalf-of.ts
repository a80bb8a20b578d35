/**
 * The on-behalf-of flow: an API exchanges the token that it was called with for one to another API,
 * for the same person. The library has no such grant, so the token becomes a code of that person,
 * which the library redeems within the same request.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
import { errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Provider } from 'oidc-provider'
import { type IssuedBy, issuerOf } from './claims.ts'
import type { SigningKey } from './keys.ts'
import { OAuthRefused } from './refusals.ts'
import { isAudienceOf } from './resources.ts'

type Parts = Readonly<{
  issuedBy: IssuedBy
  tenantId: string
  audience: string
  signingKey: SigningKey
  now: () => number
}>

/** Never visited. The library requires the same one for the code and for its redemption. */
const redirectUri = 'http://localhost'

/** Changes `params` to the redemption of a code. Throws `OAuthRefused`. */
export async function exchangeAssertion(
  parts: Parts,
  provider: Provider,
  params: URLSearchParams,
): Promise<void> {
  if (params.get('requested_token_use') !== 'on_behalf_of') {
    throw new OAuthRefused(
      'token-use-wrong',
      "The parameter 'requested_token_use' can only be on_behalf_of.",
    )
  }
  const clientId = params.get('client_id') ?? ''
  const accountId = readPerson(await verify(parts, params.get('assertion') ?? ''), clientId)
  const code = await createCode(parts, provider, { clientId, accountId }, params)
  for (const name of ['assertion', 'requested_token_use']) params.delete(name)
  params.set('grant_type', 'authorization_code')
  params.set('redirect_uri', redirectUri)
  params.set('code', code)
}

async function verify(parts: Parts, assertion: string): Promise<JWTPayload> {
  const key = await importJWK(parts.signingKey.publicJwk, 'RS256')
  const { issuedBy, tenantId, now } = parts
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['RS256'],
      issuer: [
        issuerOf({ issuedBy, tenantId, version: 1 }),
        issuerOf({ issuedBy, tenantId, version: 2 }),
      ],
      requiredClaims: ['exp', 'oid'],
      currentDate: new Date(now()),
    })
    return payload
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    throw error instanceof errors.JWTExpired
      ? new OAuthRefused('user-assertion-expired', "The 'assertion' has expired.")
      : new OAuthRefused(
          'user-assertion-invalid',
          "The 'assertion' is not an access token of this issuer and tenant.",
        )
  }
}

function readPerson({ aud, oid, scp }: JWTPayload, clientId: string): string {
  if (!isAudienceOf(clientId, aud)) {
    throw new OAuthRefused(
      'user-assertion-audience-wrong',
      `The 'assertion' is for '${String(aud).slice(0, 200)}', but '${clientId}' presents it. Ask for a token for api://${clientId} first.`,
    )
  }
  if (typeof scp === 'string' && typeof oid === 'string') return oid
  throw new OAuthRefused(
    'user-assertion-of-application',
    "The 'assertion' is a token of an application; on-behalf-of is for tokens of people.",
  )
}

type Subject = Readonly<{ clientId: string; accountId: string }>

async function createCode(
  { audience }: Parts,
  provider: Provider,
  { clientId, accountId }: Subject,
  params: URLSearchParams,
): Promise<string> {
  const client = await provider.Client.find(clientId)
  if (client === undefined) throw new Error('the issuer has every client')
  const scope = params.get('scope') ?? ''
  const resource = params.get('resource') ?? audience
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, scope)
  const grantId = await grant.save()
  const code = new provider.AuthorizationCode({
    accountId,
    client,
    grantId,
    redirectUri,
    resource,
    scope,
    gty: 'authorization_code',
  })
  return await code.save()
}

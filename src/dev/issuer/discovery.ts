/**
 * The two discovery documents of a tenant, and the one that tells the hosts of a cloud, as at Entra.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
 */

import { type IssuedBy, issuerOf, type TokenVersion } from './claims.ts'
import { grants, signInScopes } from './clients.ts'
import { OAuthRefused } from './refusals.ts'

/** Under the name that was asked. */
type Names = Readonly<{ origin: string; issuedBy: IssuedBy }>

export function describeIssuer(
  { origin, issuedBy }: Names,
  tenantId: string,
  version: TokenVersion,
) {
  const base = `${origin}/${tenantId}`
  const oauth = version === 1 ? `${base}/oauth2` : `${base}/oauth2/v2.0`
  return {
    issuer: issuerOf({ issuedBy, tenantId, version }),
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    jwks_uri: version === 1 ? `${base}/discovery/keys` : `${base}/discovery/v2.0/keys`,
    ...abilities,
  }
}

const abilities = {
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  grant_types_supported: grants,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: [
    'client_secret_post',
    'client_secret_basic',
    'private_key_jwt',
    'none',
  ],
  token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
  scopes_supported: signInScopes,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  request_uri_parameter_supported: false,
  claims_supported: [
    'sub',
    'iss',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'nonce',
    'oid',
    'tid',
    'ver',
    'name',
    'preferred_username',
    'upn',
    'email',
  ],
}

/**
 * MSAL asks for it before it trusts an authority; `endpoint` is the one that it would use.
 * https://learn.microsoft.com/en-us/entra/msal/dotnet/advanced/instance-discovery-metadata
 */
export function describeInstances(hosts: readonly string[], endpoint: string | null) {
  const [preferred = ''] = hosts
  const asked = URL.parse(endpoint ?? `https://${preferred}/common/oauth2/v2.0/authorize`)
  if (asked?.protocol !== 'https:' || !hosts.includes(asked.host)) {
    throw new OAuthRefused(
      'instance-unknown',
      `The 'authorization_endpoint' is not one of ${hosts.join(', ')}.`,
    )
  }
  const [, tenant = 'common'] = asked.pathname.split('/')
  return {
    tenant_discovery_endpoint: `https://${asked.host}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: preferred, preferred_cache: preferred, aliases: hosts }],
  }
}

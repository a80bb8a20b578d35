/**
 * The four clouds of Microsoft Graph: their token issuers, the names of those issuers, and Graph's
 * audiences. Knows no settings of this server.
 *
 * Roots and hosts: https://learn.microsoft.com/en-us/graph/deployments
 * Entra hosts:
 * https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
 * Issuer forms:
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */

export type CloudName = 'global' | 'usgov' | 'usgov-dod' | 'china'

export type Cloud = Readonly<{
  graphRoot: string
  /** The first serves discovery; tokens may name any of them as issuer. */
  authorityHosts: readonly string[]
  /** Host in `iss` of v1.0 tokens: `https://{host}/{tenant}/`. */
  v1IssuerHost: string
  hasPersonalAccounts: boolean
  /** Sign-in hosts of Azure AD B2C tenants end with this, unless they have a custom domain. */
  b2cHostSuffix: string
}>

export const clouds = {
  global: {
    graphRoot: 'https://graph.microsoft.com',
    authorityHosts: ['login.microsoftonline.com'],
    v1IssuerHost: 'sts.windows.net',
    hasPersonalAccounts: true,
    // https://learn.microsoft.com/en-us/azure/active-directory-b2c/tokens-overview
    b2cHostSuffix: '.b2clogin.com',
  },
  // Both US Government clouds have one sign-in host. No page says that their v1.0 tokens name
  // sts.windows.net too, but Bot Framework's published US Government issuer is
  // https://sts.windows.net/cab8a31a-1906-4287-a0d8-4eef66b95f6e/:
  // https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
  // The B2C host is uncertain: no page names one for these clouds, only MSAL does.
  // https://github.com/AzureAD/microsoft-authentication-library-for-python/blob/dev/msal/authority.py
  usgov: {
    graphRoot: 'https://graph.microsoft.us',
    authorityHosts: ['login.microsoftonline.us'],
    v1IssuerHost: 'sts.windows.net',
    hasPersonalAccounts: false,
    b2cHostSuffix: '.b2clogin.us',
  },
  'usgov-dod': {
    graphRoot: 'https://dod-graph.microsoft.us',
    authorityHosts: ['login.microsoftonline.us'],
    v1IssuerHost: 'sts.windows.net',
    hasPersonalAccounts: false,
    b2cHostSuffix: '.b2clogin.us',
  },
  // Graph's page names login.chinacloudapi.cn, Entra's names login.partner.microsoftonline.cn. MSAL
  // knows both; the second is the issuer in the discovery document of either host.
  china: {
    graphRoot: 'https://microsoftgraph.chinacloudapi.cn',
    authorityHosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    v1IssuerHost: 'sts.chinacloudapi.cn',
    hasPersonalAccounts: false,
    // https://docs.azure.cn/en-us/active-directory-b2c/b2clogin
    b2cHostSuffix: '.b2clogin.cn',
  },
} as const satisfies Record<CloudName, Cloud>

export function v1Issuer(cloud: Cloud, tenant: string): string {
  return `https://${cloud.v1IssuerHost}/${tenant}/`
}

export function v2Issuers(cloud: Cloud, tenant: string): readonly string[] {
  return cloud.authorityHosts.map(host => `https://${host}/${tenant}/v2.0`)
}

/** `tid` of every personal Microsoft account. */
export const personalTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** The application id of Microsoft Graph, the same in every cloud. */
const graphAppId = '00000003-0000-0000-c000-000000000000'

const everyCloud: readonly Cloud[] = Object.values(clouds)
/** The names of Graph as an audience and in scopes. */
export const graphAudiences: ReadonlySet<string> = new Set([
  ...everyCloud.map(cloud => cloud.graphRoot),
  graphAppId,
])
const entraHosts: ReadonlySet<string> = new Set(
  everyCloud.flatMap(cloud => [...cloud.authorityHosts, cloud.v1IssuerHost]),
)

export function isGraphAudience(audience: string): boolean {
  return graphAudiences.has(audience.replace(/\/$/, ''))
}

export function isEntraIssuer(issuer: string): boolean {
  const url = URL.parse(issuer)
  return url?.protocol === 'https:' && entraHosts.has(url.host)
}

export function isB2cIssuer(issuer: string): boolean {
  const host = URL.parse(issuer)?.hostname ?? ''
  return everyCloud.some(cloud => host.endsWith(cloud.b2cHostSuffix))
}

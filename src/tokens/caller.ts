/**
 * Who is asking, as far as a verified token says it. Nothing here was looked up in a directory.
 */

/**
 * The three columns of Graph's permission tables.
 * https://learn.microsoft.com/en-us/graph/permissions-overview#permission-types
 */
export type AccountKind = 'delegated' | 'personal' | 'application'

export type Caller = Readonly<{
  kind: AccountKind
  /** `tid`, lower case; the configured tenant where an issuer knows no tenants. */
  tenantId: string
  /** `oid`, else `sub`: the signed-in user, or the service principal of an application. */
  objectId: string
  /** `azp`, `appid` or `client_id`: the program that calls; '' when the token does not say. */
  appId: string
  /** `scp` of a delegated token, `roles` of an application's. */
  permissions: ReadonlySet<string>
  /** `wids`: directory role template ids, lower case. */
  roleTemplateIds: ReadonlySet<string>
  /** The token belongs to an Azure AD B2C tenant. */
  isB2c: boolean
  /** What the token says of the person, to add them to the directory; never a base for a decision. */
  profile: Readonly<{ userPrincipalName?: string; displayName?: string; mail?: string }>
}>

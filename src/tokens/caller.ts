/** The caller, as described by the verified token. Nothing here comes from a directory. */

/**
 * The three columns of Graph's permission tables.
 * https://learn.microsoft.com/en-us/graph/permissions-overview#permission-types
 */
export type AccountKind = 'delegated' | 'personal' | 'application'

export type Caller = Readonly<{
  kind: AccountKind
  /** Lower case; the configured tenant where the issuer has no tenants. */
  tenantId: string
  /** The issuer of the token, in its first spelling when it has several. */
  issuer: string
  /** The signed-in user, or the service principal of an application; a GUID in lower case. */
  objectId: string
  /** The client application; '' when the token does not name it. */
  appId: string
  /** Scopes of a person, or the permissions of an application. */
  permissions: ReadonlySet<string>
  /** Template ids of administrators' roles, lower case. */
  roleTemplateIds: ReadonlySet<string>
  /** The token belongs to an Azure AD B2C tenant. */
  isB2c: boolean
  profile: Profile
}>

/** The token's claims about the person, for display, not for decisions. */
type Profile = Readonly<{
  userName?: string
  /** True where the operator states that the issuer vouches for names. */
  isVouchedFor?: boolean
  /** The userPrincipalName, where the operator states that the issuer vouches for it. */
  vouchedName?: string
  displayName?: string
  givenName?: string
  surname?: string
  mail?: string
  /** Seconds since 1970. */
  issuedAt?: number
}>

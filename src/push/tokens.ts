/** Access tokens as push uses them; where they come from is decided in cli/. What a token says is shown, never trusted. */

export type Tokens = Readonly<{
  /** One that should still be valid. */
  current: () => Promise<string>
  /** Another one, after the server refused the current one. */
  renew: () => Promise<string>
}>

export type Claims = Readonly<{
  account: 'delegated' | 'application'
  permissions: readonly string[]
  tenant: string
}>

/** Not verified: only the server can. undefined for a token that is no JWT. */
export function readClaims(token: string): Claims | undefined {
  const [, part = ''] = token.split('.')
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    if (typeof claims !== 'object' || claims === null) return undefined
    const { scp, roles, tid } = claims as Readonly<Record<string, unknown>>
    const isPerson = typeof scp === 'string'
    const names = isPerson ? scp.split(/\s+/) : Array.isArray(roles) ? roles.map(String) : []
    return {
      account: isPerson ? 'delegated' : 'application',
      permissions: names.filter(Boolean),
      tenant: typeof tid === 'string' ? tid : '',
    }
  } catch {
    // An opaque token: other issuers have them.
    return undefined
  }
}

/**
 * What a developer chooses in the token builder, and the order that it becomes: the body of POST /_visage/token, whose
 * fields docs/testing.md describes.
 */

export type TokenWish = Readonly<{
  kind: 'person' | 'application'
  /** As the server names people: `alice`. */
  user: string
  /** Permissions; empty for all that there are. */
  permissions: readonly string[]
  /** Directory roles, beside the person's own. */
  adminRoles: readonly string[]
  lifetime: Lifetime
}>

export const lifetimes = ['hour', 'minute', 'day', 'expired'] as const
export type Lifetime = (typeof lifetimes)[number]

const seconds: Readonly<Record<Lifetime, number>> = {
  hour: 3600,
  minute: 60,
  day: 86_400,
  expired: -60,
}

export type TokenOrder = Readonly<Record<string, unknown>>

export function toOrder(
  { kind, user, permissions, adminRoles, lifetime }: TokenWish,
  isPersonal: boolean,
): TokenOrder {
  const common = { lifetimeSeconds: seconds[lifetime] }
  if (kind === 'application') {
    return { app: true, ...common, ...(permissions.length > 0 && { roles: permissions }) }
  }
  return {
    user,
    ...common,
    ...(permissions.length > 0 && { scopes: permissions }),
    ...(isPersonal && { personal: true }),
    ...(!isPersonal && adminRoles.length > 0 && { wids: adminRoles }),
  }
}

/** Permissions whose name holds every word of the text, in any case. */
export function findPermissions(all: readonly string[], text: string): readonly string[] {
  const words = text.toLowerCase().split(/\s+/)
  return all.filter(name => words.every(word => name.toLowerCase().includes(word)))
}

/**
 * Which tenant the first segment of an authority means. Knows no people and no tokens.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols#endpoints
 */
import { personalTenantId } from '../../tokens/clouds.ts'

type Tenant = Readonly<{ id: string; domains?: readonly string[] }>

/** The first tenant is the home tenant: `common` and `organizations` mean it here. */
export type Tenants = readonly [Tenant, ...Tenant[]]

export function findTenant(tenants: Tenants, name: string): Tenant | undefined {
  const wanted = name.toLowerCase()
  if (wanted === 'common' || wanted === 'organizations') return tenants[0]
  if (wanted === 'consumers') return findTenant(tenants, personalTenantId)
  return (
    tenants.find(({ id, domains }) => id === wanted || domains?.includes(wanted)) ??
    (wanted === personalTenantId ? { id: personalTenantId } : undefined)
  )
}

export function listTenantNames(tenants: Tenants): readonly string[] {
  return tenants.flatMap(({ id, domains }) => [...(domains ?? []), id])
}

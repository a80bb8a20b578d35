/** Finds the one row that a name at a terminal means, in a store of several tenants, or explains why there is none. */
import { Failure } from '../failure.ts'

type Wanted = Readonly<{
  kind: 'user' | 'group'
  name: string
  /** Undefined for any tenant. */
  tenantId: string | undefined
}>

const nouns = { user: 'person', group: 'group' } as const satisfies Record<Wanted['kind'], string>

/** `none`: the end of the message if nothing is found; `hint`: how to choose one of several. */
type Words = Readonly<{ none: string; hint: string }>

/** Throws Failure if nothing is found, or more than one. */
export function onlyOne<Found extends Readonly<{ tenantId: string; id: string }>>(
  all: readonly Found[],
  { kind, name, tenantId }: Wanted,
  { none, hint }: Words,
): Found {
  const found = all.filter(one => tenantId === undefined || one.tenantId === tenantId)
  const [first, ...others] = found
  const where = tenantId === undefined ? '' : ` in tenant ${tenantId}`
  if (first === undefined) {
    throw new Failure(`${kind}-not-found`, {
      detail: `there is no ${nouns[kind]} ${JSON.stringify(name)}${where}${none}`,
    })
  }
  if (others.length === 0) return first
  const choices = found.map(({ id, tenantId: tenant }) => `${id} in tenant ${tenant}`)
  throw new Failure('resource-invalid', {
    detail: `${JSON.stringify(name)}${where} is more than one: ${choices.join('; ')}. ${hint}`,
  })
}

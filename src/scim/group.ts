/** Between a resource of type Group and a group of the directory. */
import { type GroupFields, toGroup } from '../directory/group-rows.ts'
import type { Group } from '../directory/groups.ts'
import { idsOf } from './people-changes.ts'
import { toProperties, toResource } from './properties.ts'
import type { Resource } from './schema.ts'

/** Without members and owners. */
export function groupResource(row: Group): Resource {
  const group: Readonly<Record<string, string | boolean | undefined>> = {
    ...toGroup(row),
    externalId: row.external_id ?? undefined,
  }
  return toResource('Group', property => group[property])
}

type SentGroup = Readonly<{
  externalId: string | undefined
  /** Every property that SCIM has; undefined takes a value away. */
  fields: Pick<GroupFields, 'displayName' | 'description' | 'visibility' | 'isTeam'>
  members: readonly string[]
  owners: readonly string[]
}>

/** `resource` as readResource and patchResource return it: with a displayName. */
export function toSentGroup(resource: Resource): SentGroup {
  const properties = toProperties('Group', resource)
  const text = (property: string) => {
    const value = properties.get(property)
    return typeof value === 'string' ? value : undefined
  }
  return {
    externalId: text('externalId'),
    fields: {
      displayName: text('displayName') ?? '',
      description: text('description'),
      visibility: text('visibility') === 'Private' ? 'Private' : 'Public',
      isTeam: properties.get('isTeam') === true,
    },
    members: idsOf(resource.get('members')),
    owners: idsOf(resource.get('owners')),
  }
}

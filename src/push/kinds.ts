/** Table: whose photos can be pushed: where they are listed, where a photo is, and what their files are called. */
import type { Resource } from '../permissions/tables.ts'

export type Kind = 'people' | 'groups' | 'teams'

export type KindRow = Readonly<{
  one: string
  many: string
  list: string
  /** Fixed part of the list's filter. */
  filter?: string
  /** Before the id: `/users`. */
  owners: string
  /** Always selected; the first is shown beside the name. */
  properties: readonly string[]
  /** What a file is called, unless --match says otherwise. */
  match: readonly string[]
  /** "Deleting a team's photo isn't supported": what had no photo cannot get back to that. */
  canBeRemoved: boolean
  resource: Extract<Resource, 'user' | 'group' | 'team'>
}>

export const kinds: Readonly<Record<Kind, KindRow>> = {
  people: {
    one: 'person',
    many: 'people',
    list: '/users',
    owners: '/users',
    properties: ['userPrincipalName', 'displayName', 'mail'],
    match: ['userPrincipalName', 'mail', 'id'],
    canBeRemoved: true,
    resource: 'user',
  },
  groups: {
    one: 'group',
    many: 'groups',
    list: '/groups',
    owners: '/groups',
    properties: ['mail', 'displayName', 'mailNickname'],
    match: ['displayName', 'mail', 'mailNickname', 'id'],
    canBeRemoved: true,
    resource: 'group',
  },
  teams: {
    one: 'team',
    many: 'teams',
    list: '/groups',
    filter: "resourceProvisioningOptions/Any(x:x eq 'Team')",
    owners: '/teams',
    properties: ['mail', 'displayName', 'mailNickname'],
    match: ['displayName', 'mail', 'mailNickname', 'id'],
    canBeRemoved: false,
    resource: 'team',
  },
}

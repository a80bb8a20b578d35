/**
 * Table: operation -> the question that permissions/ is asked about it.
 */
import type { Action, Resource } from '../permissions/tables.ts'
import type { Match, Operation, TargetKind } from './routes.ts'

/** 'target': the resource is whatever kind of thing the address leads to. */
type Demand = Readonly<{ action: Action; resource: Resource | 'target' }>

const demands = {
  getPhoto: { action: 'readMetadata', resource: 'target' },
  getPhotoValue: { action: 'read', resource: 'target' },
  listPhotos: { action: 'readMetadata', resource: 'target' },
  getPhotoOfSize: { action: 'readMetadata', resource: 'target' },
  getPhotoOfSizeValue: { action: 'read', resource: 'target' },
  updatePhoto: { action: 'update', resource: 'target' },
  deletePhoto: { action: 'delete', resource: 'target' },
  getUser: { action: 'readEntry', resource: 'user' },
  listUsers: { action: 'listEntries', resource: 'user' },
  getGroup: { action: 'readEntry', resource: 'group' },
  listGroups: { action: 'listEntries', resource: 'group' },
  getTeam: { action: 'readEntry', resource: 'team' },
  listJoinedTeams: { action: 'listEntries', resource: 'team' },
  listMemberOf: { action: 'listEntries', resource: 'membership' },
  listGroupsMemberOf: { action: 'listEntries', resource: 'membership' },
  listOwnedObjects: { action: 'listEntries', resource: 'ownership' },
  listOwnedGroups: { action: 'listEntries', resource: 'ownership' },
  getContact: { action: 'readEntry', resource: 'contact' },
  listContacts: { action: 'listEntries', resource: 'contact' },
  createContact: { action: 'createEntry', resource: 'contact' },
  deleteContact: { action: 'deleteEntry', resource: 'contact' },
  getContactFolder: { action: 'readEntry', resource: 'contactFolder' },
  listContactFolders: { action: 'listEntries', resource: 'contactFolder' },
  createContactFolder: { action: 'createEntry', resource: 'contactFolder' },
  deleteContactFolder: { action: 'deleteEntry', resource: 'contactFolder' },
  getPhotoUpdateSettings: { action: 'readEntry', resource: 'photoUpdateSettings' },
  updatePhotoUpdateSettings: { action: 'updateEntry', resource: 'photoUpdateSettings' },
  deletePhotoUpdateSettings: { action: 'deleteEntry', resource: 'photoUpdateSettings' },
} as const satisfies Record<Operation, Demand>

const resources: Readonly<Record<TargetKind, Resource>> = {
  directory: 'user',
  user: 'user',
  group: 'group',
  team: 'team',
  mailbox: 'contact',
  folder: 'contactFolder',
  contact: 'contact',
}

export function demandOf({
  operation,
  target,
}: Pick<Match, 'operation' | 'target'>): Readonly<{ action: Action; resource: Resource }> {
  const { action, resource } = demands[operation]
  return { action, resource: resource === 'target' ? resources[target] : resource }
}

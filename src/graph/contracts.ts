/**
 * Table: operation -> what goes in and what comes out. The operations read their query options here,
 * and the OpenAPI document is written from it; who may do it is demands.ts and permissions/.
 */
import type { Option } from './query.ts'
import type { Operation } from './routes.ts'
import type { EntityName } from './schema.ts'

export type Contract = Readonly<{
  summary: string
  /** The page of Microsoft Graph that describes it. */
  page: string
  options: readonly Option[]
  /** 'photo': the bytes of a picture; else JSON of this type. */
  body?: 'photo' | EntityName
  answer:
    | Readonly<{ kind: 'entity' | 'created' | 'list'; type: EntityName }>
    | Readonly<{ kind: 'photo' | 'ok' | 'no-content' }>
  /** Which conditions in the headers count: If-None-Match for 304, or those of a write. */
  conditions?: 'read' | 'write'
}>

const selectOnly = ['$select'] as const
const searchable = ['$select', '$top', '$skiptoken', '$search', '$filter', '$orderby'] as const
const pageable = ['$select', '$top', '$skip', '$filter', '$orderby'] as const

export const contracts = {
  getPhoto: {
    summary: 'Metadata of the photo',
    page: 'profilephoto-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'profilePhoto' },
    conditions: 'read',
  },
  getPhotoValue: {
    summary: 'The photo',
    page: 'profilephoto-get',
    options: [],
    answer: { kind: 'photo' },
    conditions: 'read',
  },
  // No $count, $filter, $orderby, $search and $expand, though generated SDKs offer them: Graph's own
  // metadata says that `photos` can be neither counted nor searched nor expanded, and a list that was
  // asked to be filtered and is not would be a wrong answer. So: 400, naming the option.
  listPhotos: {
    summary: 'Metadata of every size of the photo, smallest first',
    page: 'profilephoto-get',
    options: ['$select', '$top', '$skip'],
    answer: { kind: 'list', type: 'profilePhoto' },
  },
  getPhotoOfSize: {
    summary: 'Metadata of the photo in one size',
    page: 'profilephoto-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'profilePhoto' },
    conditions: 'read',
  },
  getPhotoOfSizeValue: {
    summary: 'The photo in one size',
    page: 'profilephoto-get',
    options: [],
    answer: { kind: 'photo' },
    conditions: 'read',
  },
  updatePhoto: {
    summary: 'Set the photo',
    page: 'profilephoto-update',
    options: [],
    body: 'photo',
    answer: { kind: 'ok' },
    conditions: 'write',
  },
  deletePhoto: {
    summary: 'Delete the photo',
    page: 'profilephoto-delete',
    options: [],
    answer: { kind: 'ok' },
    conditions: 'write',
  },
  getUser: {
    summary: 'A user',
    page: 'user-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'user' },
  },
  listUsers: {
    summary: 'Users, by display name',
    page: 'user-list',
    options: searchable,
    answer: { kind: 'list', type: 'user' },
  },
  getGroup: {
    summary: 'A group',
    page: 'group-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'group' },
  },
  listGroups: {
    summary: 'Groups, by display name',
    page: 'group-list',
    options: searchable,
    answer: { kind: 'list', type: 'group' },
  },
  getTeam: {
    summary: 'A team',
    page: 'team-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'team' },
  },
  listJoinedTeams: {
    summary: 'The teams that a user is in',
    page: 'user-list-joinedteams',
    options: selectOnly,
    answer: { kind: 'list', type: 'team' },
  },
  // @differs memberOf and ownedObjects hold groups alone; in Graph also directory roles, administrative
  // units and applications.
  listMemberOf: {
    summary: 'The groups that a user is a member of, each with its type',
    page: 'user-list-memberof',
    options: searchable,
    answer: { kind: 'list', type: 'group' },
  },
  listGroupsMemberOf: {
    summary: 'The groups that a user is a member of',
    page: 'user-list-memberof',
    options: searchable,
    answer: { kind: 'list', type: 'group' },
  },
  listOwnedObjects: {
    summary: 'The groups that a user owns, each with its type',
    page: 'user-list-ownedobjects',
    options: searchable,
    answer: { kind: 'list', type: 'group' },
  },
  listOwnedGroups: {
    summary: 'The groups that a user owns',
    page: 'user-list-ownedobjects',
    options: searchable,
    answer: { kind: 'list', type: 'group' },
  },
  getContact: {
    summary: 'A contact',
    page: 'contact-get',
    options: ['$select', '$expand'],
    answer: { kind: 'entity', type: 'contact' },
  },
  listContacts: {
    summary: 'Contacts, by display name',
    page: 'user-list-contacts',
    options: pageable,
    answer: { kind: 'list', type: 'contact' },
  },
  createContact: {
    summary: 'Create a contact',
    page: 'user-post-contacts',
    options: [],
    body: 'contact',
    answer: { kind: 'created', type: 'contact' },
  },
  deleteContact: {
    summary: 'Delete a contact',
    page: 'contact-delete',
    options: [],
    answer: { kind: 'no-content' },
  },
  getContactFolder: {
    summary: 'A folder of contacts',
    page: 'contactfolder-get',
    options: selectOnly,
    answer: { kind: 'entity', type: 'contactFolder' },
  },
  listContactFolders: {
    summary: 'Folders of contacts, by display name',
    page: 'user-list-contactfolders',
    options: ['$select', '$top', '$skip', '$orderby'],
    answer: { kind: 'list', type: 'contactFolder' },
  },
  createContactFolder: {
    summary: 'Create a folder of contacts',
    page: 'user-post-contactfolders',
    options: [],
    body: 'contactFolder',
    answer: { kind: 'created', type: 'contactFolder' },
  },
  deleteContactFolder: {
    summary: 'Delete a folder with everything in it',
    page: 'contactfolder-delete',
    options: [],
    answer: { kind: 'no-content' },
  },
  getPhotoUpdateSettings: {
    summary: 'Who may change photos of users',
    page: 'peopleadminsettings-list-photoupdatesettings',
    options: selectOnly,
    answer: { kind: 'entity', type: 'photoUpdateSettings' },
  },
  updatePhotoUpdateSettings: {
    summary: 'Say who may change photos of users',
    page: 'photoupdatesettings-update',
    options: [],
    body: 'photoUpdateSettings',
    answer: { kind: 'entity', type: 'photoUpdateSettings' },
  },
  deletePhotoUpdateSettings: {
    summary: 'Let everyone change photos of users again, as far as permissions go',
    page: 'peopleadminsettings-delete-photoupdatesettings',
    options: [],
    answer: { kind: 'no-content' },
  },
} as const satisfies Readonly<Record<Operation, Contract>>

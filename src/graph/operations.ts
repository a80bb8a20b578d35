/**
 * Table: operation -> what is done, and how it is told. Every function here has one shape, so a
 * reader who knows one knows all.
 */

import type { Reply } from '../call.ts'
import * as directory from './directory-operations.ts'
import * as memberships from './membership-operations.ts'
import * as photos from './photo-operations.ts'
import type { Parts, Request } from './request.ts'
import type { Operation } from './routes.ts'
import * as settings from './settings-operations.ts'

type Perform = (request: Request, parts: Parts) => Promise<Reply>

export const operations: Readonly<Record<Operation, Perform>> = {
  getPhoto: photos.getPhoto,
  getPhotoValue: photos.getPhotoValue,
  listPhotos: photos.listPhotos,
  getPhotoOfSize: photos.getPhoto,
  getPhotoOfSizeValue: photos.getPhotoValue,
  updatePhoto: photos.updatePhoto,
  deletePhoto: photos.deletePhoto,
  getUser: directory.getUser,
  listUsers: directory.listUsers,
  getGroup: directory.getGroup,
  listGroups: directory.listGroups,
  getTeam: directory.getTeam,
  listJoinedTeams: memberships.listJoinedTeams,
  listMemberOf: memberships.listMemberOf,
  listGroupsMemberOf: memberships.listGroupsMemberOf,
  listOwnedObjects: memberships.listOwnedObjects,
  listOwnedGroups: memberships.listOwnedGroups,
  getContact: directory.getContact,
  listContacts: directory.listContacts,
  createContact: directory.createContact,
  deleteContact: directory.deleteContact,
  getContactFolder: directory.getContactFolder,
  listContactFolders: directory.listContactFolders,
  createContactFolder: directory.createContactFolder,
  deleteContactFolder: directory.deleteContactFolder,
  getPhotoUpdateSettings: settings.getPhotoUpdateSettings,
  updatePhotoUpdateSettings: settings.updatePhotoUpdateSettings,
  deletePhotoUpdateSettings: settings.deletePhotoUpdateSettings,
}

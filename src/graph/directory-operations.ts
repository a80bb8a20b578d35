/**
 * The reads of people, groups and teams that clients make on their way to a photo, and contacts with
 * their folders, which a contact's photo needs. As much of Graph as that, and no more.
 */

import type { Reply } from '../call.ts'
import * as contacts from '../directory/contacts.ts'
import * as folders from '../directory/folders.ts'
import { listGroups as findGroups } from '../directory/groups.ts'
import { removeFolder } from '../directory/remove-folder.ts'
import { listUsers as findUsers } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { readJson } from '../json.ts'
import { readContact, readContactFolder } from './bodies.ts'
import { contracts } from './contracts.ts'
import { nextAfter, nextSkip, onePageMore } from './paging.ts'
import { readOptions } from './query.ts'
import { collection, empty, entity } from './replies.ts'
import type { Parts, Request } from './request.ts'
import * as resources from './resources.ts'
import { mailboxOf, type Target } from './target.ts'

export async function getUser(request: Request): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getUser.options)
  return entity(request, 'users/$entity', resources.user(expectUser(request.target), select))
}

export async function listUsers(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listUsers.options)
  const rows = await findUsers(parts, request.caller.tenantId, onePageMore(options))
  const page = rows.slice(0, options.top)
  return collection(
    request,
    'users',
    page.map(row => resources.user(row, options.select)),
    nextAfter(rows, page),
  )
}

export async function getGroup(request: Request): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getGroup.options)
  return entity(request, 'groups/$entity', resources.group(expectGroup(request.target), select))
}

export async function listGroups(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listGroups.options)
  const rows = await findGroups(parts, request.caller.tenantId, onePageMore(options))
  const page = rows.slice(0, options.top)
  return collection(
    request,
    'groups',
    page.map(row => resources.group(row, options.select)),
    nextAfter(rows, page),
  )
}

export async function getTeam(request: Request): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getTeam.options)
  return entity(request, 'teams/$entity', resources.team(expectGroup(request.target), select))
}

export async function getContact(request: Request): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getContact.options)
  const { contact } = expectContact(request.target)
  return entity(
    request,
    `${contactsPlace(request.target)}/$entity`,
    resources.contact(contact, select),
  )
}

export async function listContacts(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listContacts.options)
  const mailbox = mailboxOf(expectPerson(request.target))
  const { rows, hasMore } = await contacts.listContacts(
    parts,
    mailbox,
    folderOf(request.target),
    options,
  )
  return collection(
    request,
    contactsPlace(request.target),
    rows.map(row => resources.contact(row, options.select)),
    hasMore ? { $skip: String(options.skip + rows.length) } : undefined,
  )
}

export async function createContact(request: Request, parts: Parts): Promise<Reply> {
  const mailbox = mailboxOf(expectPerson(request.target))
  const contact = readContact(await readJson(request.call, maxJsonBytes))
  const row = await contacts.addContact(parts.database, mailbox, {
    ...contact,
    id: parts.newId(),
    folderId: folderOf(request.target),
  })
  return entity(
    request,
    `${contactsPlace(request.target)}/$entity`,
    resources.contact(row, undefined),
    201,
  )
}

export async function deleteContact({ target }: Request, parts: Parts): Promise<Reply> {
  const { user, contact } = expectContact(target)
  const removed = await contacts.removeContact(
    parts.database,
    mailboxOf(user),
    contact.id,
    parts.now(),
  )
  if (!removed) throw new Failure('contact-not-found')
  return empty(204)
}

export async function getContactFolder(request: Request): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getContactFolder.options)
  const { folder } = expectFolder(request.target)
  return entity(
    request,
    `${foldersPlace(request.target)}/$entity`,
    resources.contactFolder(folder, select),
  )
}

export async function listContactFolders(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listContactFolders.options)
  const mailbox = mailboxOf(expectPerson(request.target))
  const parent = folderOf(request.target)
  const rows = await folders.listFolders(parts, mailbox, parent, onePageMore(options))
  return collection(
    request,
    foldersPlace(request.target),
    rows.slice(0, options.top).map(row => resources.contactFolder(row, options.select)),
    nextSkip(rows, options),
  )
}

export async function createContactFolder(request: Request, parts: Parts): Promise<Reply> {
  const mailbox = mailboxOf(expectPerson(request.target))
  const { displayName } = readContactFolder(await readJson(request.call, maxJsonBytes))
  const row = await folders.addFolder(parts.database, mailbox, {
    id: parts.newId(),
    parentFolderId: folderOf(request.target),
    displayName,
  })
  return entity(
    request,
    `${foldersPlace(request.target)}/$entity`,
    resources.contactFolder(row, undefined),
    201,
  )
}

/** The folder goes with everything in it, as in Outlook. */
export async function deleteContactFolder({ target }: Request, parts: Parts): Promise<Reply> {
  const { user, folder } = expectFolder(target)
  const removed = await removeFolder(parts, mailboxOf(user), folder.id, parts.now())
  if (!removed) throw new Failure('contact-folder-not-found')
  return empty(204)
}

/** A contact as JSON; Graph's own limit for one request is 4 MB, but text never comes near that. */
const maxJsonBytes = 256 * 1024

function folderOf(target: Target): string | undefined {
  return target.kind === 'folder' ? target.folder.id : undefined
}

function contactsPlace(target: Target): string {
  const place = resources.keyed('users', expectPerson(target).id)
  if (target.kind !== 'folder') return `${place}/contacts`
  return `${place}/${resources.keyed('contactFolders', target.folder.id)}/contacts`
}

function foldersPlace(target: Target): string {
  return `${resources.keyed('users', expectPerson(target).id)}/contactFolders`
}

// routes.ts leads every operation to its kind of target; these say so to the compiler.

function expectUser(target: Target) {
  if (target.kind === 'user') return target.user
  throw new TypeError(`a ${target.kind} is no user`)
}

function expectPerson(target: Target) {
  if ('user' in target) return target.user
  throw new TypeError(`a ${target.kind} is no person`)
}

function expectGroup(target: Target) {
  if ('group' in target) return target.group
  throw new TypeError(`a ${target.kind} is no group`)
}

function expectContact(target: Target) {
  if (target.kind === 'contact') return target
  throw new TypeError(`a ${target.kind} is no contact`)
}

function expectFolder(target: Target) {
  if (target.kind === 'folder') return target
  throw new TypeError(`a ${target.kind} is no folder`)
}

/**
 * Converts bodies that create and change contacts and their folders. An unsupported property is
 * refused by name: ignoring it would suggest that it was stored.
 */
import {
  type ContactChanges,
  chooseDisplayName,
  type EmailAddress,
  type NewContact,
} from '../../directory/mailbox/contacts.ts'
import { isObject } from '../../json.ts'
import {
  anything,
  type Body,
  type Fields,
  invalid,
  type Kind,
  listOf,
  readObject,
  readProperties,
  readText,
  text,
  underNames,
} from '../request/body.ts'

/** The page on contacts names no limit; Outlook has three of each. */
const maxEmailAddresses = 30
const maxPhones = 30

const emailAddress: Kind<EmailAddress> = {
  read(fields, name) {
    const given = fields[name]
    if (!isObject(given)) throw invalid(`${name} is not an object`)
    const entry = underNames(given, ['address', 'name'])
    const address = readText(entry, 'address')
    if (address === undefined) throw invalid(`${name} has no address`)
    return { address, name: readText(entry, 'name') ?? address }
  },
  schema: {
    type: 'object',
    required: ['address'],
    properties: { address: { ...text.schema, type: 'string', minLength: 1 }, name: text.schema },
  },
}

/** Here the names of Graph and of the directory are the same. */
const properties = {
  businessPhones: listOf(text, maxPhones),
  companyName: text,
  department: text,
  displayName: text,
  emailAddresses: listOf(emailAddress, maxEmailAddresses),
  givenName: text,
  jobTitle: text,
  mobilePhone: text,
  surname: text,
} satisfies Readonly<Record<keyof ContactChanges, Kind<unknown>>>

export const contactChanges: Body = {
  name: 'contactChanges',
  type: 'contact',
  properties: { ...properties, parentFolderId: anything },
}
export const newContact: Body = {
  ...contactChanges,
  name: 'newContact',
  requiredOneOf: ['displayName', 'givenName', 'surname', 'companyName', 'emailAddresses'],
}
export const newContactFolder: Body = {
  name: 'newContactFolder',
  type: 'contactFolder',
  properties: { displayName: text, parentFolderId: anything },
  required: ['displayName'],
  filled: ['displayName'],
}

/**
 * `folderId` is the folder that the address names.
 * https://learn.microsoft.com/en-us/graph/api/user-post-contacts
 */
export function readContact(
  body: unknown,
  folderId: string | undefined,
): Omit<NewContact, 'id' | 'folderId'> {
  const contact = readIn(body, newContact, folderId)
  const displayName = chooseDisplayName(contact)
  if (displayName !== undefined) return { ...contact, displayName }
  throw invalid(`a contact needs at least one of ${newContact.requiredOneOf?.join(', ')}`)
}

/**
 * A property with the value undefined is removed.
 * https://learn.microsoft.com/en-us/graph/api/contact-update
 */
export function readContactChanges(body: unknown, folderId: string | undefined): ContactChanges {
  return readIn(body, contactChanges, folderId)
}

/** https://learn.microsoft.com/en-us/graph/api/user-post-contactfolders */
export function readContactFolder(
  body: unknown,
  folderId: string | undefined,
): { displayName: string } {
  const { displayName } = readIn(body, newContactFolder, folderId)
  if (displayName === undefined) throw invalid('a folder needs a displayName')
  return { displayName }
}

function readIn(body: unknown, kind: Body, folderId: string | undefined): ContactChanges {
  const fields = readObject(body, kind)
  const { parentFolderId: _, ...given } = readProperties(fields, kind)
  expectFolderOfAddress(fields, folderId)
  return given
}

/** The address decides where something is; the body may only repeat it. */
function expectFolderOfAddress({ parentFolderId }: Fields, folderId: string | undefined): void {
  if ((parentFolderId ?? undefined) === folderId || parentFolderId === undefined) return
  throw invalid('parentFolderId is not the folder of the address')
}

/**
 * Converts bodies that create and change contacts and their folders. An unsupported property is
 * refused by name: ignoring it would suggest that it was stored.
 */
import {
  type ContactChanges,
  chooseDisplayName,
  type EmailAddress,
  type NewContact,
} from '../directory/contacts.ts'
import { isObject } from '../json.ts'
import { invalid, readObject, readText, refuseUnknown } from './bodies.ts'

type Fields = Readonly<Record<string, unknown>>
type Read = (fields: Fields, name: string) => ContactChanges[keyof ContactChanges]

/** Here the names of Graph and of the directory are the same. */
const properties: Readonly<Record<keyof ContactChanges, Read>> = {
  businessPhones: readPhones,
  companyName: readText,
  department: readText,
  displayName: readText,
  emailAddresses: readEmailAddresses,
  givenName: readText,
  jobTitle: readText,
  mobilePhone: readText,
  surname: readText,
}

const maxEmailAddresses = 30
/** The page on contacts names no limit; Outlook has three of them. */
const maxPhones = 30

/**
 * `folderId` is the folder that the address names.
 * https://learn.microsoft.com/en-us/graph/api/user-post-contacts
 */
export function readContact(
  body: unknown,
  folderId: string | undefined,
): Omit<NewContact, 'id' | 'folderId'> {
  const contact = readContactChanges(body, folderId)
  const displayName = chooseDisplayName(contact)
  if (displayName !== undefined) return { ...contact, displayName }
  throw invalid(
    'a contact needs at least one of displayName, givenName, surname, companyName, emailAddresses',
  )
}

/**
 * A property with the value undefined is removed.
 * https://learn.microsoft.com/en-us/graph/api/contact-update
 */
export function readContactChanges(body: unknown, folderId: string | undefined): ContactChanges {
  const fields = readObject(body)
  refuseUnknown(fields, [...Object.keys(properties), 'parentFolderId'], 'contact')
  expectFolderOfAddress(fields, folderId)
  const given = Object.entries(properties).filter(([name]) => Object.hasOwn(fields, name))
  return Object.fromEntries(given.map(([name, read]) => [name, read(fields, name)]))
}

/** https://learn.microsoft.com/en-us/graph/api/user-post-contactfolders */
export function readContactFolder(
  body: unknown,
  folderId: string | undefined,
): { displayName: string } {
  const fields = readObject(body)
  refuseUnknown(fields, ['displayName', 'parentFolderId'], 'contactFolder')
  expectFolderOfAddress(fields, folderId)
  const displayName = readText(fields, 'displayName')
  if (displayName === undefined) throw invalid('a folder needs a displayName')
  return { displayName }
}

/** The address decides where something is; the body may only repeat it. */
function expectFolderOfAddress({ parentFolderId }: Fields, folderId: string | undefined): void {
  if ((parentFolderId ?? undefined) === folderId || parentFolderId === undefined) return
  throw invalid('parentFolderId is not the folder of the address')
}

function readPhones(fields: Fields, name: string): readonly string[] {
  return readList(fields, name, maxPhones).map(entry => {
    const phone = readText({ entry }, 'entry')
    if (phone === undefined) throw invalid(`an entry of ${name} is empty`)
    return phone
  })
}

function readEmailAddresses(fields: Fields, name: string): readonly EmailAddress[] {
  return readList(fields, name, maxEmailAddresses).map(entry => {
    if (!isObject(entry)) throw invalid(`an entry of ${name} is not an object`)
    const address = readText(entry, 'address')
    if (address === undefined) throw invalid(`an entry of ${name} has no address`)
    return { address, name: readText(entry, 'name') ?? address }
  })
}

function readList(fields: Fields, name: string, max: number): readonly unknown[] {
  const value = fields[name] ?? []
  if (Array.isArray(value) && value.length <= max) return value
  throw invalid(`${name} is not a list of at most ${max}`)
}

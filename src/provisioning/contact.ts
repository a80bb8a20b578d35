/** The cells of a line -> a contact as the directory takes it, with its owner. */
import {
  type ContactChanges,
  chooseDisplayName,
  type EmailAddress,
} from '../directory/mailbox/contacts.ts'
import type { WantedContact } from '../directory/sources/merge-contact.ts'
import type { ContactProperty } from './contact-properties.ts'
import { isObject, type Json, nameOf } from './json-value.ts'
import type { Cells } from './kinds.ts'
import { readList } from './list-cell.ts'
import { readText, Unreadable } from './values.ts'

export type ReadContact = WantedContact &
  Readonly<{
    /** As the file names them. */
    owner: string
  }>

const texts = [
  'givenName',
  'surname',
  'companyName',
  'jobTitle',
  'department',
  'mobilePhone',
] as const

/** Throws Unreadable. */
export function readContact(cells: Cells<ContactProperty>): ReadContact {
  const read = (property: ContactProperty) => readText(property, cells(property) ?? '')
  const owner = read('owner')
  if (owner === undefined) throw new Unreadable('there is no owner')
  const given = texts.filter(property => cells(property) !== undefined)
  const details: ContactChanges = {
    ...Object.fromEntries(given.map(property => [property, read(property)])),
    ...readLists(cells),
  }
  const displayName = chooseDisplayName({ ...details, displayName: read('displayName') })
  if (displayName === undefined) {
    throw new Unreadable(
      'there is no displayName, givenName, surname, companyName or emailAddresses',
    )
  }
  return {
    owner,
    externalId: readKey(read('externalId'), details.emailAddresses),
    folder: cells('folder') === undefined ? undefined : (read('folder') ?? ''),
    fields: { ...details, displayName },
  }
}

/** A second run finds contacts of a mailbox by externalId, else by their first address. */
function readKey(
  externalId: string | undefined,
  emailAddresses: ContactChanges['emailAddresses'],
): string {
  const key = externalId ?? emailAddresses?.[0]?.address.toLowerCase()
  if (key !== undefined) return key
  throw new Unreadable('there is no externalId and no emailAddresses')
}

function readLists(
  cells: Cells<ContactProperty>,
): Pick<ContactChanges, 'businessPhones' | 'emailAddresses'> {
  const [phones, addresses] = [cells('businessPhones'), cells('emailAddresses')]
  return {
    ...(phones !== undefined && { businessPhones: readList('businessPhones', phones, readEntry) }),
    ...(addresses !== undefined && {
      emailAddresses: readList('emailAddresses', addresses, readAddress),
    }),
  }
}

/** A text, or as Graph writes it. https://learn.microsoft.com/en-us/graph/api/resources/emailaddress */
function readAddress(entry: Json, property: string, inside: string): EmailAddress {
  if (!isObject(entry)) {
    const address = readEntry(entry, property, inside)
    return { address, name: address }
  }
  const address = readEntry(entry.get('address') ?? null, property, `${inside}.address`)
  const name = entry.get('name') ?? null
  return {
    address,
    name: name === null || name === '' ? address : readEntry(name, property, `${inside}.name`),
  }
}

function readEntry(entry: Json, property: string, inside: string): string {
  if (typeof entry !== 'string') {
    const words = `${property}${inside} is ${nameOf(entry)}, and not a text`
    throw new Unreadable(words, property, inside)
  }
  const text = readText(property, entry, inside)
  if (text === undefined) throw new Unreadable(`${property}${inside} is empty`, property, inside)
  return text
}

/**
 * JSON bodies -> plain values: parsed once, here, with a clear word about what is wrong.
 */
import type { EmailAddress, NewContact } from '../directory/contacts.ts'
import { Failure } from '../failure.ts'

type Fields = Readonly<Record<string, unknown>>

const maxTextLength = 1024
const maxEmailAddresses = 30

/** https://learn.microsoft.com/en-us/graph/api/user-post-contacts */
export function readContact(body: Uint8Array): Omit<NewContact, 'id' | 'folderId'> {
  const fields = readObject(body)
  const givenName = readText(fields, 'givenName')
  const surname = readText(fields, 'surname')
  const companyName = readText(fields, 'companyName')
  const emailAddresses = readEmailAddresses(fields.emailAddresses)
  const displayName =
    readText(fields, 'displayName') ??
    ([givenName, surname].filter(Boolean).join(' ') || companyName || emailAddresses[0]?.address)
  if (displayName === undefined) {
    throw invalid(
      'a contact needs at least one of displayName, givenName, surname, companyName, emailAddresses',
    )
  }
  return {
    displayName,
    givenName,
    surname,
    companyName,
    jobTitle: readText(fields, 'jobTitle'),
    emailAddresses,
  }
}

/** https://learn.microsoft.com/en-us/graph/api/user-post-contactfolders */
export function readContactFolder(body: Uint8Array): { displayName: string } {
  const displayName = readText(readObject(body), 'displayName')
  if (displayName === undefined) throw invalid('a folder needs a displayName')
  return { displayName }
}

function readObject(body: Uint8Array): Fields {
  if (body.length === 0) throw new Failure('body-not-json')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Failure('body-not-json', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('it is no JSON object')
  }
  return value as Fields
}

function readText(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalid(`${name} is not a text`)
  if (value.length > maxTextLength)
    throw invalid(`${name} is longer than ${maxTextLength} characters`)
  // PostgreSQL stores no NUL, and no name holds one.
  if (value.includes('\0')) throw invalid(`${name} holds a NUL character`)
  return value
}

function readEmailAddresses(value: unknown): EmailAddress[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxEmailAddresses) {
    throw invalid(`emailAddresses is not a list of at most ${maxEmailAddresses}`)
  }
  return value.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null)
      throw invalid('an entry of emailAddresses is no object')
    const address = readText(entry as Fields, 'address')
    if (address === undefined) throw invalid('an entry of emailAddresses has no address')
    return { address, name: readText(entry as Fields, 'name') ?? address }
  })
}

function invalid(reason: string): Failure {
  return new Failure('resource-invalid', { facts: { reason } })
}

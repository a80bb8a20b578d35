/** Converts JSON bodies into the inputs of operations. Each refusal names what is wrong. */
import type { EmailAddress, NewContact } from '../directory/contacts.ts'
import type { PhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import { Failure } from '../failure.ts'
import { isObject } from '../json.ts'
import { isBuiltInRole } from '../permissions/photo-updates.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * At most 1,920 bytes in any script: an entry of PostgreSQL's index on names is limited to 2,704
 * bytes for all columns.
 */
export const maxTextLength = 640
const maxEmailAddresses = 30

/** https://learn.microsoft.com/en-us/graph/api/user-post-contacts */
export function readContact(body: unknown): Omit<NewContact, 'id' | 'folderId'> {
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
export function readContactFolder(body: unknown): { displayName: string } {
  const displayName = readText(readObject(body), 'displayName')
  if (displayName === undefined) throw invalid('a folder needs a displayName')
  return { displayName }
}

/**
 * "Existing properties that aren't included in the request body maintain their previous values". An
 * unknown property is refused: ignoring a misspelt one would leave photos open to everyone.
 * https://learn.microsoft.com/en-us/graph/api/photoupdatesettings-update?view=graph-rest-beta
 */
export function readPhotoUpdateSettings(body: unknown): Partial<PhotoUpdateSettings> {
  const fields = readObject(body)
  const unknown = Object.keys(fields).find(name => !isSettingName(name))
  if (unknown !== undefined) {
    throw invalid(`photoUpdateSettings has no property '${unknown.slice(0, 100)}'`)
  }
  return {
    ...('source' in fields && { source: readSource(fields.source) }),
    ...('allowedRoles' in fields && { allowedRoles: readRoles(fields.allowedRoles) }),
  }
}

/** `id` and annotations are accepted, because clients send back what they have read. */
function isSettingName(name: string): boolean {
  return name === 'source' || name === 'allowedRoles' || name === 'id' || name.includes('@')
}

/** The page sends "onpremises" and receives "onPremises". */
function readSource(value: unknown): PhotoUpdateSettings['source'] {
  if (value === null) return null
  const wanted = typeof value === 'string' ? value.toLowerCase() : undefined
  const source = (['cloud', 'onPremises'] as const).find(name => name.toLowerCase() === wanted)
  if (source === undefined) throw invalid("source must be 'cloud', 'onPremises' or null")
  return source
}

const maxRoles = 1000

/** null and {} mean no roles; the page prints {}. Ids on the page begin with a space. */
function readRoles(value: unknown): readonly string[] {
  if (value === null || isEmptyObject(value)) return []
  if (!Array.isArray(value) || value.length > maxRoles) {
    throw invalid('allowedRoles is not a list of role template ids')
  }
  return [...new Set(value.map(readRole))]
}

function readRole(value: unknown): string {
  const id = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (isBuiltInRole(id)) return id
  const shown = typeof value === 'string' ? `'${value.slice(0, 100)}'` : 'an entry'
  throw invalid(
    `${shown} of allowedRoles is not the template id of a built-in directory role; custom roles are not supported`,
  )
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

export function readObject(value: unknown): Fields {
  if (isObject(value)) return value
  throw invalid('it is not a JSON object')
}

export function readText(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalid(`${name} is not a text`)
  if (value.length > maxTextLength)
    throw invalid(`${name} is longer than ${maxTextLength} characters`)
  // PostgreSQL cannot store NUL.
  if (value.includes('\0')) throw invalid(`${name} contains a NUL character`)
  return value
}

/** Whether a text is missing or only white space. */
export function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '')
}

function readEmailAddresses(value: unknown): EmailAddress[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxEmailAddresses) {
    throw invalid(`emailAddresses is not a list of at most ${maxEmailAddresses}`)
  }
  return value.map((entry: unknown) => {
    if (!isObject(entry)) throw invalid('an entry of emailAddresses is not an object')
    const address = readText(entry, 'address')
    if (address === undefined) throw invalid('an entry of emailAddresses has no address')
    return { address, name: readText(entry, 'name') ?? address }
  })
}

export function invalid(reason: string): Failure {
  return new Failure('resource-invalid', { facts: { reason } })
}

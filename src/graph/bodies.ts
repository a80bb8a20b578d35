/** What JSON bodies have in common, and those of settings. Each refusal names what is wrong. */
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

/**
 * null and [] mean no roles. {}, PowerShell's form of an empty list, is refused: read as no roles, it would let
 * everyone change photos. Ids on the page begin with a space.
 */
function readRoles(value: unknown): readonly string[] {
  if (value === null) return []
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

/** Annotations are accepted, because clients send back what they have read. */
export function refuseUnknown(fields: Fields, known: readonly string[], type: string): void {
  const isKnown = (name: string) => known.includes(name)
  const isAnnotation = (name: string) => name.includes('@') && !name.endsWith('@odata.bind')
  const unknown = Object.keys(fields).find(name => !isKnown(name) && !isAnnotation(name))
  if (unknown === undefined) return
  throw invalid(`'${unknown.slice(0, 100)}' is no property of a ${type} that can be set here`)
}

export function invalid(reason: string): Failure {
  return new Failure('resource-invalid', { facts: { reason } })
}

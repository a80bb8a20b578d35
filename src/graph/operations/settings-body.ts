/** Reads the body that changes photoUpdateSettings. Each refusal names what is wrong. */
import type { PhotoUpdateSettings } from '../../directory/photo-update-settings.ts'
import { builtInRoles } from '../../permissions/built-in-roles.ts'
import { isBuiltInRole } from '../../permissions/photo-updates.ts'
import {
  anything,
  type Body,
  invalid,
  type Kind,
  readObject,
  readProperties,
} from '../request/body.ts'

const sources = ['cloud', 'onPremises'] as const

/** The page sends "onpremises" and receives "onPremises". */
const source: Kind<PhotoUpdateSettings['source']> = {
  read(fields, name) {
    const value = fields[name]
    if (value === null) return null
    const wanted = typeof value === 'string' ? value.toLowerCase() : undefined
    const found = sources.find(one => one.toLowerCase() === wanted)
    if (found === undefined) throw invalid("source must be 'cloud', 'onPremises' or null")
    return found
  },
  schema: { enum: [...sources, null] },
}

const maxRoles = 1000

/**
 * null and [] mean no roles. {}, PowerShell's form of an empty list, is refused: read as no roles, it would let
 * everyone change photos.
 */
const roles: Kind<readonly string[]> = {
  read(fields, name) {
    const value = fields[name]
    if (value === null) return []
    if (!Array.isArray(value) || value.length > maxRoles) {
      throw invalid('allowedRoles is not a list of role template ids')
    }
    return [...new Set(value.map(readRole))]
  },
  schema: {
    type: ['array', 'null'],
    maxItems: maxRoles,
    items: { enum: Object.keys(builtInRoles) },
  },
}

/** White space around the id is removed: the ids on Microsoft's page begin with a space. */
function readRole(value: unknown): string {
  const id = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (isBuiltInRole(id)) return id
  const shown = typeof value === 'string' ? `'${value.slice(0, 100)}'` : 'an entry'
  throw invalid(
    `${shown} of allowedRoles is not the template id of a built-in directory role; custom roles are not supported`,
  )
}

/** `id` is ignored: clients send back what they have read. */
export const photoUpdateSettingsChanges: Body = {
  name: 'photoUpdateSettingsChanges',
  type: 'photoUpdateSettings',
  properties: { id: anything, source, allowedRoles: roles },
}

/**
 * "Existing properties that aren't included in the request body maintain their previous values". An
 * unknown property is refused: ignoring a misspelt one would leave photos open to everyone.
 * https://learn.microsoft.com/en-us/graph/api/photoupdatesettings-update?view=graph-rest-beta
 */
export function readPhotoUpdateSettings(body: unknown): Partial<PhotoUpdateSettings> {
  const fields = readObject(body, photoUpdateSettingsChanges)
  const { id: _, ...changes } = readProperties(fields, photoUpdateSettingsChanges)
  return changes
}

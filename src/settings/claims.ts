/** How a token is read: the preset of its issuer, changed by the settings. */
import { isGuid } from '../guid.ts'
import { isPointer, type Pointer } from '../tokens/pointer.ts'
import {
  applicationSigns,
  type PointerName,
  type Preset,
  type PresetName,
  presets,
  type Reading,
  readingOf,
} from '../tokens/presets.ts'
import { chosenOf, flagOf, keysOf, listOf, name, textOf, wrong } from './reading.ts'
import { ConfigError } from './setting.ts'
import type { SettingName, Texts } from './table.ts'

const pointerNames = {
  claimId: 'id',
  claimTenant: 'tenant',
  claimClient: 'client',
  claimUserName: 'userName',
  claimName: 'displayName',
  claimGivenName: 'givenName',
  claimSurname: 'surname',
  claimMail: 'mail',
  claimMailVerified: 'mailVerified',
  claimScopes: 'scopes',
  claimAppPermissions: 'appPermissions',
  claimRoles: 'roles',
  claimGroups: 'groups',
} as const satisfies Partial<Record<SettingName, PointerName>>

export function readClaims(texts: Texts, presetName: PresetName): Reading {
  const preset: Preset = presets[presetName]
  const moved = keysOf(pointerNames).flatMap(setting => {
    const text = texts[setting]
    return text === undefined ? [] : [[pointerNames[setting], pointersOf(setting, text)] as const]
  })
  return readingOf(preset, {
    pointers: { ...preset.pointers, ...Object.fromEntries(moved) },
    applicationSign:
      texts.applicationSign === undefined
        ? preset.applicationSign
        : chosenOf(texts, 'applicationSign', applicationSigns),
    vouches: chosenOf(texts, 'issuerVouches', ['none', 'userName', 'mail']),
    applications: listOf(texts.applications ?? ''),
    groupRoles: readGroupRoles(texts),
    requiresAccessTokenType: flagOf(texts, 'requireAtJwt'),
  })
}

/** Stops people who choose their name freely, or have somebody's former mail address, from becoming somebody else. */
export function readLinkBy(texts: Texts): 'none' | 'userPrincipalName' {
  const linkBy = chosenOf(texts, 'linkBy', ['none', 'userPrincipalName'])
  const vouches = textOf(texts, 'issuerVouches')
  if (linkBy === 'none' || vouches === 'userName') return linkBy
  throw new ConfigError(
    `${name('linkBy')} ${linkBy} needs ${name('issuerVouches')} userName, and that is ${vouches}: only where the issuer vouches for names is the name in a token enough to link somebody.`,
  )
}

function pointersOf(setting: SettingName, text: string): Pointer[] {
  if (text.trim() === 'none') return []
  return listOf(text).map(pointer => {
    if (isPointer(pointer)) return pointer
    throw wrong(setting, pointer, 'a JSON Pointer, such as /realm_access/roles, or none')
  })
}

/** The name of a group may contain an equals sign; the id of a role may not. */
function readGroupRoles(texts: Texts): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, string[]>()
  for (const entry of listOf(texts.groupRoles ?? '')) {
    const [, group = '', role = ''] = /^(.+)=([^=]*)$/.exec(entry) ?? []
    if (!isGuid(role)) throw wrong('groupRoles', entry, 'a group and the id of a role: group=id')
    roles.set(group, [...(roles.get(group) ?? []), role.toLowerCase()])
  }
  return roles
}

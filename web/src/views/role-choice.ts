/** Directory roles by name: which a search shows, and what the rule on photos says of the chosen ones. */
import type { PhotoUpdateSettings } from '../graph/photo-update-settings.ts'
import { roleNames } from '../graph/role-names.ts'
import type { Words } from '../words/en.ts'

const idsByName = new Map(Object.entries(roleNames).map(([id, name]) => [name, id]))

/** A role that this page does not know is shown by its id. */
export const nameOfRole = (id: string): string => roleNames[id] ?? id

export const idOfRole = (name: string): string => idsByName.get(name) ?? name

/** Names in the order of the alphabet; the chosen ones stay in sight while others are searched for. */
export function listRoles(chosen: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase()
  const names = new Set(chosen.map(nameOfRole))
  return [...new Set([...idsByName.keys(), ...names])]
    .filter(name => names.has(name) || name.toLowerCase().includes(wanted))
    .sort((one, other) => one.localeCompare(other, 'en'))
}

/** More names than these are no sentence. */
const maxNamed = 6

/** What a rule means for an ordinary person. `tag`: the language of the list. */
export function meaningOf(
  words: Words['whoMayChange'],
  { source, allowedRoles }: PhotoUpdateSettings,
  tag: string,
): string {
  if (source === 'onPremises') return words.nobody
  const count = allowedRoles.length
  if (count === 0) return words.everyone
  if (count > maxNamed) return words.onlySomeRoles({ count })
  const names = allowedRoles.map(nameOfRole).sort((one, other) => one.localeCompare(other, 'en'))
  const roles = new Intl.ListFormat(tag, { type: 'disjunction' }).format(names)
  return words.onlyRoles({ roles })
}

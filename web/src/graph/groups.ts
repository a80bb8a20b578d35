/**
 * The groups that the signed-in person owns, or all of the organisation; some of them have a team. Who may change a
 * group's photo may change its team's: it is the same photo.
 */
import type { Graph } from './graph.ts'
import { type Fields, type Page, readPage, shownText, textOf } from './page.ts'
import { eventual, searchClauses } from './search.ts'

export type Group = Readonly<{
  id: string
  name: string
  description: string | undefined
  mail: string | undefined
  mailNickname: string | undefined
  visibility: string | undefined
  isTeam: boolean
  /** Graph keeps photos of such groups only. */
  isUnified: boolean
}>

/** For the photo of a group. */
export const groupPermissions = ['Group.ReadWrite.All'] as const

/** User.Read lists what one owns; the names of groups need more. */
const listPermissions = ['User.Read', ...groupPermissions] as const

const properties =
  'id,displayName,description,mail,mailNickname,visibility,groupTypes,resourceProvisioningOptions'

export type Whose = 'mine' | 'all'

const collections: Readonly<Record<Whose, string>> = {
  mine: '/me/ownedObjects/microsoft.graph.group',
  all: '/groups',
}

/** `text` is words of the name; empty for all. */
export function groupsPath(whose: Whose, text: string): string {
  const query = new URLSearchParams({ $select: properties, $top: '100', $count: 'true' })
  const clauses = searchClauses(text, ['displayName', 'mail'])
  if (clauses !== undefined) query.set('$search', clauses)
  return `${collections[whose]}?${query}`
}

export async function readGroups(
  graph: Graph,
  path: string,
  signal: AbortSignal,
): Promise<Page<Group>> {
  const options = { permissions: listPermissions, headers: eventual, signal }
  return await readPage(graph, path, toGroup, options)
}

function toGroup(fields: Fields): Group {
  const { groupTypes, resourceProvisioningOptions: options } = fields
  const id = textOf(fields, 'id') ?? ''
  return {
    id,
    name: shownText(fields, 'displayName') ?? id,
    description: shownText(fields, 'description'),
    mail: textOf(fields, 'mail'),
    mailNickname: textOf(fields, 'mailNickname'),
    visibility: textOf(fields, 'visibility'),
    isTeam: Array.isArray(options) && options.includes('Team'),
    isUnified: Array.isArray(groupTypes) && groupTypes.includes('Unified'),
  }
}

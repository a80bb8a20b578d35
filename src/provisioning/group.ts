/** The cells of a line -> a group as the directory takes it. */
import type { WantedGroup } from '../directory/sources/put-groups.ts'
import { isGuid, normalizeId } from '../guid.ts'
import type { GroupProperty } from './group-properties.ts'
import type { Cells } from './kinds.ts'
import { quoted } from './refused.ts'
import { readFlag, readText, readWord, Unreadable } from './values.ts'

export type ReadGroup = Pick<WantedGroup, 'externalId' | 'fields'> &
  Readonly<{
    /** A GUID, as the file says it. */
    id: string | undefined
  }>

const texts = ['mail', 'description'] as const

/** Throws Unreadable. */
export function readGroup(cells: Cells<GroupProperty>): ReadGroup {
  const read = (property: GroupProperty) => readText(property, cells(property) ?? '')
  const displayName = read('displayName')
  if (displayName === undefined) throw new Unreadable('there is no displayName')
  const given = texts.filter(property => cells(property) !== undefined)
  const nickname = readNickname(read('mailNickname'))
  return {
    ...readIds(read('id'), read('externalId'), nickname),
    fields: {
      ...Object.fromEntries(given.map(property => [property, read(property)])),
      ...(cells('mailNickname') !== undefined && { mailNickname: nickname }),
      ...readKinds(cells),
      displayName,
    },
  }
}

/** A second run finds groups by externalId, else by id, else by mailNickname. */
function readIds(
  id: string | undefined,
  externalId: string | undefined,
  nickname: string | undefined,
): Pick<ReadGroup, 'externalId' | 'id'> {
  if (id !== undefined && !isGuid(id))
    throw new Unreadable(`the id ${quoted(id)} is not a GUID`, 'id')
  const called = externalId ?? id ?? nickname?.toLowerCase()
  if (called === undefined) throw new Unreadable('there is no externalId, id or mailNickname')
  const given = id ?? called
  return {
    externalId: normalizeId(called),
    id: isGuid(given) ? normalizeId(given) : undefined,
  }
}

/** The characters that Graph allows. */
function readNickname(text: string | undefined): string | undefined {
  if (text === undefined || /^[!#-'*+\-/0-9=?A-Z^-~]{1,64}$/.test(text)) return text
  throw new Unreadable(
    `mailNickname ${quoted(text)} is no alias of at most 64 plain characters`,
    'mailNickname',
  )
}

function readKinds(
  cells: Cells<GroupProperty>,
): Pick<WantedGroup['fields'], 'visibility' | 'isTeam'> {
  const [visibility, isTeam] = [cells('visibility'), cells('isTeam')]
  return {
    ...(visibility !== undefined && {
      visibility: readWord('visibility', visibility, ['Public', 'Private']),
    }),
    ...(isTeam !== undefined && { isTeam: readFlag('isTeam', isTeam) }),
  }
}

/** `visage groups list`, `show`, `owners` and `members`, read directly from the store. */
import { findGroup, type Group, groupFields, listGroups } from '../upkeep/groups.ts'
import { personFields } from '../upkeep/people.ts'
import { countPeopleIn, listPeopleIn } from '../upkeep/people-in-group.ts'
import { type Column, chooseForm } from './forms.ts'
import { print, printOne } from './listing.ts'
import { type DirectoryFlags, tenantOf, withDirectory } from './open-directory.ts'
import { type ListFlags, peopleNoun, columnsAt as personColumnsAt, yesOrNo } from './people.ts'
import { count } from './progress.ts'
import { writeTo } from './stream.ts'
import type { Terminal } from './terminal.ts'

export async function showGroups(
  flags: Omit<ListFlags, 'inactive'>,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  const { withoutPhoto, deleted, source } = flags
  const filter = { withoutPhoto, deleted, source, tenantId: tenantOf(flags) }
  await withDirectory(flags, async database => {
    const pages = listGroups(database, filter)
    const noun = ['group', 'groups'] as const
    await print({ pages, form, names: groupFields, columnsAt, noun }, terminal)
  })
}

/** Ids are never cut, because commands need the whole id. */
function columnsAt(width: number): Column<Group>[] {
  const more: Column<Group>[] =
    width < 76
      ? []
      : [
          { heading: 'KIND', width: 5, text: ({ isTeam }) => (isTeam ? 'team' : 'group') },
          { heading: 'PHOTO', width: 5, text: ({ hasPhoto }) => yesOrNo(hasPhoto) },
        ]
  const taken = 38 + more.length * 7
  return [
    { heading: 'ID', width: 36, text: ({ id }) => id },
    { heading: 'NAME', width: width - taken, text: ({ displayName }) => displayName },
    ...more,
  ]
}

export async function showGroup(
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const group = await findGroup(database, { name, tenantId: tenantOf(flags) }, 'any')
    const { owners, members } = await countPeopleIn(database, group)
    const lines = describe(group, { owners: count(owners), members: count(members) })
    await writeTo(terminal.stdout, printOne(form, group, lines, groupFields))
  })
}

function describe(group: Group, people: Readonly<{ owners: string; members: string }>) {
  return [
    ['Name', group.displayName],
    ['Id', group.id],
    ['Tenant', group.tenantId],
    ['Removed at', group.deletedAt],
    ['Kind', kindOf(group)],
    ['Visibility', group.visibility],
    ['Photo', group.hasPhoto ? `yes, since ${group.photoChangedAt}` : 'no'],
    ['Owners', people.owners],
    ['Members', people.members],
    ['Description', group.description],
    ['Mail', group.mail],
    ['Mail nickname', group.mailNickname],
    ['Source', group.source],
    ['Id at the source', group.externalId],
    ['Changed at', group.changedAt],
  ] as const
}

function kindOf({ isTeam, isUnified }: Group): string {
  if (isTeam) return 'team'
  return isUnified ? 'Microsoft 365 group' : 'security group'
}

export async function showPeopleIn(
  name: string,
  relation: 'owner' | 'member',
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const group = await findGroup(database, { name, tenantId: tenantOf(flags) })
    const pages = listPeopleIn(database, group, relation)
    const noun = peopleNoun
    await print({ pages, form, names: personFields, columnsAt: personColumnsAt, noun }, terminal)
  })
}

/** `visage groups add`, `change`, `team`, `remove`, `restore`, and changes of owners and members, directly in the store. */
import { randomUUID } from 'node:crypto'
import { describeChange } from '../events.ts'
import {
  addGroup,
  changeNamedGroup,
  changePeopleIn,
  type GroupTexts,
  makeTeam,
  readGroupTexts,
  removeGroup,
  restoreNamedGroup,
} from '../upkeep/change-groups.ts'
import { findGroup, type Group, groupFields } from '../upkeep/groups.ts'
import { tenantToAddTo } from './change-people.ts'
import { chooseForm, type Form } from './forms.ts'
import { showPeopleIn } from './groups.ts'
import { printOne } from './listing.ts'
import {
  type DirectoryFlags,
  type OpenDatabase,
  tenantOf,
  withDirectory,
} from './open-directory.ts'
import { count } from './progress.ts'
import { writeTo } from './stream.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

export type GroupFlags = DirectoryFlags &
  GroupTexts &
  Readonly<{
    id?: string
    visibility?: 'Public' | 'Private'
    security?: boolean
    team?: boolean
  }>

export async function addNamed(
  displayName: string,
  flags: GroupFlags,
  terminal: Terminal,
): Promise<void> {
  const { id = randomUUID(), visibility, security = false, team = false } = flags
  if (security && team) {
    throw new CommandError('--security and --team: a security group cannot be a team. Choose one.')
  }
  const form = chooseForm(flags)
  const texts = readGroupTexts({ ...flags, displayName })
  const group = { ...texts, id, displayName, visibility, isUnified: !security, isTeam: team }
  await withDirectory(flags, async database => {
    const tenantId = await tenantToAddTo(database, flags)
    const added = await addGroup(database, tenantId, group, Date.now())
    await report({ group: added, did: 'created', form }, terminal)
  })
}

export async function changeNamed(
  name: string,
  flags: GroupFlags,
  terminal: Terminal,
): Promise<void> {
  const { visibility } = flags
  const changes = { ...readGroupTexts(flags), ...(visibility !== undefined && { visibility }) }
  if (Object.keys(changes).length === 0) {
    throw new CommandError('name a change, such as --description Drawings.')
  }
  const work: Work = (database, named, at) => changeNamedGroup(database, named, changes, at)
  await carryOut('changed', work, name, flags, terminal)
}

type Work = (
  database: OpenDatabase,
  named: Readonly<{ name: string; tenantId: string | undefined }>,
  at: number,
) => Promise<Group>

const acts = {
  team: { did: 'made a team', work: makeTeam },
  remove: { did: 'removed', work: removeGroup },
  restore: { did: 'restored', work: restoreNamedGroup },
} as const satisfies Record<string, Readonly<{ did: string; work: Work }>>

export async function act(
  verb: keyof typeof acts,
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const { did, work } = acts[verb]
  await carryOut(did, work, name, flags, terminal)
}

async function carryOut(
  did: keyof typeof words,
  work: Work,
  name: string,
  flags: DirectoryFlags,
  terminal: Terminal,
): Promise<void> {
  const form = chooseForm(flags)
  await withDirectory(flags, async database => {
    const group = await work(database, { name, tenantId: tenantOf(flags) }, Date.now())
    await report({ group, did, form }, terminal)
  })
}

const words = {
  created: ['Added', ''],
  changed: ['Changed', ''],
  'made a team': ['A team now', ''],
  removed: ['Removed', ' `visage groups restore` restores it with its people.'],
  restored: ['Restored', ''],
} as const

type Outcome = Readonly<{ group: Group; did: keyof typeof words; form: Form }>

async function report({ group, did, form }: Outcome, terminal: Terminal): Promise<void> {
  const { tenantId, id, source, displayName } = group
  const [heading, more] = words[did]
  if (form === 'text') {
    terminal.print(`${heading}: ${displayName}, id ${id}, tenant ${tenantId}.${more}`)
  } else await writeTo(terminal.stdout, printOne(form, group, [], groupFields))
  jsonLines(terminal, Date.now)(
    'info',
    describeChange({ kind: 'group', did, tenantId, id, source }),
  )
}

export type PeopleFlags = DirectoryFlags &
  Readonly<{ add?: readonly string[]; remove?: readonly string[] }>

/** Lists the owners or members of a group, or changes them. */
export async function ownersOrMembers(
  name: string,
  relation: 'owner' | 'member',
  flags: PeopleFlags,
  terminal: Terminal,
): Promise<void> {
  const { add = [], remove = [] } = flags
  if (add.length === 0 && remove.length === 0) {
    return await showPeopleIn(name, relation, flags, terminal)
  }
  if (chooseForm(flags) !== 'text') {
    throw new CommandError('--json and --csv are for lists: leave out --add and --remove.')
  }
  await withDirectory(flags, async database => {
    const group = await findGroup(database, { name, tenantId: tenantOf(flags) })
    const changed = await changePeopleIn(database, group, { relation, add, remove })
    const { added, removed, unchanged } = changed
    const as = unchanged > 0 ? `, ${count(unchanged)} as before` : ''
    terminal.print(
      `${relation === 'owner' ? 'Owners' : 'Members'} of ${group.displayName}: ${count(added)} added, ${count(removed)} removed${as}.`,
    )
    const { tenantId, id, source } = group
    const did = `${relation}s` as const
    jsonLines(terminal, Date.now)(
      'info',
      describeChange({ kind: 'group', did, tenantId, id, source, added, removed }),
    )
  })
}

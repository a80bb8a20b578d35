/** The commands of `visage people` and `visage groups` and their flags, as --help shows them. */
import { type Command, Option } from 'commander'
import type { GroupFlags, PeopleFlags } from './change-groups.ts'
import type { PersonFlags } from './change-people.ts'
import type { ConfirmFlags } from './confirm-removals.ts'
import type { LinkFlags } from './link-people.ts'
import { layout } from './narrow-help.ts'
import type { DirectoryFlags } from './open-directory.ts'
import type { ListFlags } from './people.ts'
import { storeOption } from './setting-option.ts'
import type { Terminal } from './terminal.ts'

export function addPeople(program: Command, terminal: Terminal): void {
  const people = program
    .command('people')
    .description('list and change the people of the store while it is served')
    .helpCommand(false)
  command(people, 'list', 'list people by name', terminal, ['--without-photo --csv'])
    .option('--inactive', 'only people who cannot sign in')
    .option(...withoutPhoto)
    .option(...deleted)
    .option(...source)
    .action(async (flags: ListFlags) => {
      const { showPeople } = await import('./people.ts')
      await showPeople(flags, terminal)
    })
  command(people, 'show', 'show a person, removed or not', terminal, [anna])
    .argument('<person>', whoever)
    .action(async (name: string, flags: DirectoryFlags) => {
      const { showPerson } = await import('./people.ts')
      await showPerson(name, flags, terminal)
    })
  addChanges(people, terminal)
  addConfirming(people, terminal)
  addLinks(people, terminal)
}

function addLinks(people: Command, terminal: Terminal): void {
  command(people, 'link', 'who signs in is somebody who was provisioned', terminal, [
    `00u1abc ${anna}`,
  ])
    .argument('<id>', 'the id in their tokens (oid, sub), or of whoever came by signing in')
    .argument('<person>', 'the provisioned person, by id or userPrincipalName')
    .option('--issuer <url>', 'whose tokens; default VISAGE_ISSUER, needed if they are new here')
    .addOption(
      new Option('--keep <whose>', 'the photo that stays where both have one').choices([
        'signed-in',
        'provisioned',
      ]),
    )
    .action(async (id: string, name: string, flags: LinkFlags) => {
      const { link } = await import('./link-people.ts')
      await link(id, name, flags, terminal)
    })
  command(people, 'unlink', 'who signs in is a person of their own again', terminal, ['00u1abc'])
    .argument('<id>', 'the id in their tokens (oid, sub)')
    .option('--issuer <url>', 'whose tokens, if there are several')
    .action(async (id: string, flags: LinkFlags) => {
      const { unlink } = await import('./link-people.ts')
      await unlink(id, flags, terminal)
    })
}

function addChanges(people: Command, terminal: Terminal): void {
  const added = command(people, 'add', 'add somebody', terminal, [
    `${anna} \\\n    --display-name 'Anna Adler'`,
  ])
  withTexts(added.argument('<name>', 'userPrincipalName, of the form alias@domain'))
    .option('--id <id>', 'the id in their tokens (oid, sub); default a new one')
    .option('--inactive', 'cannot sign in')
    .action(async (name: string, flags: PersonFlags) => {
      const { add } = await import('./change-people.ts')
      await add(name, flags, terminal)
    })
  const changed = command(
    people,
    'change',
    'change a person who was added here or by signing in',
    terminal,
    [`${anna} \\\n    --department Design --job-title ''`],
  )
  withTexts(changed.argument('<person>', whoever))
    .option('--user-principal-name <name>', 'a name of the form alias@domain')
    .action(async (name: string, flags: PersonFlags) => {
      const { change } = await import('./change-people.ts')
      await change(name, flags, terminal)
    })
  for (const [verb, meaning] of verbs) {
    command(people, verb, meaning, terminal, [anna])
      .argument('<person>', whoever)
      .action(async (name: string, flags: DirectoryFlags) => {
        const { act } = await import('./change-people.ts')
        await act(verb, name, flags, terminal)
      })
  }
}

function addConfirming(people: Command, terminal: Terminal): void {
  command(
    people,
    'confirm-removals',
    'erase people of a source that has removed very many',
    terminal,
    ['--source import:staff'],
  )
    .option(...source)
    .option('--yes', 'do not ask')
    .action(async (flags: ConfirmFlags) => {
      const { confirmRemovals } = await import('./confirm-removals.ts')
      await confirmRemovals(flags, terminal)
    })
}

const verbs = [
  ['disable', 'stop a person from signing in; they stay in the directory'],
  ['enable', 'let a person sign in again'],
  ['remove', 'remove a person from the directory; `visage people restore` restores them'],
  ['restore', 'restore a person who was removed with `visage people remove`'],
] as const

function withTexts(command: Command): Command {
  return command
    .option('--display-name <text>', 'the name that people read')
    .option('--given-name <text>', 'first name')
    .option('--surname <text>', 'last name')
    .option('--mail <address>', 'mail address')
    .option('--mail-nickname <text>', 'the part of the address before the @')
    .option('--job-title <text>', 'job title')
    .option('--department <text>', 'department')
    .option('--employee-id <text>', 'number in the staff records')
    .addOption(
      new Option('--user-type <type>', 'member of the organisation or guest').choices([
        'Member',
        'Guest',
      ]),
    )
    .option('--manager <person>', "the manager's id or userPrincipalName")
}

export function addGroups(program: Command, terminal: Terminal): void {
  const groups = program
    .command('groups')
    .description('list and change the groups and teams of the store while it is served')
    .helpCommand(false)
  command(groups, 'list', 'list groups and teams by name', terminal, ['--source import:staff'])
    .option(...withoutPhoto)
    .option(...deleted)
    .option(...source)
    .action(async (flags: Omit<ListFlags, 'inactive'>) => {
      const { showGroups } = await import('./groups.ts')
      await showGroups(flags, terminal)
    })
  command(groups, 'show', 'show a group, removed or not', terminal, ['Design'])
    .argument('<group>', whichever)
    .action(async (name: string, flags: DirectoryFlags) => {
      const { showGroup } = await import('./groups.ts')
      await showGroup(name, flags, terminal)
    })
  addGroupChanges(groups, terminal)
  for (const [name, relation] of [
    ['owners', 'owner'],
    ['members', 'member'],
  ] as const) {
    const examples = ['Design --csv', `Design --add ${anna}`]
    command(groups, name, `list the ${name} of a group by id, or change them`, terminal, examples)
      .argument('<group>', whichever)
      .option('--add <person...>', 'people to add, by id or userPrincipalName')
      .option('--remove <person...>', 'people to remove')
      .action(async (group: string, flags: PeopleFlags) => {
        const { ownersOrMembers } = await import('./change-groups.ts')
        await ownersOrMembers(group, relation, flags, terminal)
      })
  }
}

function addGroupChanges(groups: Command, terminal: Terminal): void {
  withGroupTexts(command(groups, 'add', 'add a group', terminal, ['Design --team']))
    .argument('<name>', 'the name that people read')
    .option('--id <id>', 'default a new one')
    .option('--team', 'make it a team too')
    .option('--security', 'a security group instead of a Microsoft 365 group')
    .action(async (name: string, flags: GroupFlags) => {
      const { addNamed } = await import('./change-groups.ts')
      await addNamed(name, flags, terminal)
    })
  const examples = ["Design --description 'Drawings and models'"]
  withGroupTexts(
    command(groups, 'change', 'change a group that was added here', terminal, examples),
  )
    .argument('<group>', whichever)
    .option('--display-name <text>', 'the name that people read')
    .action(async (name: string, flags: GroupFlags) => {
      const { changeNamed } = await import('./change-groups.ts')
      await changeNamed(name, flags, terminal)
    })
  for (const [verb, meaning] of groupVerbs) {
    command(groups, verb, meaning, terminal, ['Design'])
      .argument('<group>', whichever)
      .action(async (name: string, flags: DirectoryFlags) => {
        const { act } = await import('./change-groups.ts')
        await act(verb, name, flags, terminal)
      })
  }
}

const groupVerbs = [
  ['team', 'make a group a team, with the same id, photo and people'],
  ['remove', 'remove a group from the directory; `visage groups restore` restores it'],
  ['restore', 'restore a group that was removed with `visage groups remove`'],
] as const

function withGroupTexts(command: Command): Command {
  return command
    .option('--description <text>', 'its purpose')
    .option('--mail <address>', 'mail address')
    .option('--mail-nickname <text>', 'the part of the address before the @')
    .addOption(
      new Option('--visibility <word>', 'who sees its content').choices(['Public', 'Private']),
    )
}

const anna = 'anna@visage.example'
const whoever = 'id or userPrincipalName'
const withoutPhoto = ['--without-photo', 'only without a photo'] as const
const deleted = ['--deleted', 'only removed ones, which their source can restore'] as const
const source = [
  '--source <name>',
  'only from this source: sign-in, graph, cli, import:NAME, scim:NAME',
] as const
const whichever = 'id, or the whole name'

/** A command on the store. Subcommands do not inherit the layout of help from above. */
export function command(
  parent: Command,
  name: string,
  description: string,
  { program }: Terminal,
  examples: readonly string[],
  tenant = 'this tenant; needed if there are several, except for lists',
): Command {
  const lines = examples.map(example => `  ${program} ${parent.name()} ${name} ${example}`)
  return parent
    .command(name)
    .description(description)
    .configureHelp(layout)
    .option('--tenant <id>', tenant)
    .option('--json', 'one JSON object per line')
    .option('--csv', 'for spreadsheets: UTF-8 with a byte order mark, no cell is a formula')
    .addOption(storeOption('data'))
    .addOption(storeOption('database'))
    .addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.join('\n')}`)
}

/** The commands of `visage people` and `visage groups` and their flags, as --help shows them. */
import { type Command, Option } from 'commander'
import type { GroupFlags, PeopleFlags } from './change-groups.ts'
import type { PersonFlags } from './change-people.ts'
import { layout } from './narrow-help.ts'
import type { DirectoryFlags } from './open-directory.ts'
import type { ListFlags } from './people.ts'
import { optionOf } from './setting-option.ts'
import type { Terminal } from './terminal.ts'

export function addPeople(program: Command, terminal: Terminal): void {
  const people = program
    .command('people')
    .description('list and change the people of the store while it is served')
    .helpCommand(false)
  command(people, 'list', 'who is there, by name', terminal, ['--without-photo --csv'])
    .option('--inactive', 'only those who may not sign in')
    .option(...withoutPhoto)
    .option(...deleted)
    .option(...source)
    .action(async (flags: ListFlags) => {
      const { showPeople } = await import('./people.ts')
      await showPeople(flags, terminal)
    })
  command(people, 'show', 'what is known of somebody, removed or not', terminal, [anna])
    .argument('<person>', whoever)
    .action(async (name: string, flags: DirectoryFlags) => {
      const { showPerson } = await import('./people.ts')
      await showPerson(name, flags)
    })
  addChanges(people, terminal)
}

function addChanges(people: Command, terminal: Terminal): void {
  const added = command(people, 'add', 'add somebody', terminal, [
    `${anna} \\\n    --display-name 'Anna Adler'`,
  ])
  withTexts(added.argument('<name>', 'userPrincipalName, of the form alias@domain'))
    .option('--id <id>', 'the id in their tokens (oid, sub); default a new one')
    .option('--inactive', 'who may not sign in')
    .action(async (name: string, flags: PersonFlags) => {
      const { add } = await import('./change-people.ts')
      await add(name, flags, terminal)
    })
  const changed = command(
    people,
    'change',
    'change somebody who was added here or came by signing in',
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

const verbs = [
  ['disable', 'somebody may not sign in any more, and stays in the directory'],
  ['enable', 'somebody may sign in again'],
  ['remove', 'nobody finds somebody any more; they can be restored'],
  ['restore', 'bring back somebody who was removed here'],
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
  command(groups, 'list', 'groups and teams, by name', terminal, ['--source import:staff'])
    .option(...withoutPhoto)
    .option(...deleted)
    .option(...source)
    .action(async (flags: Omit<ListFlags, 'inactive'>) => {
      const { showGroups } = await import('./groups.ts')
      await showGroups(flags, terminal)
    })
  command(groups, 'show', 'what is known of a group, removed or not', terminal, ['Design'])
    .argument('<group>', whichever)
    .action(async (name: string, flags: DirectoryFlags) => {
      const { showGroup } = await import('./groups.ts')
      await showGroup(name, flags)
    })
  addGroupChanges(groups, terminal)
  for (const [name, relation] of [
    ['owners', 'owner'],
    ['members', 'member'],
  ] as const) {
    const examples = ['Design --csv', `Design --add ${anna}`]
    command(
      groups,
      name,
      `the ${name} of a group, by id; or change who they are`,
      terminal,
      examples,
    )
      .argument('<group>', whichever)
      .option('--add <person...>', 'these too, by id or userPrincipalName')
      .option('--remove <person...>', 'these no longer')
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
    .option('--team', 'a team, too')
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
  ['remove', 'nobody finds a group any more; it can be restored'],
  ['restore', 'bring back a group that was removed here'],
] as const

function withGroupTexts(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--mail <address>', 'mail address')
    .option('--mail-nickname <text>', 'the part of the address before the @')
    .addOption(
      new Option('--visibility <word>', 'who sees what is in it').choices(['Public', 'Private']),
    )
}

const anna = 'anna@visage.example'
const whoever = 'id or userPrincipalName'
const withoutPhoto = ['--without-photo', 'only those without one'] as const
const deleted = ['--deleted', 'only those who were removed and can be restored'] as const
const source = [
  '--source <name>',
  'only what this brought: sign-in, graph, cli, import:NAME, scim:NAME',
] as const
const whichever = 'id, or the whole name'

/** Subcommands do not inherit the layout of help from above. */
function command(
  parent: Command,
  name: string,
  description: string,
  { program }: Terminal,
  examples: readonly string[],
): Command {
  const lines = examples.map(example => `  ${program} ${parent.name()} ${name} ${example}`)
  return parent
    .command(name)
    .description(description)
    .configureHelp(layout)
    .option('--tenant <id>', 'of this tenant only')
    .option('--json', 'one JSON object a line')
    .option('--csv', 'for spreadsheets: UTF-8 with a mark, cells cannot be formulas')
    .addOption(optionOf('data').helpGroup('The store:'))
    .addOption(optionOf('database').helpGroup('The store:'))
    .addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.join('\n')}`)
}

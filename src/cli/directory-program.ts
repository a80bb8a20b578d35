/** The commands of `visage people` and `visage groups` and their flags, as --help shows them. */
import type { Command } from 'commander'
import { layout } from './narrow-help.ts'
import type { DirectoryFlags } from './open-directory.ts'
import type { ListFlags } from './people.ts'
import { optionOf } from './setting-option.ts'
import type { Terminal } from './terminal.ts'

export function addPeople(program: Command, terminal: Terminal): void {
  const people = program
    .command('people')
    .description('list the people of the store while it is served')
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
}

export function addGroups(program: Command, terminal: Terminal): void {
  const groups = program
    .command('groups')
    .description('list the groups and teams of the store while it is served')
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
  for (const [name, relation] of [
    ['owners', 'owner'],
    ['members', 'member'],
  ] as const) {
    command(groups, name, `the ${name} of a group, by id`, terminal, ['Design --csv'])
      .argument('<group>', whichever)
      .action(async (group: string, flags: DirectoryFlags) => {
        const { showPeopleIn } = await import('./groups.ts')
        await showPeopleIn(group, relation, flags, terminal)
      })
  }
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
    .addOption(optionOf('data'))
    .addOption(optionOf('database'))
    .addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.join('\n')}`)
}

/** The flags of `visage import`, as --help shows them. */
import { type Command, Option } from 'commander'
import type { ImportFlags } from './import.ts'
import type { TrackRunning } from './running.ts'
import { storeOption } from './setting-option.ts'
import type { Terminal } from './terminal.ts'

export function addImport(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  program
    .command('import')
    .description(
      'bring people, groups, their members and contacts in from CSV or JSON; run again, only what has changed is written',
    )
    .argument('<file>', 'CSV whose first line names the columns, or JSON')
    .option(
      '--source <name>',
      'name of this list, the same in each run; default the name of the file',
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'what each line is; in members, a line is a member or an owner; default people; not needed for JSON that names its lists',
      ).choices(['people', 'groups', 'members', 'contacts']),
    )
    .option(
      '--tenant <id>',
      'whose people they are; needed if there are several tenants, or nobody yet',
    )
    .option('--dry-run', 'show what would happen, and write nothing')
    .option('--yes', 'do not ask')
    .option(
      '--column <property=header>',
      "which column a property is in, such as 'mail=Work address'; again for more",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--skip-errors', 'leave out the lines with errors, and import the others')
    .option('--prune', 'remove what this list brought and no longer names')
    .option(
      '--confirm-removals',
      'with --prune: remove them also if they are more than 20, and more than 20 % of all',
    )
    .option('--report <file>', 'every line with its outcome, as FILE.html or FILE.csv')
    .addOption(storeOption('data'))
    .addOption(storeOption('database'))
    .addHelpText('after', writeHelp(terminal.program))
    .action(async (file: string, flags: ImportFlags) => {
      const { importFile } = await import('./import.ts')
      await importFile(file, flags, terminal, trackRunning)
    })
}

function writeHelp(program: string): string {
  return `
Exit codes:
  0    done, or nothing to do
  1    failed: run it again
  2    wrong arguments, an unreadable file, or answered no
  3    lines have errors, or too many would be removed
  130  ended by Ctrl-C

Example:
  ${program} import staff.csv --dry-run --report report.html

docs/importing.md has the columns.`
}

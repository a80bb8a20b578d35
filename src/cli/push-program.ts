/** The flags of `visage push`, as --help shows them. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { cloudNames } from '../push/target.ts'
import type { PullFlags } from './pull.ts'
import type { PushFlags } from './push.ts'
import type { TrackRunning } from './running.ts'
import { withSignIn } from './sign-in-options.ts'
import type { Terminal } from './terminal.ts'
import type { UndoFlags } from './undo.ts'

export function addPush(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  const command = program
    .command('push')
    .description('set the photos of a folder at any Graph: planned, checked, resumable')
    .argument('[folder]', 'photos that are called like people')
    .option('--to <url>', 'address of the Graph, such as https://photos.example.org')
    .addOption(new Option('--cloud <name>', 'Microsoft Graph instead').choices(cloudNames))
    .addOption(
      new Option('--kind <kind>', 'whose photos they are')
        .choices(['people', 'groups', 'teams'])
        .default('people'),
    )
    .optionsGroup('Match:')
    .option(
      '--match <pattern>',
      "what files are called: a property, or '{surname}, {givenName}'; again for more; default userPrincipalName, mail, id",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--map <file>',
      'CSV that says whose each file is, with the columns file and, for example, employeeId',
    )
    .option('--filter <filter>', "only people of this $filter, such as 'accountEnabled eq true'")
    .option('--only <glob>', "only files of this name, such as '2026/*'")
    .addOption(
      new Option('--prefer <choice>', 'of several files for one person').choices(['newest']),
    )
    .optionsGroup('Prepare:')
    .addOption(
      new Option('--crop <how>', 'which square of a picture')
        .choices(['centre', 'top-third', 'attention'])
        .default('centre'),
    )
    .option('--max-bytes <number>', 'largest JPEG to send', readMaxBytes, 4_000_000)
    .optionsGroup('Plan:')
    .option('--dry-run', 'show the plan, and change nothing')
    .option('--plan <file>', 'write the plan, for --apply, and change nothing')
    .option('--apply <file>', 'carry out a plan instead of a folder')
    .option('--limit <number>', 'set at most this many photos', readCount)
    .option('--missing-only', 'only where there is no photo')
    .option('--yes', 'do not ask')
    .optionsGroup('Apply:')
    .option('--concurrency <number>', 'most requests at once', readCount, 16)
    .option(
      '--settle <seconds>',
      'wait for photos that are accepted and not yet visible',
      readSeconds,
      30,
    )
    .option('--journal <folder>', 'where the folder of the run is made; default the current folder')
    .option(
      '--forget <journal>',
      'remove the folder of a run, with its former photos, and do no more',
    )
  withSignIn(command)
    .addHelpText('after', writeHelp(terminal.program))
    .action(async (folder: string | undefined, flags: PushFlags) => {
      const { push } = await import('./push.ts')
      await push(folder, flags, terminal, trackRunning)
    })
}

export function addUndo(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  const command = program
    .command('undo')
    .description('put back what a run of push replaced, where nobody has changed it since')
    .argument('<journal>', 'folder visage-push-TIME of that run')
    .option('--to <url>', 'where that run sent photos; not needed for this machine')
    .addOption(new Option('--cloud <name>', 'Microsoft Graph instead').choices(cloudNames))
    .option('--force', 'also where somebody has changed the photo since')
    .option('--dry-run', 'show what would be put back, and change nothing')
    .option('--yes', 'do not ask')
    .option('--concurrency <number>', 'most requests at once', readCount, 16)
  withSignIn(command).action(async (folder: string, flags: UndoFlags) => {
    const { undo } = await import('./undo.ts')
    await undo(folder, flags, terminal, trackRunning)
  })
}

export function addPull(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  const command = program
    .command('pull')
    .description('write all photos of any Graph into a folder; again, only what has changed')
    .argument('<folder>', 'made if it is not there')
    .option('--to <url>', 'address of the Graph')
    .addOption(new Option('--cloud <name>', 'Microsoft Graph instead').choices(cloudNames))
    .addOption(
      new Option('--kind <kind>', 'whose photos')
        .choices(['people', 'groups', 'teams'])
        .default('people'),
    )
    .option(
      '--name <pattern>',
      "what files are called, such as employeeId or '{surname}, {givenName}'",
    )
    .option('--size <size>', 'such as 96x96; default the photo as it is', readSize)
    .option('--filter <filter>', 'only people of this $filter')
    .option('--concurrency <number>', 'most requests at once', readCount, 16)
  withSignIn(command).action(async (folder: string, flags: PullFlags) => {
    const { pull } = await import('./pull.ts')
    await pull(folder, flags, terminal, trackRunning)
  })
}

function readSize(text: string): string {
  if (/^(\d{2,4})x\1$/.test(text)) return text
  throw new InvalidArgumentError('It is a size such as 96x96.')
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number from 1 to 999999.')
}

function readSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number of seconds.')
}

function readMaxBytes(text: string): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : 0
  if (number >= 2000 && number <= 4_000_000) return number
  throw new InvalidArgumentError('It is a number from 2000 to 4000000.')
}

function writeHelp(program: string): string {
  return `
Exit codes:
  0    all photos are set, or nothing was to do
  1    wrong arguments or folder
  2    some photos failed, or the journal cannot be written
  3    no file fits anybody
  4    refused before the first change
  130  ended by Ctrl-C

Example:
  ${program} push photos --to http://localhost:8080 --dry-run

The same command goes on where it ended. docs/push.md says more.`
}

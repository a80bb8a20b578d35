/**
 * The commands and their flags, as --help shows them. Each command is imported when it is called, so that
 * others do not slow its start.
 */
import { Command, Option, type OutputConfiguration } from 'commander'
import { type MoveKinds, type MoveTexts, moveKindForm, moveSettings } from '../settings/moving.ts'
import { groups, settingNames, settings, type Texts } from '../settings/table.ts'
import { readVersion } from '../version.ts'
import { defaultDevPort } from './ask-dev.ts'
import { readPort, withDevPlace } from './dev-place.ts'
import { addGroups, addPeople } from './directory-program.ts'
import type { EraseFlags } from './erase.ts'
import { addImport } from './import-program.ts'
import { layout } from './narrow-help.ts'
import { addPull, addPush, addUndo } from './push-program.ts'
import type { TrackRunning } from './running.ts'
import { addScimToken } from './scim-token-program.ts'
import { writeServeExamples } from './serve-help.ts'
import { optionOf, storeOption } from './setting-option.ts'
import { cloudNames, readCloud, readRedirectUri, standInPort } from './stand-in-flags.ts'
import { CommandError, formatError, type Output, type Terminal } from './terminal.ts'

export function createProgram(terminal: Terminal, trackRunning: TrackRunning): Command {
  const program = new Command('visage')
    .description("Microsoft Graph's profilePhoto API on your own machine.")
    .version(readVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp(layout)
    .configureOutput(outputOf(terminal))
    .showHelpAfterError(`\`${terminal.program} --help\` says more.`)
  addDev(program, terminal, trackRunning)
  addServe(program, terminal, trackRunning)
  addMigrate(program, terminal)
  addBackup(program, terminal)
  addMove(program, terminal, trackRunning)
  addVerify(program, terminal, trackRunning)
  addErase(program, terminal)
  addPeople(program, terminal)
  addGroups(program, terminal)
  addImport(program, terminal, trackRunning)
  addPush(program, terminal, trackRunning)
  addUndo(program, terminal, trackRunning)
  addPull(program, terminal, trackRunning)
  addScimToken(program, terminal)
  addToken(program, terminal)
  addReset(program, terminal)
  addHelp(program)
  for (const { command, words } of commandsOf(program)) {
    command.showHelpAfterError(`\`${terminal.program} ${words} --help\` says more.`)
  }
  return program
}

/** All commands with their subcommands, and the words that call each. */
export function commandsOf(
  program: Command,
  before: readonly string[] = [],
): Readonly<{ command: Command; words: string }>[] {
  return program.commands.flatMap(command => {
    const words = [...before, command.name()]
    return [{ command, words: words.join(' ') }, ...commandsOf(command, words)]
  })
}

/** Commander writes to the streams of this process otherwise. */
function outputOf({ stdout, stderr }: Terminal): OutputConfiguration {
  return {
    writeOut: text => void stdout.write(text),
    writeErr: text => void stderr.write(text),
    getOutHelpWidth: () => widthOf(stdout),
    getErrHelpWidth: () => widthOf(stderr),
    outputError: (text, write) => write(`${formatError(inSentences(text))}\n`),
  }
}

function widthOf({ isTTY, columns }: Output): number {
  return (isTTY && columns) || 80
}

/** Commander's form: `error: unknown command 'sreve'`, and `(Did you mean serve?)` on the next line. */
function inSentences(text: string): string {
  return text.replace(/^error: /, '').replace(/\n\((Did you mean .*)\)/, '. $1')
}

function addDev(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  program
    .command('dev')
    .description('for developers: demo people, a token issuer, nothing to set up; loopback only')
    .option(
      '--port <number>',
      `port to listen on; 0 takes a free one; default ${defaultDevPort}, with --as ${standInPort}`,
      readPort,
    )
    .option('--host <address>', 'loopback address to listen on', settings.host.default)
    .option('--https', 'serve TLS with a certificate made here; most official clients want it')
    .option(
      '--as <cloud>',
      `with --https: answer as the hosts of this cloud of Microsoft, for programs that cannot be pointed elsewhere: ${cloudNames.join(', ')}; see docs/clients.md first`,
      readCloud,
    )
    .option(
      '--redirect-uri <address>',
      'where sign-ins may return to besides loopback; may be repeated',
      (address: string, before: readonly string[] = []) => [...before, readRedirectUri(address)],
    )
    .option('--memory', 'keep nothing')
    .option('--data <folder>', 'folder of people and photos', settings.data.default)
    .option('--strict-content-type', 'accept uploads as image/jpeg only, or 415')
    .option(
      '--throttle <limits>',
      '429 above limits: graph, or limits as for serve',
      settings.throttle.default,
    )
    .option(
      '--fault <sentence>',
      "such as '429 on PUT me/photo/$value for 10% seed 7'; may be repeated; see docs/faults.md",
      (sentence: string, before: readonly string[] = []) => [...before, sentence],
    )
    .addOption(
      new Option('--log <form>', 'a line for each call, for people or programs')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--quiet', 'do not print a line for each call')
    .action(async flags => {
      const { dev } = await import('./dev.ts')
      await trackRunning(dev({ ...unset, ...flags }, terminal))
    })
}

const unset = {
  https: false,
  redirectUri: [],
  memory: false,
  strictContentType: false,
  quiet: false,
  fault: [],
}

function addServe(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  const command = program
    .command('serve')
    .description('for production: your identity provider, your settings')
    .action(async (flags: Readonly<Record<string, string | true>>) => {
      const { serve } = await import('./serve.ts')
      await trackRunning(serve(toTexts(flags)))
    })
  // Help shows them in the order in which they are added.
  for (const [group, { heading }] of Object.entries(groups)) {
    const names = settingNames.filter(name => settings[name].group === group)
    for (const name of names) command.addOption(optionOf(name).helpGroup(heading))
  }
  command.addHelpText('after', writeServeExamples(terminal.program))
}

function addMigrate(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('create or update the tables of the database, as every start of serve does')
    .addOption(storeOption('data'))
    .addOption(storeOption('database'))
    .action(async (flags: Readonly<Record<string, string | true>>) => {
      const { migrate } = await import('./migrate.ts')
      await migrate(toTexts(flags), terminal)
    })
}

function addBackup(program: Command, terminal: Terminal): void {
  program
    .command('backup')
    .description('copy the data folder into another one while it is served')
    .requiredOption('--to <folder>', 'an empty folder, or the one of the last backup')
    .addOption(storeOption('data'))
    .action(async ({ to, ...flags }: Readonly<{ to: string } & Record<string, string>>) => {
      const { backup } = await import('./backup.ts')
      await backup(to, toTexts(flags), terminal)
    })
}

/** A flag without a value is true. */
function toTexts(flags: Readonly<Record<string, string | true>>): Texts {
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, String(value)]))
}

function addMove(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  const command = program
    .command('move')
    .description('copy people, settings and photos to another place while the source is served')
    .option('--from <kind>', `${moveKindForm}: the places in the settings of \`visage serve\``)
    .option('--to <kind>', 'as --from')
    .addHelpText('after', writeMoveHelp(terminal.program))
    .action(async (flags: MoveTexts & MoveKinds) => {
      const { move } = await import('./move.ts')
      await move(flags, terminal, trackRunning)
    })
  for (const { flag, value, meaning, env } of Object.values(moveSettings)) {
    command.addOption(new Option(`${flag} <${value}>`, `${meaning} [${env}]`))
  }
}

function writeMoveHelp(program: string): string {
  return `
Example:
  ${program} move \\
    --from sqlite/disk --to postgres/s3

This moves from VISAGE_DATA (./data) to VISAGE_DATABASE and
VISAGE_PACKS. The flags above, and their variables, override
the settings of \`visage serve\`. Without --from or --to, only
these flags name the source or the destination: a folder,
PostgreSQL and S3, or one of these with the folder for the
other part. Another run continues, and copies the changes
since: docs/operating.md, Moving.`
}

function addVerify(program: Command, terminal: Terminal, trackRunning: TrackRunning): void {
  program
    .command('verify')
    .description('read every photo and compare it with its row; exit code 0 if all are sound')
    .addOption(storeOption('data'))
    .addOption(storeOption('database'))
    .addOption(storeOption('packs'))
    .option('--json', 'the result as one JSON object')
    .action(async ({ json = false, ...flags }: Texts & Readonly<{ json?: boolean }>) => {
      const { verify } = await import('./verify.ts')
      await verify(flags, json ? 'json' : 'text', terminal, trackRunning)
    })
}

function addErase(program: Command, terminal: Terminal): void {
  program
    .command('erase')
    .description('remove a photo and every trace of its bytes, and check the result')
    .option('--user <id>', 'id or userPrincipalName')
    .option('--group <id>', 'id of a group or team')
    .option('--tenant <id>', 'needed if several tenants have the name')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'show what would be removed, and change nothing')
    .addOption(storeOption('data'))
    .addOption(storeOption('database'))
    .addOption(storeOption('packs'))
    .action(async ({ data, database, packs, ...flags }: EraseFlags & Texts) => {
      const { erase } = await import('./erase.ts')
      const places = { data, database, packs }
      const given = Object.entries(places).filter(([, text]) => text !== undefined)
      await erase(flags, Object.fromEntries(given), terminal)
    })
}

function addToken(program: Command, terminal: Terminal): void {
  withDevPlace(
    program
      .command('token')
      .description('print a token of the running `visage dev`, and nothing else'),
  )
    .option('--user <name>', 'name before the @, userPrincipalName or id')
    .option('--scopes <names>', 'delegated permissions, separated by spaces; default all')
    .option('--app', 'a program without a user')
    .option('--roles <names>', 'permissions of the program, separated by spaces; default all')
    .option(
      '--admin <role...>',
      "directory role by name or template id, such as 'User Administrator'",
    )
    .option('--personal', 'a personal Microsoft account')
    .option('--strict', 'refuse unknown permissions, instead of warning')
    .addOption(new Option('--token-version <number>', 'shape of the token').choices(['1', '2']))
    .action(async flags => {
      const { token } = await import('./token.ts')
      await token(flags, terminal)
    })
}

function addReset(program: Command, terminal: Terminal): void {
  withDevPlace(
    program
      .command('reset')
      .description('restore the demo tenant of the running `visage dev` as at its start'),
  ).action(async flags => {
    const { reset } = await import('./reset.ts')
    await reset(flags, terminal)
  })
}

function addHelp(program: Command): void {
  program
    .command('help')
    .description('print help for all commands or one command')
    .argument('[command...]')
    .action((names: readonly string[]) => {
      if (names.length === 0) return program.outputHelp()
      const wanted = names.join(' ')
      const found = commandsOf(program).find(({ words }) => words === wanted)
      if (found !== undefined) return found.command.outputHelp()
      const all = program.commands.map(command => command.name()).join(', ')
      throw new CommandError(`There is no command '${wanted}', only ${all}.`)
    })
}

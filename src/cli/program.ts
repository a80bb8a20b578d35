/**
 * The commands and their flags, as a person sees them in --help. Each command is imported when it is
 * called, so that none pays for the start of another.
 */
import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type SettingName, settings, type Texts } from '../config.ts'
import type { Terminal } from './terminal.ts'

/** Something that runs until it is told to end. */
export type Running = Readonly<{ close: () => Promise<void> }>

/** `keep` is told of everything that has to be closed when the process ends. */
export function createProgram(terminal: Terminal, keep: (running: Running) => void): Command {
  const program = new Command('visage')
    .description("Microsoft Graph's profilePhoto API on your own machine.")
    .version(readVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ sortOptions: false })
    .showHelpAfterError('`visage --help` says more.')
  addDev(program, terminal, keep)
  addServe(program, terminal, keep)
  addToken(program, terminal)
  return program
}

function addDev(program: Command, terminal: Terminal, keep: (running: Running) => void): void {
  program
    .command('dev')
    .description('for developers: demo people, a token issuer, nothing to set up; loopback only')
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 8080)
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
    .option(
      '--https',
      'serve TLS with a certificate made here; most official clients want it',
      false,
    )
    .option('--memory', 'keep nothing', false)
    .option('--data <folder>', 'where people and photos are kept', './data')
    .option('--strict-content-type', 'accept uploads as image/jpeg only, or 415', false)
    .action(async flags => {
      const { dev } = await import('./dev.ts')
      keep(await dev(flags, terminal))
    })
}

function addServe(program: Command, terminal: Terminal, keep: (running: Running) => void): void {
  const command = program
    .command('serve')
    .description('for production: your identity provider, your settings')
    .action(async (flags: Texts) => {
      const { serve } = await import('./serve.ts')
      keep(await serve(flags, terminal))
    })
  for (const name of Object.keys(settings) as SettingName[]) {
    const { flag, value, default: standard, meaning, env } = settings[name]
    const description = `${meaning}${standard === '' ? '' : ` Default: ${standard}.`} [${env}]`
    command.addOption(new Option(`${flag} <${value}>`, description))
  }
}

function addToken(program: Command, terminal: Terminal): void {
  program
    .command('token')
    .description('print a token of the running `visage dev`, and nothing else')
    .option('--url <address>', 'where `visage dev` runs; default http://localhost:8080')
    .option('--user <name>', 'name before the @, userPrincipalName or id')
    .option('--scopes <names>', 'delegated permissions, separated by spaces; default all')
    .option('--app', 'a program without a user')
    .option('--roles <names>', 'permissions of the program, separated by spaces; default all')
    .option(
      '--admin <role...>',
      "directory role by name or template id, such as 'User Administrator'",
    )
    .option('--personal', 'a personal Microsoft account')
    .addOption(
      new Option('--token-version <number>', 'shape of the token')
        .choices(['1', '2'])
        .argParser(Number),
    )
    .action(async flags => {
      const { token } = await import('./token.ts')
      await token(flags, terminal)
    })
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

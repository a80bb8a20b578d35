/** The commands of `visage scim-token` and their flags, as --help shows them. */
import { type Command, InvalidArgumentError } from 'commander'
import { withDevPlace } from './dev-place.ts'
import { command } from './directory-program.ts'
import type { CreateFlags, RevokeFlags } from './scim-token.ts'
import type { Terminal } from './terminal.ts'
import type { StoreFlags } from './token-store.ts'

export function addScimToken(program: Command, terminal: Terminal): void {
  const tokens = program
    .command('scim-token')
    .description('tokens for programs that bring people and groups over SCIM')
    .helpCommand(false)
  const examples = ['entra', 'okta --expires 365']
  withDevPlace(
    command(tokens, 'create', 'print a new token, once', terminal, examples, whoseTenant),
  )
    .argument('<name>', whose)
    .option('--expires <days>', 'default never', readDays)
    .action(async (name: string, flags: CreateFlags) => {
      const { createScimToken } = await import('./scim-token.ts')
      await createScimToken(name, flags, terminal)
    })
  withDevPlace(command(tokens, 'list', 'list tokens and their last use', terminal, ['--json']))
    // The token itself is not kept.
    .action(async (flags: StoreFlags) => {
      const { listScimTokens } = await import('./scim-token.ts')
      await listScimTokens(flags, terminal)
    })
  withDevPlace(
    command(tokens, 'revoke', 'refuse a token from now on', terminal, ['entra --id 0a1b2c3d']),
  )
    .argument('<name>', 'all tokens of this name')
    .option('--id <id>', 'only this one of them')
    .action(async (name: string, flags: RevokeFlags) => {
      const { revokeScimToken } = await import('./scim-token.ts')
      await revokeScimToken(name, flags, terminal)
    })
}

const whose = 'who sends; people and groups get the source scim:NAME'
const whoseTenant = 'the tenant that the token is for; needed if there are several'
const longestDays = 3650

function readDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (days >= 1 && days <= longestDays) return days
  throw new InvalidArgumentError(`Days are a number from 1 to ${longestDays}.`)
}

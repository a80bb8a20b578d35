/**
 * `visage token`: gets a token from a running `visage dev` and prints only the token on standard output.
 */
import { mintPath } from '../dev/issuer/orders.ts'
import { askDev, type DevPlace } from './ask-dev.ts'
import { CommandError, formatError, type Terminal } from './terminal.ts'

type TokenFlags = DevPlace &
  Readonly<{
    user?: string | undefined
    scopes?: string | undefined
    app?: boolean | undefined
    roles?: string | undefined
    admin?: readonly string[] | undefined
    personal?: boolean | undefined
    tokenVersion?: '1' | '2' | undefined
    strict?: boolean | undefined
  }>

export async function token(flags: TokenFlags, terminal: Terminal): Promise<void> {
  refuseContradictions(flags)
  const { user, scopes, app, roles, admin: wids, personal, tokenVersion, strict } = flags
  const version = tokenVersion && Number(tokenVersion)
  const order = { user, scopes, app, roles, wids, personal, version, strict }
  const minted = await askDev(mintPath, flags, order, readMinted, terminal)
  for (const warning of minted.warnings) terminal.complain(formatError(warning))
  terminal.print(minted.token)
}

/** Flags that contradict each other are refused, because the token would not be the intended one. */
function refuseContradictions(flags: TokenFlags): void {
  const forPeople = (['user', 'scopes', 'admin', 'personal'] as const).find(name => flags[name])
  if (flags.app && forPeople !== undefined) {
    throw new CommandError(
      `--app is a program without a user, so --${forPeople} has no effect with it. Permissions of an application are --roles.`,
    )
  }
  if (!flags.app && flags.roles !== undefined) {
    throw new CommandError(
      '--roles are the permissions of an application: add --app. A user has --scopes, and directory roles by --admin.',
    )
  }
}

type Minted = Readonly<{ token: string; warnings: readonly string[] }>

function readMinted(answer: Readonly<Record<string, unknown>>): Minted | undefined {
  const { access_token: token, warnings } = answer
  if (typeof token !== 'string') return undefined
  return { token, warnings: Array.isArray(warnings) ? warnings.map(String) : [] }
}

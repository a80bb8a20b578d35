/**
 * `visage token`: asks a running `visage dev` for a token and prints it, and nothing else, on
 * standard output.
 */
import { findRole, roles } from '../permissions/roles.ts'
import { askDev } from './ask-dev.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type TokenFlags = Readonly<{
  /** Undefined: wherever `visage dev` listens by default, with or without TLS. */
  url?: string | undefined
  user?: string | undefined
  scopes?: string | undefined
  app?: boolean | undefined
  roles?: string | undefined
  admin?: readonly string[] | undefined
  personal?: boolean | undefined
  tokenVersion?: '1' | '2' | undefined
}>

const mintPath = '/_visage/token'

export async function token(flags: TokenFlags, terminal: Terminal): Promise<void> {
  refuseContradictions(flags)
  const order = {
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.scopes !== undefined && { scopes: flags.scopes }),
    ...(flags.app && { app: true }),
    ...(flags.roles !== undefined && { roles: flags.roles }),
    ...(flags.admin && { wids: flags.admin.map(templateIdOf) }),
    ...(flags.personal && { personal: true }),
    ...(flags.tokenVersion !== undefined && { version: Number(flags.tokenVersion) }),
  }
  terminal.print(await askDev(mintPath, flags.url, order, readToken))
}

/** Better said than left out in silence: the token would not be the one that was asked for. */
function refuseContradictions(flags: TokenFlags): void {
  const forPeople = (['user', 'scopes', 'admin', 'personal'] as const).find(name => flags[name])
  if (flags.app && forPeople !== undefined) {
    throw new CommandError(
      `--app is a program without a user, so --${forPeople} has no meaning with it. An application's permissions are --roles.`,
    )
  }
  if (!flags.app && flags.roles !== undefined) {
    throw new CommandError(
      '--roles are the permissions of an application: add --app. A user has --scopes, and directory roles by --admin.',
    )
  }
}

function templateIdOf(nameOrId: string): string {
  const role = findRole(nameOrId)
  if (role !== undefined) return role.templateId
  throw new CommandError(
    `--admin: '${nameOrId}' is no directory role known here. Known are ${Object.keys(roles).join(', ')}, or a role template id.`,
  )
}

function readToken({ access_token: token }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof token === 'string' ? token : undefined
}

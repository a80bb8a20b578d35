/**
 * `visage token`: asks a running `visage dev` for a token and prints it, and nothing else, on
 * standard output.
 */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { findRole, roles } from '../permissions/roles.ts'
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
const defaultUrls = ['http://127.0.0.1:8080', 'https://127.0.0.1:8080']
const timeoutMs = 10_000

export async function token(flags: TokenFlags, terminal: Terminal): Promise<void> {
  refuseContradictions(flags)
  const order = JSON.stringify({
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.scopes !== undefined && { scopes: flags.scopes }),
    ...(flags.app && { app: true }),
    ...(flags.roles !== undefined && { roles: flags.roles }),
    ...(flags.admin && { wids: flags.admin.map(templateIdOf) }),
    ...(flags.personal && { personal: true }),
    ...(flags.tokenVersion !== undefined && { version: Number(flags.tokenVersion) }),
  })
  terminal.print(readToken(await ask(flags.url, order)))
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

type Answer = Readonly<{ status: number; body: string }>

async function ask(url: string | undefined, order: string): Promise<Answer> {
  const urls = url === undefined ? defaultUrls : [url]
  let problem: unknown
  for (const base of urls) {
    try {
      return await post(addressOf(base), order)
    } catch (error) {
      if (error instanceof CommandError) throw error
      problem = error
    }
  }
  const cause = problem instanceof Error && 'code' in problem ? ` (${problem.code})` : ''
  const where = url ?? 'http://localhost:8080'
  throw new CommandError(
    `No \`visage dev\` answers at ${where}${cause}. Start it with \`visage dev\`, or name its address with --url.`,
  )
}

function addressOf(base: string): URL {
  const url = URL.parse(base)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CommandError(`--url: '${base}' is no http or https address.`)
  }
  // `visage dev` is nowhere else; and only there is a certificate that nobody vouches for no risk.
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new CommandError(
      `--url: ${url.hostname} is another machine; \`visage dev\` runs on loopback only.`,
    )
  }
  return new URL(mintPath, url)
}

function post(url: URL, order: string): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(order) },
    signal: AbortSignal.timeout(timeoutMs),
    // The connection does not leave this machine (addressOf), so nobody can stand in the middle.
    rejectUnauthorized: false,
  }
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(order)
  })
}

function readToken({ status, body }: Answer): string {
  const answer = parse(body)
  if (status === 200 && typeof answer?.access_token === 'string') return answer.access_token
  const problem = answer?.error_description
  throw new CommandError(
    typeof problem === 'string'
      ? problem
      : `What answers there is no \`visage dev\` (status ${status}).`,
  )
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Where the tokens of push come from: a file that another program renews, a sign-in, or the `visage dev` of this machine. */
import { readFile } from 'node:fs/promises'
import { mintPath } from '../dev/issuer/orders.ts'
import { isLoopback } from '../loopback.ts'
import type { Target } from '../push/target.ts'
import type { Tokens } from '../push/tokens.ts'
import { askDev } from './ask-dev.ts'
import { type CredentialFlags, tokensOfEntra, tokensOfIssuer } from './sign-in.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type SignInFlags = CredentialFlags & Readonly<{ tokenFile?: string }>

/** Never a token as a flag: every program of a machine sees the arguments of the others. */
export function openTokens(
  flags: SignInFlags,
  target: Target,
  terminal: Terminal,
  fetch: typeof globalThis.fetch,
): Tokens {
  const { tokenFile, signIn, issuer } = flags
  const given = [tokenFile, signIn, issuer].filter(one => one !== undefined)
  if (given.length > 1) {
    throw new CommandError('--token-file, --sign-in and --issuer: choose one of them')
  }
  if (tokenFile !== undefined) return tokensInFile(tokenFile)
  if (signIn !== undefined) return tokensOfEntra(signIn, flags, target, terminal)
  if (issuer !== undefined) return tokensOfIssuer(readIssuer(issuer), flags, fetch)
  const { origin, hostname } = new URL(target.root)
  if (isLoopback(hostname)) return tokensOfDev(origin, terminal)
  throw new CommandError('say how to sign in: --sign-in, --issuer or --token-file')
}

/** The secret is sent there. */
function readIssuer(text: string): string {
  const url = URL.parse(text)
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (isSafe) return text
  throw new CommandError(`--issuer ${text}: it begins with https://`)
}

function tokensInFile(path: string): Tokens {
  const read = async () => {
    const text = await readFile(path, 'utf8').catch(error => {
      throw new CommandError(`--token-file ${path} cannot be read: ${error.message}`)
    })
    const token = text.trim()
    if (/^[\x21-\x7e]{1,65536}$/.test(token)) return token
    throw new CommandError(`--token-file ${path} holds no token`)
  }
  return { current: read, renew: read }
}

/** A program with every permission: nothing needs to be set up to try push. */
function tokensOfDev(url: string, terminal: Terminal): Tokens {
  let token: Promise<string> | undefined
  const mint = () => askDev(mintPath, { url }, { app: true }, readToken, terminal)
  const renew = () => {
    token = mint()
    return token
  }
  return { current: () => token ?? renew(), renew }
}

function readToken({ access_token: token }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof token === 'string' ? token : undefined
}

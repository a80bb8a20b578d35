/**
 * Signs push in where its target trusts: at Entra ID with @azure/identity, which is loaded only for this, or at any issuer of
 * OpenID Connect by client credentials. Secrets come from files or from Azure's variables, never from the command line.
 */
import { readFile } from 'node:fs/promises'
import type { TokenCredential } from '@azure/identity'
import type { Target } from '../push/target.ts'
import type { Tokens } from '../push/tokens.ts'
import { clouds } from '../tokens/clouds.ts'
import { CommandError, type Terminal } from './terminal.ts'

export const ways = [
  'secret',
  'certificate',
  'device-code',
  'managed-identity',
  'environment',
] as const
type Way = (typeof ways)[number]

export type CredentialFlags = Readonly<{
  signIn?: Way
  issuer?: string
  tenant?: string
  clientId?: string
  secretFile?: string
  certificate?: string
  scope?: string
}>

type Identity = typeof import('@azure/identity')
type Place = Readonly<{ authorityHost?: string; disableInstanceDiscovery?: boolean }>
type Make = (
  identity: Identity,
  flags: CredentialFlags,
  place: Place,
  terminal: Terminal,
) => Promise<TokenCredential>

const makers: Readonly<Record<Way, Make>> = {
  async secret({ ClientSecretCredential }, flags, place) {
    const { tenant, clientId, secretFile } = expectFlags(flags, 'tenant', 'clientId', 'secretFile')
    return new ClientSecretCredential(tenant, clientId, await readSecret(secretFile), place)
  },
  async certificate({ ClientCertificateCredential }, flags, place) {
    const { tenant, clientId, certificate } = expectFlags(
      flags,
      'tenant',
      'clientId',
      'certificate',
    )
    return new ClientCertificateCredential(
      tenant,
      clientId,
      { certificatePath: certificate },
      place,
    )
  },
  async 'device-code'({ DeviceCodeCredential }, flags, place, terminal) {
    const { clientId } = expectFlags(flags, 'clientId')
    const userPromptCallback = ({ message }: { message: string }) => terminal.complain(message)
    const tenantId = flags.tenant ?? 'organizations'
    return new DeviceCodeCredential({ ...place, tenantId, clientId, userPromptCallback })
  },
  async 'managed-identity'({ ManagedIdentityCredential }, { clientId }) {
    return new ManagedIdentityCredential({ ...(clientId && { clientId }) })
  },
  async environment({ EnvironmentCredential }, _flags, place) {
    return new EnvironmentCredential(place)
  },
}

/** Tokens of Entra ID, or of what AZURE_AUTHORITY_HOST names. */
export function tokensOfEntra(
  way: Way,
  flags: CredentialFlags,
  target: Target,
  terminal: Terminal,
): Tokens {
  const scope = flags.scope ?? `${new URL(target.root).origin}/.default`
  const place = placeOf(target)
  const make = async () =>
    await makers[way](await import('@azure/identity'), flags, place, terminal)
  let credential: Promise<TokenCredential> | undefined
  const current = async () => {
    credential ??= make()
    try {
      const token = await (await credential).getToken(scope)
      if (token !== null) return token.token
    } catch (error) {
      if (error instanceof CommandError) throw error
      const words = error instanceof Error ? error.message : String(error)
      throw new CommandError(`signing in failed: ${words.split('\n')[0]}`, 4)
    }
    throw new CommandError('signing in failed: there is no token', 4)
  }
  return {
    current,
    async renew() {
      // A credential keeps its token until that ends. A person is not asked for a code again.
      if (way !== 'device-code') credential = undefined
      return await current()
    },
  }
}

/** Another Graph may have an authority that Microsoft's list of authorities does not know. */
function placeOf({ root, isMicrosoft }: Target): Place {
  if (!isMicrosoft) return { disableInstanceDiscovery: true }
  const cloud = Object.values(clouds).find(({ graphRoot }) => root.startsWith(`${graphRoot}/`))
  return cloud === undefined ? {} : { authorityHost: `https://${cloud.authorityHosts[0]}` }
}

/**
 * Client credentials at an issuer of OpenID Connect, as its discovery document says.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export function tokensOfIssuer(
  issuer: string,
  flags: CredentialFlags,
  fetch: typeof globalThis.fetch,
): Tokens {
  let token: Promise<string> | undefined
  const renew = () => {
    token = requestToken(issuer, flags, fetch)
    return token
  }
  return { current: () => token ?? renew(), renew }
}

async function requestToken(
  issuer: string,
  flags: CredentialFlags,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const { clientId, secretFile } = expectFlags(flags, 'clientId', 'secretFile')
  const secret = await readSecret(secretFile)
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { token_endpoint: endpoint } = await askJson(discovery, {}, fetch)
  const origin = URL.parse(issuer)?.origin
  // A document that names another server would get the secret there.
  if (typeof endpoint !== 'string' || URL.parse(endpoint)?.origin !== origin) {
    throw new CommandError(
      `signing in failed: ${discovery} names no token_endpoint of ${origin}`,
      4,
    )
  }
  const body = new URLSearchParams({
    ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: secret },
    ...(flags.scope && { scope: flags.scope }),
  })
  const { access_token: token } = await askJson(endpoint, { method: 'POST', body }, fetch)
  if (typeof token === 'string') return token
  throw new CommandError(`signing in failed: ${endpoint} gave no token`, 4)
}

async function askJson(
  address: string,
  init: RequestInit,
  fetch: typeof globalThis.fetch,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(address, { ...init, redirect: 'error' })
    const answer = (await response.json()) as Readonly<Record<string, unknown>>
    if (response.ok) return answer
    const { error = response.status, error_description: words = '' } = answer
    throw new Error(`${error} ${words}`.trim())
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new CommandError(`signing in at ${address} failed: ${words}`, 4)
  }
}

async function readSecret(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw new CommandError(`--secret-file ${path} cannot be read: ${error.message}`)
  })
  if (text.trim() !== '') return text.trim()
  throw new CommandError(`--secret-file ${path} is empty`)
}

const spellings = {
  tenant: '--tenant ID',
  clientId: '--client-id ID',
  secretFile: '--secret-file FILE',
  certificate: '--certificate FILE',
} as const

type Named = keyof typeof spellings

function expectFlags<Name extends Named>(
  flags: CredentialFlags,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const missing = names.filter(name => flags[name] === undefined)
  if (missing.length === 0) return flags as Readonly<Record<Name, string>>
  const words = missing.map(name => spellings[name]).join(', ')
  throw new CommandError(`this way to sign in also needs ${words}`)
}

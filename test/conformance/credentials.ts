/**
 * An application's token by client credentials, from whatever issuer the target trusts. It knows the
 * issuer's discovery document and its token endpoint, and nothing of the target.
 */
import { readObject } from './check.ts'

export type Credentials = Readonly<{
  /** `https://login.microsoftonline.com`; without a tenant, the issuer itself. */
  authority: string
  tenant?: string | undefined
  clientId: string
  clientSecret: string
  scope: string
}>

/** In words for the person who gave the credentials. */
export class CredentialsRefused extends Error {}

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export async function fetchAppToken(credentials: Credentials): Promise<string> {
  const endpoint = await findTokenEndpoint(credentials)
  const { clientId, clientSecret, scope } = credentials
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope,
  })
  const answer = await ask(endpoint, { method: 'POST', body })
  const { access_token: token, error_description: description, error } = answer
  if (typeof token === 'string') return token
  throw new CredentialsRefused(`${endpoint} gives no token: ${description ?? error}`)
}

async function findTokenEndpoint({ authority, tenant }: Credentials): Promise<string> {
  const issuer = authority.replace(/\/+$/, '') + (tenant === undefined ? '' : `/${tenant}/v2.0`)
  const address = `${issuer}/.well-known/openid-configuration`
  const { token_endpoint: endpoint } = await ask(address)
  if (typeof endpoint === 'string') return endpoint
  throw new CredentialsRefused(`${address} names no token_endpoint`)
}

async function ask(
  address: string,
  init: RequestInit = {},
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await fetch(address, { ...init, signal: AbortSignal.timeout(20_000) })
    return readObject(await answer.json()) ?? {}
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error.message) : error
    throw new CredentialsRefused(`${address} cannot be asked: ${cause}`)
  }
}

/**
 * The token issuer of the bench: an OpenID Connect issuer on loopback with one key, so that `visage serve` runs as in
 * production, with key set and signatures.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Issuer = Readonly<{
  url: string
  /** Delegated tokens of this many people, who may read all photos. */
  readers: (count: number) => string[]
  /** The same, of people who may search the directory. */
  searchers: (count: number) => string[]
  /** An application's token that may set all photos. */
  writer: () => string
  /** An application's token that may list people and set their photos. */
  pusher: () => string
  /** An application's token that may change the members of all groups. */
  groupKeeper: () => string
  stop: () => Promise<void>
}>

export const audience = 'api://visage-bench'

type Claims = Readonly<Record<string, unknown>>

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }
  const server = createServer((request, response) => {
    const isKeySet = request.url === '/keys'
    response.setHeader('content-type', 'application/json')
    if (request.method === 'POST') return void response.end(JSON.stringify(grant()))
    response.end(
      JSON.stringify(isKeySet ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issue = (claims: Claims): string => {
    const now = Math.floor(Date.now() / 1000)
    const lifetime = { iat: now, nbf: now, exp: now + 4 * 3600 }
    const body = { iss: url, aud: audience, azp: 'bench', ...lifetime, ...claims }
    const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'bench' })}.${encode(body)}`
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }
  const writer = () => issue(applicationClaims('writer', 'ProfilePhoto.ReadWrite.All'))
  /** The answer to any request for a token. */
  const grant = () => ({ access_token: writer(), token_type: 'Bearer', expires_in: 4 * 3600 })
  const peopleWith = (permission: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => issue(personClaims(index, permission)))
  return {
    url,
    readers: count => peopleWith('ProfilePhoto.Read.All', count),
    searchers: count => peopleWith('User.ReadBasic.All', count),
    writer,
    pusher: () => issue(applicationClaims('pusher', 'User.Read.All ProfilePhoto.ReadWrite.All')),
    groupKeeper: () => issue(applicationClaims('groups', 'GroupMember.ReadWrite.All')),
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function applicationClaims(name: string, permission: string): Claims {
  return { sub: name, client_id: name, scp: permission }
}

/** Makes the token as long as Entra's, which have more claims. */
function personClaims(index: number, permission: string): Claims {
  return {
    sub: `reader-${index}`,
    name: `Reader ${index}`,
    scp: `openid profile email ${permission}`,
    xms_bench: 'x'.repeat(700),
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

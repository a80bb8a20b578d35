/**
 * The OAuth library's access token -> Entra's: the same claims as in a token made to order, from client,
 * person and scope.
 */

import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { AdaptedRequest, Dialect } from './adaptations.ts'
import { type IssuedBy, type UserToken, writeClaims } from './claims.ts'
import type { SigningKey } from './keys.ts'
import { writeHeader } from './mint.ts'
import type { People } from './people.ts'

type Context = KoaContextWithOIDC

export type TokenParts = Readonly<{
  issuedBy: IssuedBy
  audience: string
  tenantId: string
  people: People
  dialect: Dialect
  signingKey: SigningKey
  /** Kept from the request. */
  adapted: WeakMap<IncomingMessage, AdaptedRequest>
  newTokenId: () => string
}>

export async function shapeToken(
  parts: TokenParts,
  ctx: Context,
  token: { readonly kind: string; clientId?: string | undefined; scope?: string | undefined },
  jwt: { header?: object | undefined; payload: Record<string, unknown> },
): Promise<void> {
  const version = parts.adapted.get(ctx.req)?.version ?? 2
  const common = describeToken(parts, ctx, jwt.payload)
  const accountId = ctx.oidc.account?.accountId
  const shaped =
    accountId === undefined
      ? { ...common, kind: 'app' as const, roles: rolesAt(common.audience, parts) }
      : { ...common, ...(await consentToUser(parts, accountId, token.scope)) }
  jwt.header = writeHeader(parts.signingKey, version)
  jwt.payload = writeClaims(shaped)
}

function describeToken(parts: TokenParts, ctx: Context, payload: Record<string, unknown>) {
  const adapted = parts.adapted.get(ctx.req)
  const client = ctx.oidc.client
  return {
    version: adapted?.version ?? 2,
    issuedBy: parts.issuedBy,
    tenantId: parts.tenantId,
    audience: String(payload.aud),
    clientId: client?.clientId ?? '',
    clientProof: adapted?.clientProof ?? 'none',
    tokenId: parts.newTokenId(),
    issuedAt: Number(payload.iat),
    expiresAt: Number(payload.exp),
  } as const
}

/** An application has roles at this Graph only. */
function rolesAt(audience: string, parts: TokenParts): readonly string[] {
  return audience === parts.audience ? parts.dialect.consent.roles : []
}

async function consentToUser(
  { people, tenantId }: TokenParts,
  accountId: string,
  scope = '',
): Promise<Pick<UserToken, 'kind' | 'person' | 'scopes' | 'roleTemplateIds'>> {
  const person = await people.findPerson(tenantId, accountId)
  if (!person) throw new Error(`The person ${accountId} left while signing in`)
  const scopes = scope.split(' ').filter(Boolean)
  return { kind: 'user', person, scopes, roleTemplateIds: person.roleTemplateIds ?? [] }
}

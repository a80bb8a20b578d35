/**
 * Bearer tokens of programs that provision a tenant, such as Entra ID and Okta. The name of a token makes the source of
 * what it brings, `scim:NAME`. Several tokens of one name are valid at once, so that one can be changed without a gap.
 * A token is random and shown once; only its hash is kept.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Source } from '../directory/origin.ts'
import { Failure } from '../failure.ts'
import type { Database, ScimTokenRow } from '../storage/schema.ts'

export type ScimSource = Extract<Source, `scim:${string}`>

/** What may be shown of a token. Times in epoch milliseconds. */
export type ScimToken = Readonly<{
  tenantId: string
  name: string
  /** Eight hexadecimal digits, unique in the tenant. */
  id: string
  createdAt: number
  /** null for a token that does not expire. */
  expiresAt: number | null
  /** At most a minute too early; null before the first use. */
  lastUsedAt: number | null
}>

/** Programs that search code and logs for secrets find tokens by their beginning. */
const prefix = 'visage_scim_'
const secretBytes = 32

/** Source of a regular expression. 32 bytes are 43 characters of base64url. */
export const tokenPattern = `${prefix}[\\w-]{43}`

type NewToken = Pick<ScimToken, 'tenantId' | 'name' | 'expiresAt'>

/** Returns the token itself, which cannot be read again. Throws Failure 'resource-invalid' for a wrong name. */
export async function createToken(
  database: Database,
  { tenantId, name, expiresAt }: NewToken,
  now: number,
): Promise<Readonly<{ token: string; created: ScimToken }>> {
  refuseName(name)
  const token = prefix + randomBytes(secretBytes).toString('base64url')
  const created = {
    tenantId,
    name,
    id: randomBytes(4).toString('hex'),
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
  }
  await database
    .insertInto('scim_tokens')
    .values({
      tenant_id: tenantId,
      id: created.id,
      name,
      hash: hashOf(token),
      created_at: now,
      expires_at: expiresAt,
      last_used_at: null,
    })
    .execute()
  return { token, created }
}

/** The name is in every row of its source: it is short, and safe in a shell and in a list. */
function refuseName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u.test(name)) return
  throw new Failure('resource-invalid', {
    detail: `${JSON.stringify(name)} cannot be the name of a token: letters, digits, dots and hyphens, at most 60`,
  })
}

/** SHA-256. The token is random, so its hash needs neither salt nor a slow function. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** By tenant, name and time. Expired tokens are included. */
export async function listTokens(database: Database, tenantId?: string): Promise<ScimToken[]> {
  const rows = await database
    .selectFrom('scim_tokens')
    .selectAll()
    .$if(tenantId !== undefined, query => query.where('tenant_id', '=', tenantId ?? ''))
    .orderBy('tenant_id')
    .orderBy('name')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toToken)
}

function toToken(row: ScimTokenRow): ScimToken {
  return {
    tenantId: row.tenant_id,
    name: row.name,
    id: row.id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}

/** All tokens of a name, or the one with this id. Requests under way finish; the next ones are refused. */
export async function revokeTokens(
  database: Database,
  { tenantId, name, id }: Readonly<{ tenantId: string; name: string; id?: string | undefined }>,
): Promise<ScimToken[]> {
  const rows = await database
    .deleteFrom('scim_tokens')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .$if(id !== undefined, query => query.where('id', '=', id ?? ''))
    .returningAll()
    .execute()
  return rows.map(toToken)
}

type Expiry = Readonly<{ source: ScimSource; expiresAt: number }>

/** The earliest expiry of each source. A token that has expired counts until it is revoked. */
export async function readExpiries(database: Database): Promise<Expiry[]> {
  const rows = await database
    .selectFrom('scim_tokens')
    .select('name')
    .select(({ fn }) => fn.min('expires_at').as('expires_at'))
    .where('expires_at', 'is not', null)
    .groupBy('name')
    .orderBy('name')
    .execute()
  return rows.map(row => ({ source: `scim:${row.name}`, expiresAt: Number(row.expires_at) }))
}

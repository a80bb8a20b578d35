/**
 * Finds the sender of a SCIM request, which is the tenant and the source of its token. A wrong, expired or revoked token,
 * and one of a tenant that is not served, get the same answer after the same work, so that the answer does not tell
 * whether a token was ever valid.
 */
import type { Database, ScimTokenRow } from '../storage/schema.ts'
import { hashOf, type ScimSource, tokenPattern } from './tokens.ts'

export type Sender = Readonly<{
  tenantId: string
  source: ScimSource
  /** The id of the token, for the log. */
  tokenId: string
}>

export type SenderParts = Readonly<{
  database: Database
  now: () => number
  servesTenant: (tenantId: string) => boolean
  isReadOnly?: boolean | undefined
}>

const bearer = new RegExp(`^Bearer +(${tokenPattern})$`, 'i')

/** Costs one hash and one search in an index. `authorization`: the header. */
export async function findSender(
  parts: SenderParts,
  authorization: string | undefined,
): Promise<Sender | undefined> {
  const [, token] = bearer.exec(authorization ?? '') ?? []
  if (token === undefined) return undefined
  const row = await parts.database
    .selectFrom('scim_tokens')
    .selectAll()
    .where('hash', '=', hashOf(token))
    .executeTakeFirst()
  const now = parts.now()
  if (row === undefined || hasExpired(row, now) || !parts.servesTenant(row.tenant_id)) {
    return undefined
  }
  if (parts.isReadOnly !== true) await noteUse(parts.database, row, now)
  return { tenantId: row.tenant_id, source: `scim:${row.name}`, tokenId: row.id }
}

function hasExpired({ expires_at }: ScimTokenRow, now: number): boolean {
  return expires_at !== null && expires_at <= now
}

const noteEveryMs = 60_000

/** At most once a minute, so that a push of thousands of requests is not as many writes. */
async function noteUse(database: Database, row: ScimTokenRow, now: number): Promise<void> {
  const before = now - noteEveryMs
  if (row.last_used_at !== null && row.last_used_at > before) return
  await database
    .updateTable('scim_tokens')
    .set({ last_used_at: now })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', before)]))
    .execute()
}

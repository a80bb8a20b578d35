/**
 * Writes every refusal into docs/errors.md. Status, code, message and headers are those of src/graph/errors.ts; this
 * file has only the condition of each, and facts for an example.
 */

import type { Reply } from '../src/call.ts'
import { type Facts, Failure, type FailureCode } from '../src/failure.ts'
import { refuse } from '../src/graph/errors.ts'

type Example = Readonly<{ when: string; facts?: Facts }>

const audience = ['api://11111111-2222-3333-4444-555555555555']
const anId = '5d6e7f80-de30-4d0a-8001-000000000001'

const examples: Readonly<Record<FailureCode, Example>> = {
  'token-missing': { when: 'no `Authorization` header, or `Bearer` without a token' },
  'token-malformed': {
    when: 'the text after `Bearer` is not a JSON Web Token, or its claims have wrong types',
  },
  'token-algorithm-refused': {
    when: 'the token is signed with an algorithm that issuers do not use (`none`, `HS256`, …)',
  },
  'token-claim-missing': {
    when: 'the token has no `iss`, `aud` or `exp`; the answer names what is missing',
    facts: { claims: ['aud', 'sub'], audience },
  },
  'token-key-unknown': {
    when: 'the issuer has no such key, or does not have it yet',
    facts: { seconds: 30 },
  },
  'token-signature-invalid': { when: 'no key of the issuer verifies the signature' },
  'token-expired': { when: 'the token has expired' },
  'token-not-yet-valid': { when: 'the token is not valid yet' },
  'token-audience-wrong': { when: 'the token is for another audience', facts: { audience } },
  'token-issuer-unknown': {
    when: 'the token’s issuer is not one of the settings; the answer says when only a slash at the end differs',
    facts: { issuer: ['https://id.example/realms/staff'] },
  },
  'token-tenant-not-allowed': { when: 'the tenant is not one of the settings' },
  'token-for-microsoft-graph': {
    when: 'the token is for Microsoft Graph itself',
    facts: { audience },
  },
  'token-subject-missing': {
    when: 'the token has no id of a person or application',
    facts: { claims: ['oid', 'sub'] },
  },
  'token-is-id-token': {
    when: 'the token is an ID token: `typ` in its payload is `ID`, or it has `nonce`, `at_hash`, `c_hash` or `auth_time` and no scopes',
    facts: { audience },
  },
  'token-type-refused': {
    when: 'the header `typ` of the token is not `at+jwt`, and `VISAGE_REQUIRE_AT_JWT` is set',
  },
  'signing-keys-unavailable': { when: 'the issuer’s keys cannot be fetched' },

  'permission-missing': {
    when: 'the token has none of the permissions that are enough; the answer names them',
    facts: {
      sufficient: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
      roles: ['Global Administrator', 'User Administrator', 'People Administrator'],
    },
  },
  'relation-missing': {
    when: 'the permission is enough only for the user’s own: this is another user’s mailbox, or a group that the user does not own',
  },
  'photo-updates-restricted': {
    when: 'the organisation’s `photoUpdateSettings` forbid it',
    facts: { setting: 'allowedRoles', roles: ['User Administrator'] },
  },
  'account-unsupported': {
    when: 'this kind of account cannot do it with any permission: an application sets a team’s photo, a personal account reads a group’s',
  },
  'b2c-unsupported': {
    when: 'a token of an Azure AD B2C tenant updates the photo of a user',
  },
  'me-needs-a-user': { when: '`/me` with the token of an application' },

  'version-unknown': {
    when: 'the path begins with neither `/v1.0` nor `/beta`',
    facts: { version: 'v2.0' },
  },
  'segment-unknown': { when: 'there is no such address', facts: { segment: 'avatar' } },
  'address-malformed': {
    when: 'the path cannot be read',
    facts: { reason: 'broken percent-encoding' },
  },
  'url-too-long': {
    when: 'the url is longer than 8192 characters',
    facts: { length: 9000, maxLength: 8192 },
  },
  'method-not-allowed': {
    when: 'the address does not have this method; `Allow` names those it has',
    facts: { allow: ['GET', 'HEAD', 'PUT'] },
  },
  'query-option-unsupported': {
    when: 'an option that begins with `$` and is not supported at this address',
    facts: { option: '$filter', supported: ['$select', '$top', '$skip'] },
  },
  'query-option-invalid': {
    when: 'the value of an option is not valid',
    facts: { option: '$top', reason: 'a whole number from 1 to 999 is needed' },
  },
  'advanced-query': {
    when: 'a query of users or groups that Graph serves only with the header `ConsistencyLevel: eventual`: `$search`, `endsWith`, `ne`, `not`, `$filter` with `$orderby`, `/$count`',
    facts: { query: 'endsWith' },
  },
  'filter-unsupported': {
    when: 'a property that is not kept, or not compared in this way, in `$filter`',
    facts: { property: 'companyName', resource: 'User' },
  },
  'operation-not-served': {
    when: 'an address of Graph that clients ask for and Visage does not serve',
    facts: { what: 'A delta of users', instead: 'GET /users lists all of them.' },
  },
  'search-too-long': {
    when: 'a search did not end in time because it matches very many entries',
    facts: { seconds: 5 },
  },
  'user-not-found': {
    when: 'no user of the caller’s tenant has this id or userPrincipalName',
    facts: { id: anId },
  },
  'group-not-found': { when: 'no group of the caller’s tenant has this id', facts: { id: anId } },
  'team-not-found': {
    when: 'no group has this id, or it is not a team, or not one of the user’s `joinedTeams`',
    facts: { id: anId },
  },
  'contact-not-found': { when: 'no such contact in this mailbox or folder' },
  'contact-folder-not-found': {
    when: 'no such folder in this mailbox, or not inside the folder before it',
  },
  'photo-not-found': { when: 'there is no photo' },
  'photo-size-not-found': {
    when: 'there is a photo, but it is smaller than this size, or the size is not one of the nine',
  },
  'photo-changed': {
    when: 'the condition `If-Match` or `If-None-Match` of a write is false',
    facts: { found: 'another' },
  },
  'entry-changed': { when: 'SCIM only: the condition `If-Match` of a write is false' },
  'condition-malformed': {
    when: '`If-Match` or `If-None-Match` of a write is not a list of ETags',
    facts: { header: 'If-Match' },
  },

  'account-deleted': { when: 'the caller was deleted from the directory' },
  'account-disabled': { when: 'the caller is disabled in the directory' },
  'managed-elsewhere': {
    when: 'another source manages the person or the group',
    facts: { source: 'scim:entra' },
  },
  'value-taken': {
    when: 'another person has the name',
    facts: { property: 'userPrincipalName', value: 'anna@example.org' },
  },
  'reference-exists': {
    when: 'the person is an owner or a member already',
    facts: { property: 'members' },
  },
  'group-full': { when: 'the group would have too many members', facts: { limit: 200_000 } },
  'last-owner': { when: 'the group would have no owner' },
  'team-exists': { when: 'the group is a team already' },
  'body-empty': {
    when: 'a PUT or PATCH without a body (for a contact it removes the photo)',
  },
  'body-too-large': {
    when: 'more than 4 MB for a photo, 8 MB for a batch, 256 KB for a contact; a compressed body is measured unpacked',
    facts: { maxBytes: 4194304, bytes: 5000000 },
  },
  'body-stalled': {
    when: 'the body paused for longer than `VISAGE_STALL_TIMEOUT`',
    facts: { seconds: 15 },
  },
  'body-cut-off': { when: 'the connection ended before the end of the body' },
  'body-not-json': { when: 'the body must be JSON and is not' },
  'json-refused': {
    when: 'a JSON body is nested more than 64 deep, has more than 30,000 values and names or 500,000 escapes, has half of a surrogate pair, or has a name twice in one object',
    facts: { reason: 'is nested more than 64 deep' },
  },
  'body-encoding-unsupported': {
    when: '`Content-Encoding` is not gzip, deflate or br',
    facts: { encoding: 'zstd' },
  },
  'body-encoding-broken': { when: 'the body is not compressed as `Content-Encoding` says' },
  'content-type-refused': {
    when: '`VISAGE_STRICT_CONTENT_TYPE` is set, and `Content-Type` is not `image/jpeg`',
    facts: { contentType: 'image/png' },
  },
  'resource-invalid': {
    when: 'the JSON is not a contact, a folder or settings',
    facts: { reason: 'a folder needs a displayName' },
  },
  'mailbox-full': {
    when: 'the mailbox has too many contacts or folders, or too much text',
    facts: { limit: '25000 contacts' },
  },
  'batch-invalid': {
    when: 'the batch as a whole cannot be carried out',
    facts: { reason: 'it holds 21 requests; at most 20 are allowed' },
  },
  'image-is-base64': { when: 'the body is base64 text' },
  'image-format-unsupported': {
    when: 'the bytes are not a JPEG, PNG, GIF, WebP or AVIF',
    facts: { arrived: 'a PDF document', accepted: ['JPEG', 'PNG', 'GIF', 'WebP', 'AVIF'] },
  },
  'image-broken': { when: 'the bytes begin like a picture but cannot be decoded' },
  'image-width-too-small': {
    when: 'the picture is narrower than 48 pixels',
    facts: { width: 23, minWidth: 48 },
  },
  'image-height-too-small': {
    when: 'the picture is lower than 48 pixels',
    facts: { height: 23, minHeight: 48 },
  },
  'image-too-slow': {
    when: 'decoding the picture takes longer than `VISAGE_RENDER_TIMEOUT`, or needs more work than any usual picture',
  },
  'image-ended-renderer': {
    when: 'the process that decoded the picture ended: it needed too much memory, or the decoder has a bug',
  },
  'image-has-too-many-pixels': {
    when: 'the picture has more pixels than `VISAGE_MAX_PIXELS`, or than can be decoded in `VISAGE_DECODE_MEMORY`; then the message names the kind, such as "progressive JPEG"',
    facts: { width: 30000, height: 30000, maxPixels: 100000000 },
  },

  'renderers-unavailable': {
    when: 'no renderer can be started, or the server is ending',
  },
  'client-gone': {
    when: 'the client closed the connection while its picture waited; only the log and the metrics show it',
  },
  overloaded: { when: 'too many uploads at the same time', facts: { retryAfterSeconds: 2 } },
  'requests-throttled': {
    when: 'throttling is on, and the application has asked this mailbox too often',
    facts: { amount: 10000, seconds: 600, retryAfterSeconds: 5 },
  },
  'concurrency-throttled': {
    when: 'throttling is on, and too many requests of the application to this mailbox are under way',
    facts: { retryAfterSeconds: 1 },
  },
  'upload-throttled': {
    when: 'throttling is on, and the application has uploaded too much to this mailbox',
    facts: { amount: 157286400, seconds: 300, retryAfterSeconds: 5 },
  },
  'storage-unavailable': { when: 'the disk or the database does not answer, or is full' },
  'store-read-only': {
    when: 'the request would change something, and `VISAGE_READ_ONLY` is set while the store is moved',
    facts: { retryAfterSeconds: 30 },
  },

  'http-malformed': { when: 'the request is not valid HTTP, or has no `Host`' },
  'https-needed': { when: 'plain HTTP on a port that speaks HTTPS' },
  'headers-too-large': { when: 'the request line and headers are larger than 32 KB' },
  'request-timed-out': {
    when: 'the headers took longer than 20 seconds, or the request longer than two minutes',
  },
}

export function renderErrors(): string {
  const replies = (Object.keys(examples) as FailureCode[]).map(code => {
    const { when, facts } = examples[code]
    return { when, reply: reply(new Failure(code, { ...(facts && { facts }) })) }
  })
  const all = [
    ...replies,
    { when: 'a bug; the log has its cause under the `request-id`', reply: reply(undefined) },
  ]
  const statuses = [...new Set(all.map(one => one.reply.status))].sort((one, other) => one - other)
  const sections = statuses.map(status => {
    const rows = all.filter(one => one.reply.status === status)
    return `## ${status}\n\n${headersOf(rows.map(row => row.reply))}${table(rows)}`
  })
  return `${introduction}\n\n${sections.join('\n\n')}\n\n${inBatches}`
}

const introduction = `# Errors

Every refusal has Graph’s form, also when the request is not valid HTTP. Under \`/scim/v2\` it has SCIM’s form instead
([SCIM](scim.md#limits-and-errors)).

\`\`\`json
${JSON.stringify(JSON.parse(String(reply(new Failure('photo-not-found')).body)), undefined, 2)}
\`\`\`

Test for the status and \`code\`; messages are for people and may change. \`request-id\` and \`client-request-id\` are
headers of every answer too: the second is what the client sent, or equals the first. Other headers are listed below
their status; \`www-authenticate\` says \`error="invalid_token"\` when there was a token.

The order of checks: the address and the method (400, 405, 414), the token (401), whether any permission is enough
(400, 403), whether the target exists (404), the throttle (429), whether it is the caller’s own (403), then conditions
(412) and the body.

With 429 and 503, wait for \`Retry-After\` and send the request again. A body that is still being sent is read and thrown
away first, so that the next attempt can send all of it: up to 4 MiB and for 2 s, and not while the client waits for
\`100 Continue\`. Beyond that, and with all other refusals, the answer may come before the body has been sent.`

const inBatches = `## In a batch

Each part has its own status, and these bodies. A part that depends on a failed one is not carried out: \`424\`
\`FailedDependency\`.`

function reply(failure: Failure | undefined): Reply {
  const id = '00000000-0000-4000-8000-000000000000'
  const ids = { requestId: id, clientRequestId: id, headers: {} }
  return refuse(failure, ids, Date.UTC(2026, 0, 31, 12))
}

const usualHeaders = new Set(['content-type', 'cache-control'])

/** Headers that every row of a status has are listed once. */
function headersOf(replies: readonly Reply[]): string {
  const names = new Set(replies.flatMap(({ headers }) => Object.keys(headers)))
  const own = [...names].filter(name => !usualHeaders.has(name))
  if (own.length === 0) return ''
  const examples = own.map(name => {
    const value = replies.map(({ headers }) => headers[name]).find(text => text !== undefined)
    return `\`${name}: ${value}\``
  })
  return `With ${examples.join(', ')}.\n\n`
}

function table(rows: readonly Readonly<{ when: string; reply: Reply }>[]): string {
  const lines = rows.map(({ when, reply }) => {
    const { error } = JSON.parse(String(reply.body)) as { error: { code: string; message: string } }
    return `| \`${error.code}\` | ${cell(when)} | ${cell(error.message)} |`
  })
  return ['| Code | When | Message, for example |', '|---|---|---|', ...lines].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

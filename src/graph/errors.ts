/**
 * Table: failure code -> status, Graph's code, message for the client. The only place that maps
 * failures to HTTP; a missing code does not compile.
 *
 * Codes and envelope: https://learn.microsoft.com/en-us/graph/errors. Graph's own messages are used
 * where clients match them; other messages say what happened and what to do.
 */

import type { Reply } from '../call.ts'
import type { Facts, Failure, FailureCode } from '../failure.ts'
import type { RequestIds } from '../settle.ts'

/** `{name}` is a fact of the failure. A part in `[…]` is omitted unless all its facts are known. */
type Words = string | ((facts: Facts) => string)
type WireError = Readonly<{ status: number; code: string; words: Words }>

/**
 * Clients compare this text: keep it exactly.
 * @observed 2023 A missing photo is 404 `ImageNotFound`, although the page shows a picture of 1 x
 * 1. https://github.com/microsoftgraph/microsoft-graph-docs/issues/20785
 */
const imageNotFound =
  "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."

const resourceNotFound =
  "Resource '{id}' does not exist or one of its queried reference-property objects are not present."

/**
 * @differs A 403 names the permissions that would be enough, and the administrator roles where one
 * is needed too. Graph's 403 names neither.
 */
const sufficientPermissions =
  '[ One of these permissions would be enough: {sufficient}.][ The signed-in user also needs one of these roles: {roles}.]'

/** What a failed condition found. */
const foundWords: Readonly<Record<string, string>> & Readonly<{ another: string }> = {
  none: 'there is no photo',
  any: 'there is a photo already',
  same: 'the photo is still the same',
  another: 'the photo is another one by now',
}

const expectedAudience = '[ Expected audience: {audience}.]'

export const wireErrors = {
  ...rows(400, 'BadRequest', {
    'me-needs-a-user':
      '/me request is only valid with delegated authentication flow. An application names the user: /users/{id | userPrincipalName}.',
    'version-unknown': 'Invalid version: {version}. Versions are v1.0 and beta.',
    'segment-unknown': "Resource not found for the segment '{segment}'.",
    'address-malformed': 'The url cannot be read: {reason}.',
    'operation-not-served': '{what} is not served here.[ {instead}]',
    'query-option-unsupported':
      "The query option '{option}' is not supported here.[ Supported: {supported}.]",
    'query-option-invalid': "The value of the query option '{option}' is not valid: {reason}.",
    'condition-malformed':
      'The header {header} cannot be read. It takes * or a list of ETags, each in its quotes as the server sent it.',
    'body-empty': 'The request body is empty; the binary data of the photo is needed.',
    'body-cut-off': 'The request body ended before it was complete.',
    'body-not-json':
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    'json-refused': 'The JSON in the request body {reason}.',
    'body-encoding-broken': 'The request body is not valid in its Content-Encoding.',
    'resource-invalid': 'The resource in the body is not valid: {reason}.',
    'batch-invalid': 'The batch cannot be read: {reason}.',
    'image-is-base64': 'The body is base64 text, not a picture. Send the binary data itself.',
    // The client does not see it: the connection is closed.
    'client-gone': 'The client closed the connection before its picture was rendered.',
    'http-malformed': 'The request is not valid HTTP.',
    'https-needed': 'This port speaks only HTTPS: write https:// in place of http://.',
  }),
  ...rows(400, 'ErrorInvalidImage', {
    'image-broken': 'The picture cannot be read: it is damaged or incomplete.',
    'image-too-slow':
      'The picture takes too long to decode. Save it as a new JPEG or PNG, and send that.',
    'image-ended-renderer':
      'The picture could not be decoded: the decoding process ended. Save it as a new JPEG or PNG, and send that.',
  }),
  ...rows(400, 'ValidationWidthTooSmall', {
    'image-width-too-small': 'The picture is {width} pixels wide; at least {minWidth} are needed.',
  }),
  ...rows(400, 'ValidationHeightTooSmall', {
    'image-height-too-small':
      'The picture is {height} pixels high; at least {minHeight} are needed.',
  }),
  ...rows(400, 'ValidationImageTooLarge', {
    'image-has-too-many-pixels':
      'The picture has {width} x {height} pixels; at most {maxPixels} in all are accepted[ in this kind of picture ({kind})].',
  }),

  // "Request_UnsupportedQuery": clients compare these messages.
  // https://learn.microsoft.com/en-us/graph/aad-advanced-queries#error-handling-for-advanced-queries-on-directory-objects
  ...rows(400, 'Request_UnsupportedQuery', {
    'advanced-query': ({ query }) => advancedQueryWords(String(query)),
    'filter-unsupported':
      "Unsupported or invalid query filter clause specified for property '{property}' of resource '{resource}'.",
  }),

  // Graph's code and messages for a name that is taken, and for people whom another directory
  // manages.
  ...rows(400, 'Request_BadRequest', {
    'value-taken': 'Another object with the same value for property {property} already exists.',
    'reference-exists':
      "One or more added object references already exist for the following modified properties: '{property}'.",
    'last-owner': 'The group must have at least one owner, hence this owner cannot be removed.',
    'managed-elsewhere':
      "Unable to update the specified properties: '{source}' manages this object, and only it may change or delete it.",
  }),

  ...rows(401, 'InvalidAuthenticationToken', {
    'token-missing': 'Access token is empty.',
    'token-malformed': facts =>
      'claim' in facts
        ? "Access token validation failure. The claim '{claim}' does not have the form that it must have."
        : 'CompactToken parsing failed: the Authorization header does not hold one well-formed JSON Web Token after the word Bearer.',
    'token-claim-missing': `Access token validation failure. [These claims are missing: {claims}.]${expectedAudience}`,
    'token-algorithm-refused':
      'The access token is signed with an algorithm that is not accepted here.',
    'token-key-unknown':
      'Access token validation failure. The issuer does not publish the key that the token names. If the issuer has only just begun to use that key, try again in {seconds} seconds.',
    'token-signature-invalid': 'Access token validation failure. Invalid signature.',
    'token-expired': 'Lifetime validation failed, the token is expired.',
    'token-not-yet-valid': 'Lifetime validation failed, the token is not valid yet.',
    'token-audience-wrong': `Access token validation failure. Invalid audience.${expectedAudience}`,
    'token-issuer-unknown': ({ slash }) =>
      `Access token validation failure. The issuer is not trusted here.${slashWords(slash)}[ Expected issuer: {issuer}.]`,
    'token-tenant-not-allowed':
      'Access token validation failure. The tenant of the token is not allowed here.',
    // @differs Visage needs its own audience: only Microsoft can verify tokens for Graph.
    'token-for-microsoft-graph': `This token was issued for Microsoft Graph, and only Microsoft Graph can verify it. Request a token whose audience is this server's own app registration.${expectedAudience}`,
    'token-subject-missing':
      'The access token names neither a user nor an application.[ Missing: {claims}.]',
    'token-is-id-token': `This is an ID token, which is meant for the client only. Send an access token.${expectedAudience}`,
    'token-type-refused':
      "Access token validation failure. The header 'typ' of the token is not 'at+jwt', which this server demands.",
  }),

  ...rows(403, 'Authorization_RequestDenied', {
    'permission-missing': `Insufficient privileges to complete the operation.${sufficientPermissions}`,
    'account-unsupported': `This operation is not supported for this kind of account.${sufficientPermissions}`,
    'b2c-unsupported': 'Updating the photo of a user is not supported in Azure AD B2C tenants.',
  }),
  ...rows(403, 'Authorization_IdentityDisabled', {
    'account-disabled': 'Your account is disabled in this directory.',
    'account-deleted': 'Your account was deleted from this directory.',
  }),
  ...rows(403, 'Directory_QuotaExceeded', {
    'group-full': 'The group is full: it has at most {limit} members.',
  }),
  ...rows(403, 'ErrorAccessDenied', {
    'relation-missing': `Access is denied. Check credentials and try again.${sufficientPermissions}`,
    'photo-updates-restricted': ({ setting }) =>
      setting === 'source'
        ? "The photoUpdateSettings of this organization say that photos of users come from on-premises (source is 'onPremises'): they cannot be changed here."
        : 'The photoUpdateSettings of this organization let only some roles change photos of users (allowedRoles).[ One of these roles would be enough: {roles}.]',
  }),

  ...rows(404, 'Request_ResourceNotFound', {
    'user-not-found': resourceNotFound,
    'group-not-found': resourceNotFound,
  }),
  ...rows(404, 'NotFound', { 'team-not-found': "No team found with Group Id '{id}'." }),
  ...rows(404, 'ErrorItemNotFound', {
    'contact-not-found': 'The specified object was not found in the store.',
    'contact-folder-not-found': 'The specified folder was not found in the store.',
  }),
  ...rows(404, 'ImageNotFound', {
    'photo-not-found': imageNotFound,
    'photo-size-not-found': imageNotFound,
  }),

  ...rows(405, 'Request_BadRequest', {
    'method-not-allowed': 'Specified HTTP method is not allowed for the request target.',
  }),
  ...rows(408, 'RequestTimeout', {
    'body-stalled': 'The request body stopped arriving for {seconds} seconds.',
    'request-timed-out': 'The request did not arrive in time.',
  }),
  ...rows(409, 'Conflict', { 'team-exists': 'The group is already provisioned as a team.' }),
  ...rows(412, 'PreconditionFailed', {
    'photo-changed': ({ found }) =>
      `The condition in If-Match or If-None-Match does not hold: ${foundWords[String(found)] ?? foundWords.another}.`,
    'entry-changed': 'The condition in If-Match does not hold: the object has changed.',
  }),
  ...rows(413, 'RequestEntityTooLarge', {
    'body-too-large':
      'Maximum request length exceeded. The limit is {maxBytes} bytes[, the request has {bytes}].',
  }),
  // "A server that receives a request-target longer than any URI it wishes to parse MUST respond with
  // a 414". https://www.rfc-editor.org/rfc/rfc9112#section-3-5
  ...rows(414, 'RequestUriTooLong', {
    'url-too-long': 'The url has {length} characters; at most {maxLength} are accepted.',
  }),
  ...rows(415, 'UnsupportedMediaType', {
    'body-encoding-unsupported':
      "The Content-Encoding '{encoding}' is not supported. Send the body as it is.",
    'content-type-refused': 'Content-Type must be image/jpeg; this request says {contentType}.',
    'image-format-unsupported':
      "The file you chose isn't a picture that can be used here: it is {arrived}.[ Accepted: {accepted}.]",
  }),
  // https://learn.microsoft.com/en-us/graph/throttling#sample-response
  ...rows(429, 'TooManyRequests', {
    'requests-throttled':
      'Please retry again later. This application has sent more than {amount} requests to this mailbox within {seconds} seconds; refused ones count too.',
    'upload-throttled':
      'Please retry again later. This application may upload at most {amount} bytes to this mailbox within {seconds} seconds.',
  }),
  ...rows(429, 'ApplicationThrottled', {
    // Clients compare this text.
    'concurrency-throttled': 'Application is over its MailboxConcurrency limit.',
  }),
  ...rows(431, 'RequestHeaderFieldsTooLarge', {
    'headers-too-large': 'The request headers are too large.',
  }),
  ...rows(503, 'ServiceUnavailable', {
    'signing-keys-unavailable': 'The keys of the token issuer cannot be fetched at the moment.',
    'search-too-long':
      'The search did not end within {seconds} seconds: too many entries match. Use longer words, or fewer.',
    overloaded: 'The server is busy with other uploads. Try again after the time in Retry-After.',
    'renderers-unavailable': 'Pictures cannot be rendered at the moment.',
    'storage-unavailable': 'The storage does not answer at the moment.',
    'store-read-only':
      'This store is being moved: it is read-only until the move is complete. Try again after the time in Retry-After.',
  }),
  // "507 Insufficient Storage: the maximum storage quota has been reached."
  ...rows(507, 'ErrorQuotaExceeded', {
    'mailbox-full': 'The mailbox is full: it holds at most {limit}.',
  }),
} satisfies Readonly<Record<FailureCode, WireError>>

const unexpected: WireError = {
  status: 500,
  code: 'InternalServerError',
  words: 'An internal error occurred. The log has the cause under this request-id.',
}
const defaultRetryAfterSeconds = 2

/** The answer to a failure. undefined is a bug: 500 with a generic body. */
export function refuse(failure: Failure | undefined, ids: RequestIds, now: number): Reply {
  const { status, code, words } = failure ? wireErrors[failure.code] : unexpected
  const facts = failure?.facts ?? {}
  const message = writeWords(words, facts)
  const headers = {
    ...(status === 401 && { 'www-authenticate': challenge(failure?.code) }),
    ...((status === 429 || status === 503) && {
      'retry-after': String(facts.retryAfterSeconds ?? defaultRetryAfterSeconds),
    }),
    ...(status === 405 && { allow: writeFact(facts.allow) }),
  }
  return writeError({ status, code, message, headers, ids, now })
}

type ErrorWords = Readonly<{
  status: number
  code: string
  message: string
  headers: Readonly<Record<string, string>>
  ids: RequestIds
  now: number
}>

/** Graph's envelope: https://learn.microsoft.com/en-us/graph/errors#json-representation */
export function writeError({ status, code, message, headers, ids, now }: ErrorWords): Reply {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'private',
      ...ids.headers,
      ...headers,
    },
    body: JSON.stringify({ error: { code, message, innerError: innerError(ids, now) } }),
  }
}

/** `date` is UTC to the second without a zone, as Graph writes it. */
function innerError(ids: RequestIds, now: number): Record<string, string> {
  return {
    date: new Date(now).toISOString().slice(0, 19),
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
  }
}

/**
 * RFC 6750 section 3: no error code when no token was sent. Never add a `claims` parameter: Kiota
 * clients repeat the request once for it. https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
function challenge(code: FailureCode | undefined): string {
  return code === 'token-missing'
    ? 'Bearer'
    : `Bearer error="invalid_token", error_description="${code}"`
}

function rows<Code extends FailureCode>(
  status: number,
  code: string,
  words: Readonly<Record<Code, Words>>,
): Readonly<Record<Code, WireError>> {
  const entries = Object.entries<Words>(words)
  const errors = entries.map(([failure, text]) => [failure, { status, code, words: text }])
  return Object.fromEntries(errors) as Record<Code, WireError>
}

/** Facts are inserted unchanged; braces in them have no meaning. */
export function writeWords(words: Words, facts: Facts): string {
  const template = typeof words === 'string' ? words : words(facts)
  return template.replace(/\[(.*?)\]|\{(\w+)\}/g, (_whole, optional?: string, name = '') => {
    if (optional === undefined) return writeFact(facts[name])
    const names = [...optional.matchAll(/\{(\w+)\}/g)].map(([, inner = '']) => inner)
    return names.every(inner => writeFact(facts[inner]) !== '') ? writeWords(optional, facts) : ''
  })
}

function writeFact(fact: Facts[string] | undefined): string {
  return Array.isArray(fact) ? fact.join(', ') : String(fact ?? '')
}

function advancedQueryWords(query: string): string {
  if (query === '$search') {
    return "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"
  }
  if (query === '$orderby') return 'Sorting not supported for current query.'
  const what = query === '$count' ? 'Raw count (/$count)' : `Operator '${query}'`
  return `${what} is not supported because the 'ConsistencyLevel:eventual' header is missing. Refer to https://aka.ms/graph-docs/advanced-queries for more information`
}

function slashWords(slash: Facts[string] | undefined): string {
  if (slash === 'missing') return ' It lacks the slash at the end that the expected issuer has.'
  if (slash === 'extra') {
    return ' It has a slash at the end that the expected issuer does not have.'
  }
  return ''
}

/**
 * Table: failure code -> status, Graph's code, the words for the client, headers. The only place
 * where a failure meets HTTP; a code that is missing here does not compile.
 *
 * Codes and envelope: https://learn.microsoft.com/en-us/graph/errors. Graph's own texts stand where
 * clients are known to match them; elsewhere the words say what happened and what to do.
 */

import type { Reply } from '../call.ts'
import type { Facts, Failure, FailureCode } from '../failure.ts'
import type { RequestIds } from './headers.ts'

type Words = string | ((facts: Facts) => string)
type WireError = Readonly<{ status: number; code: string; message: Words; retryAfter?: true }>

/**
 * Clients test for this text as well as for the code: keep it to the letter.
 * @observed 2023 A missing photo is 404 `ImageNotFound`, where the page still prints a picture of
 * 1 x 1. https://github.com/microsoftgraph/microsoft-graph-docs/issues/20785
 */
const imageNotFound =
  "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."

export const wireErrors: Readonly<Record<FailureCode, WireError>> = {
  'token-missing': unauthorized('Access token is empty.'),
  'token-malformed': unauthorized(f =>
    'claim' in f
      ? `Access token validation failure. The claim '${text(f, 'claim')}' does not have the form that it must have.`
      : 'CompactToken parsing failed: the Authorization header does not hold one well-formed JSON Web Token after the word Bearer.',
  ),
  'token-claim-missing': unauthorized(
    f =>
      `Access token validation failure. ${listed(f, 'claims', 'These claims are missing: ')}${expected(f)}`,
  ),
  'token-algorithm-refused': unauthorized(
    'The access token is signed with an algorithm that is not accepted here.',
  ),
  'token-key-unknown': unauthorized(
    f =>
      `Access token validation failure. The issuer does not publish the key that the token names. If the issuer has only just begun to use that key, try again in ${text(f, 'seconds')} seconds.`,
  ),
  'token-signature-invalid': unauthorized('Access token validation failure. Invalid signature.'),
  'token-expired': unauthorized('Lifetime validation failed, the token is expired.'),
  'token-not-yet-valid': unauthorized('Lifetime validation failed, the token is not valid yet.'),
  'token-audience-wrong': unauthorized(
    f => `Access token validation failure. Invalid audience.${expected(f)}`,
  ),
  'token-issuer-unknown': unauthorized(
    f =>
      `Access token validation failure. The issuer is not trusted here.${slash(f)}${listed(f, 'issuer', ' Expected issuer: ')}`,
  ),
  'token-tenant-not-allowed': unauthorized(
    'Access token validation failure. The tenant of the token is not allowed here.',
  ),
  // @differs Visage has an audience of its own: nobody but Microsoft can verify a token for Graph itself.
  'token-for-microsoft-graph': unauthorized(
    f =>
      `This token was issued for Microsoft Graph, and nobody but Microsoft Graph can verify such a token. Ask for a token whose audience is this server's own app registration.${expected(f)}`,
  ),
  'token-subject-missing': unauthorized(
    f =>
      `The access token names neither a user nor an application.${listed(f, 'claims', ' Missing: ')}`,
  ),
  'token-is-id-token': unauthorized(
    f =>
      `This is an ID token, which only tells a client who signed in. Send an access token.${expected(f)}`,
  ),
  'token-type-refused': unauthorized(
    "Access token validation failure. The header 'typ' of the token is not 'at+jwt', which this server demands.",
  ),
  'signing-keys-unavailable': unavailable(
    'The keys of the token issuer cannot be fetched at the moment.',
  ),

  'permission-missing': forbidden(
    f => `Insufficient privileges to complete the operation.${wouldDo(f)}`,
    'Authorization_RequestDenied',
  ),
  'relation-missing': forbidden(
    f => `Access is denied. Check credentials and try again.${wouldDo(f)}`,
    'ErrorAccessDenied',
  ),
  'photo-updates-restricted': forbidden(
    f =>
      text(f, 'setting') === 'source'
        ? "The photoUpdateSettings of this organization say that photos of users come from on-premises (source is 'onPremises'): nobody can change them here."
        : `The photoUpdateSettings of this organization let only some roles change photos of users (allowedRoles).${listed(f, 'roles', ' One of these roles would do: ')}`,
    'ErrorAccessDenied',
  ),
  'account-unsupported': forbidden(
    f => `This operation is not supported for this kind of account.${wouldDo(f)}`,
    'Authorization_RequestDenied',
  ),
  'b2c-unsupported': forbidden(
    'Updating the photo of a user is not supported in Azure AD B2C tenants.',
    'Authorization_RequestDenied',
  ),
  'me-needs-a-user': badRequest(
    '/me request is only valid with delegated authentication flow. An application names the user: /users/{id | userPrincipalName}.',
  ),

  'version-unknown': badRequest(
    f => `Invalid version: ${text(f, 'version')}. Versions are v1.0 and beta.`,
  ),
  'segment-unknown': badRequest(f => `Resource not found for the segment '${text(f, 'segment')}'.`),
  'address-malformed': badRequest(f => `The url cannot be read: ${text(f, 'reason')}.`),
  // "A server that receives a request-target longer than any URI it wishes to parse MUST respond with
  // a 414". https://www.rfc-editor.org/rfc/rfc9112#section-3-5
  'url-too-long': {
    status: 414,
    code: 'RequestUriTooLong',
    message: f =>
      `The url has ${text(f, 'length')} characters; at most ${text(f, 'maxLength')} are accepted.`,
  },
  'method-not-allowed': {
    status: 405,
    code: 'Request_BadRequest',
    message: 'Specified HTTP method is not allowed for the request target.',
  },
  'query-option-unsupported': badRequest(
    f =>
      `The query option '${text(f, 'option')}' is not supported here.${listed(f, 'supported', ' Supported: ')}`,
  ),
  'query-option-invalid': badRequest(
    f => `The value of the query option '${text(f, 'option')}' is not valid: ${text(f, 'reason')}.`,
  ),
  'search-too-long': unavailable(
    f =>
      `The search did not end within ${text(f, 'seconds')} seconds: very many entries begin like this. Ask for longer words, or for fewer.`,
  ),
  'user-not-found': missing(
    f =>
      `Resource '${text(f, 'id')}' does not exist or one of its queried reference-property objects are not present.`,
    'Request_ResourceNotFound',
  ),
  'group-not-found': missing(
    f =>
      `Resource '${text(f, 'id')}' does not exist or one of its queried reference-property objects are not present.`,
    'Request_ResourceNotFound',
  ),
  'team-not-found': missing(f => `No team found with Group Id '${text(f, 'id')}'.`, 'NotFound'),
  'contact-not-found': missing(
    'The specified object was not found in the store.',
    'ErrorItemNotFound',
  ),
  'contact-folder-not-found': missing(
    'The specified folder was not found in the store.',
    'ErrorItemNotFound',
  ),
  'photo-not-found': missing(imageNotFound, 'ImageNotFound'),
  'photo-size-not-found': missing(imageNotFound, 'ImageNotFound'),
  'photo-changed': {
    status: 412,
    code: 'PreconditionFailed',
    message:
      'The condition in If-Match or If-None-Match does not hold: the photo is another one by now.',
  },
  'condition-malformed': badRequest(
    f =>
      `The header ${text(f, 'header')} cannot be read. It takes * or a list of ETags, each in its quotes as it was given out.`,
  ),

  'body-empty': badRequest('The request body is empty; the binary data of the photo is needed.'),
  'body-too-large': {
    status: 413,
    code: 'RequestEntityTooLarge',
    message: f =>
      `Maximum request length exceeded. The limit is ${text(f, 'maxBytes')} bytes${'bytes' in f ? `, the request has ${text(f, 'bytes')}` : ''}.`,
  },
  'body-stalled': {
    status: 408,
    code: 'RequestTimeout',
    message: f => `The request body stopped arriving for ${text(f, 'seconds')} seconds.`,
  },
  'body-cut-off': badRequest('The request body ended before it was complete.'),
  'body-not-json': badRequest(
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  ),
  'json-refused': badRequest(f => `The JSON in the request body ${text(f, 'reason')}.`),
  'body-encoding-unsupported': {
    status: 415,
    code: 'UnsupportedMediaType',
    message: f =>
      `The Content-Encoding '${text(f, 'encoding')}' is not supported. Send the body as it is.`,
  },
  'body-encoding-broken': badRequest('The request body is not valid in its Content-Encoding.'),
  'content-type-refused': {
    status: 415,
    code: 'UnsupportedMediaType',
    message: f => `Content-Type must be image/jpeg; this request says ${text(f, 'contentType')}.`,
  },
  'resource-invalid': badRequest(
    f => `The resource in the body is not valid: ${text(f, 'reason')}.`,
  ),
  // "507 Insufficient Storage: the maximum storage quota has been reached."
  'mailbox-full': {
    status: 507,
    code: 'ErrorQuotaExceeded',
    message: f => `The mailbox is full: it holds at most ${text(f, 'limit')}.`,
  },
  'batch-invalid': badRequest(f => `The batch cannot be read: ${text(f, 'reason')}.`),
  'image-is-base64': badRequest(
    'The body is base64 text, not a picture. Send the binary data itself.',
  ),
  'image-format-unsupported': {
    status: 415,
    code: 'UnsupportedMediaType',
    message: f =>
      `The file you chose isn't a picture that can be used here: it is ${text(f, 'arrived')}.${listed(f, 'accepted', ' Accepted: ')}`,
  },
  'image-broken': badRequest(
    'The picture cannot be read: it is damaged or incomplete.',
    'ErrorInvalidImage',
  ),
  'image-width-too-small': badRequest(
    f =>
      `The picture is ${text(f, 'width')} pixels wide; at least ${text(f, 'minWidth')} are needed.`,
    'ValidationWidthTooSmall',
  ),
  'image-height-too-small': badRequest(
    f =>
      `The picture is ${text(f, 'height')} pixels high; at least ${text(f, 'minHeight')} are needed.`,
    'ValidationHeightTooSmall',
  ),
  'image-has-too-many-pixels': badRequest(
    f =>
      `The picture has ${text(f, 'width')} x ${text(f, 'height')} pixels; at most ${text(f, 'maxPixels')} in all are accepted${ofKind(f)}.`,
    'ValidationImageTooLarge',
  ),
  'image-too-slow': badRequest(
    'The picture takes too long to decode. Save it as a new JPEG or PNG, and send that.',
    'ErrorInvalidImage',
  ),
  'image-ended-renderer': badRequest(
    'The picture could not be decoded: the process that tried ended. Save it as a new JPEG or PNG, and send that.',
    'ErrorInvalidImage',
  ),

  overloaded: unavailable(
    'The server is busy with other uploads. Try again after the time in Retry-After.',
  ),
  'renderers-unavailable': unavailable('Pictures cannot be rendered at the moment.'),
  // Read by nobody: the connection has ended.
  'client-gone': badRequest('The client closed the connection before its picture was rendered.'),
  'requests-throttled': throttled(
    'TooManyRequests',
    f =>
      `Please retry again later. This application has sent more than ${text(f, 'amount')} requests to this mailbox within ${text(f, 'seconds')} seconds; refused ones count too.`,
  ),
  // The words that clients look for.
  'concurrency-throttled': throttled(
    'ApplicationThrottled',
    'Application is over its MailboxConcurrency limit.',
  ),
  'upload-throttled': throttled(
    'TooManyRequests',
    f =>
      `Please retry again later. This application may upload at most ${text(f, 'amount')} bytes to this mailbox within ${text(f, 'seconds')} seconds.`,
  ),
  'storage-unavailable': unavailable('The storage does not answer at the moment.'),
  'store-read-only': unavailable(
    'This store is being moved: until that is done nothing can be changed, and everything can be read. Try again after the time in Retry-After.',
  ),

  'http-malformed': badRequest('The request is not valid HTTP.'),
  'headers-too-large': {
    status: 431,
    code: 'RequestHeaderFieldsTooLarge',
    message: 'The request headers are too large.',
  },
  'request-timed-out': {
    status: 408,
    code: 'RequestTimeout',
    message: 'The request did not arrive in time.',
  },
}

const unexpected: WireError = {
  status: 500,
  code: 'InternalServerError',
  message: 'An internal error occurred. The log has the cause under this request-id.',
}
const defaultRetryAfterSeconds = 2

/** The answer to a failure, or to a bug (undefined): 500 with a body that says nothing of its cause. */
export function refuse(failure: Failure | undefined, ids: RequestIds, now: number): Reply {
  const error = failure === undefined ? unexpected : wireErrors[failure.code]
  const facts = failure?.facts ?? {}
  const message = typeof error.message === 'string' ? error.message : error.message(facts)
  return writeError({
    status: error.status,
    code: error.code,
    message,
    ids,
    now,
    headers: {
      ...(error.status === 401 && { 'www-authenticate': challenge(failure?.code) }),
      ...(error.retryAfter && {
        'retry-after': String(facts.retryAfterSeconds ?? defaultRetryAfterSeconds),
      }),
      ...(error.status === 405 && { allow: list(facts, 'allow').join(', ') }),
    },
  })
}

export type ErrorWords = Readonly<{
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
 * RFC 6750 section 3: no error code where no token came. No `claims` parameter ever: Kiota clients
 * repeat the request once for it. https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
function challenge(code: FailureCode | undefined): string {
  return code === 'token-missing'
    ? 'Bearer'
    : `Bearer error="invalid_token", error_description="${code}"`
}

function unauthorized(message: Words): WireError {
  return { status: 401, code: 'InvalidAuthenticationToken', message }
}

function forbidden(message: Words, code: string): WireError {
  return { status: 403, code, message }
}

function badRequest(message: Words, code = 'BadRequest'): WireError {
  return { status: 400, code, message }
}

function missing(message: Words, code: string): WireError {
  return { status: 404, code, message }
}

function unavailable(message: Words): WireError {
  return { status: 503, code: 'ServiceUnavailable', message, retryAfter: true }
}

/** https://learn.microsoft.com/en-us/graph/throttling#sample-response */
function throttled(code: string, message: Words): WireError {
  return { status: 429, code, message, retryAfter: true }
}

function text(facts: Facts, name: string): string {
  return String(facts[name] ?? '')
}

function ofKind(facts: Facts): string {
  return facts.kind === undefined ? '' : ` in this kind of picture (${text(facts, 'kind')})`
}

function list(facts: Facts, name: string): readonly string[] {
  const value = facts[name]
  return Array.isArray(value) ? value : []
}

function listed(facts: Facts, name: string, before: string): string {
  const values = list(facts, name)
  return values.length === 0 ? '' : `${before}${values.join(', ')}.`
}

function expected(facts: Facts): string {
  return listed(facts, 'audience', ' Expected audience: ')
}

function slash(facts: Facts): string {
  switch (facts.slash) {
    case 'missing':
      return ' It lacks the slash at the end that the expected issuer has.'
    case 'extra':
      return ' It has a slash at the end that the expected issuer does not have.'
    default:
      return ''
  }
}

/**
 * @differs A 403 names the permissions that would have been enough, and the administrator roles where
 * one is needed too; Graph's says only that something is missing.
 */
function wouldDo(facts: Facts): string {
  const roles = list(facts, 'roles')
  return (
    listed(facts, 'sufficient', ' One of these permissions would be enough: ') +
    (roles.length === 0
      ? ''
      : ` The signed-in user also needs one of these roles: ${roles.join(', ')}.`)
  )
}

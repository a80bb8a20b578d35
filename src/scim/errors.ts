/**
 * Table: failure code -> status and message in SCIM's words. A code that can reach a request of SCIM and is missing here
 * does not compile.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.12
 */
import type { Reply } from '../call.ts'
import type { Facts, Failure, FailureCode } from '../failure.ts'
import type { RequestIds } from '../settle.ts'

type Words = string | ((facts: Facts) => string)
type ScimError = Readonly<{ status: number; scimType?: string; words: Words }>

/** Codes of tokens, photos, mailboxes and addresses of Graph, which no operation of SCIM throws. */
type Elsewhere = Extract<
  FailureCode,
  | `token-${string}`
  | `image-${string}`
  | `photo-${string}`
  | `contact-${string}`
  | `account-${string}`
  | `query-option-${string}`
  | 'advanced-query'
  | 'filter-unsupported'
  | 'operation-not-served'
  | 'signing-keys-unavailable'
  | 'permission-missing'
  | 'relation-missing'
  | 'b2c-unsupported'
  | 'me-needs-a-user'
  | 'version-unknown'
  | 'team-not-found'
  | 'team-exists'
  | 'last-owner'
  | 'reference-exists'
  | 'mailbox-full'
  | 'batch-invalid'
  | 'renderers-unavailable'
  | 'client-gone'
  | 'requests-throttled'
  | 'upload-throttled'
  | 'condition-malformed'
  | 'http-malformed'
  | 'https-needed'
  | 'headers-too-large'
  | 'request-timed-out'
  | 'url-too-long'
>
type Here = Exclude<FailureCode, Exclude<Elsewhere, 'token-missing' | 'token-malformed'>>

const notFound = 'There is no such resource.'

const errors: Readonly<Record<Here, ScimError>> = {
  'resource-invalid': { status: 400, words: ({ reason }) => `The request is refused: ${reason}.` },
  'address-malformed': {
    status: 400,
    words: ({ reason }) => `The address cannot be read: ${reason}.`,
  },
  'body-empty': { status: 400, scimType: 'invalidSyntax', words: 'The request has no body.' },
  'body-cut-off': {
    status: 400,
    scimType: 'invalidSyntax',
    words: 'The body ended before it was complete.',
  },
  'body-not-json': { status: 400, scimType: 'invalidSyntax', words: 'The body is not valid JSON.' },
  'json-refused': {
    status: 400,
    scimType: 'invalidSyntax',
    words: ({ reason }) => `The JSON in the body ${reason}.`,
  },
  'body-encoding-broken': {
    status: 400,
    scimType: 'invalidSyntax',
    words: 'The body is not valid in its Content-Encoding.',
  },
  'token-missing': {
    status: 401,
    words: 'A token of `visage scim-token create` is needed: Authorization: Bearer …',
  },
  'token-malformed': {
    status: 401,
    words:
      'The token is not known here, or it is expired or revoked. `visage scim-token list` lists the known ones.',
  },
  'segment-unknown': { status: 404, words: 'There is nothing at this address.' },
  'user-not-found': { status: 404, words: notFound },
  'group-not-found': { status: 404, words: notFound },
  'method-not-allowed': {
    status: 405,
    words: ({ allow }) => `Only ${listed(allow)} are allowed here.`,
  },
  'body-stalled': { status: 408, words: 'The body stopped arriving.' },
  'value-taken': {
    status: 409,
    scimType: 'uniqueness',
    words: ({ property, value }) =>
      `Another resource has this ${namesInScim[String(property)] ?? property}: ${value}.`,
  },
  'managed-elsewhere': {
    status: 409,
    words: ({ source }) =>
      `'${source}' manages this resource, and only it may change or delete it.`,
  },
  'group-full': { status: 409, words: ({ limit }) => `A group has at most ${limit} members.` },
  'entry-changed': {
    status: 412,
    words: 'The resource is not the version in If-Match: it has changed.',
  },
  'body-too-large': {
    status: 413,
    words: ({ maxBytes }) => `The body is too large; at most ${maxBytes} bytes are accepted.`,
  },
  'body-encoding-unsupported': {
    status: 415,
    words: ({ encoding }) => `The Content-Encoding '${encoding}' is not supported.`,
  },
  'content-type-refused': { status: 415, words: 'Content-Type must be application/scim+json.' },
  'concurrency-throttled': {
    status: 429,
    words: 'Too many requests of this tenant at once. Try again after the time in Retry-After.',
  },
  'search-too-long': {
    status: 503,
    words: ({ seconds }) =>
      `The search did not end within ${seconds} seconds. Use a narrower filter.`,
  },
  overloaded: {
    status: 503,
    words: 'The server is busy. Try again after the time in Retry-After.',
  },
  'storage-unavailable': { status: 503, words: 'The storage does not answer at the moment.' },
  'store-read-only': {
    status: 503,
    words:
      'The store is read-only until its move is complete. Try again after the time in Retry-After.',
  },
}

/** Properties of the directory whose attributes have other names. */
const namesInScim: Readonly<Record<string, string>> = { userPrincipalName: 'userName' }

const unexpected: ScimError = {
  status: 500,
  words: 'An internal error occurred. The log has the cause under this request-id.',
}

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error'
const defaultRetryAfterSeconds = 2

/** The answer to a failure. undefined is a bug: 500 with a generic body. */
export function refuse(failure: Failure | undefined, ids: RequestIds): Reply {
  const facts = failure?.facts ?? {}
  const { status, words, scimType = facts.scimType } = errorOf(failure)
  return {
    status,
    headers: {
      'content-type': 'application/scim+json',
      'cache-control': 'no-store',
      ...ids.headers,
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 405 && { allow: listed(facts.allow) }),
      ...((status === 429 || status === 503) && {
        'retry-after': String(facts.retryAfterSeconds ?? defaultRetryAfterSeconds),
      }),
    },
    body: JSON.stringify({
      schemas: [errorSchema],
      // "The HTTP status code … expressed as a JSON string."
      status: String(status),
      ...(scimType !== undefined && { scimType }),
      detail: typeof words === 'string' ? words : words(facts),
    }),
  }
}

function errorOf(failure: Failure | undefined): ScimError {
  if (failure === undefined || !isHere(failure.code)) return unexpected
  const error = errors[failure.code]
  // Readers of bodies, paths and filters name the scimType. Refusals of the directory do not.
  const isOfDirectory = failure.code === 'resource-invalid' && failure.facts.scimType === undefined
  return isOfDirectory ? { ...error, scimType: 'invalidValue' } : error
}

function isHere(code: FailureCode): code is Here {
  return Object.hasOwn(errors, code)
}

function listed(fact: Facts[string] | undefined): string {
  return Array.isArray(fact) ? fact.join(', ') : String(fact ?? '')
}

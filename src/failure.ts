/**
 * Every way a request can fail, as a code of Visage. Statuses and Graph's codes are in the table of graph/errors.ts,
 * which does not compile if a code is missing there.
 */

export type FailureCode =
  // the caller
  | 'token-missing'
  | 'token-malformed'
  | 'token-algorithm-refused'
  | 'token-claim-missing'
  | 'token-key-unknown'
  | 'token-signature-invalid'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-audience-wrong'
  | 'token-issuer-unknown'
  | 'token-tenant-not-allowed'
  | 'token-for-microsoft-graph'
  | 'token-subject-missing'
  | 'token-is-id-token'
  | 'token-type-refused'
  | 'signing-keys-unavailable'
  // permissions
  | 'permission-missing'
  | 'relation-missing'
  | 'photo-updates-restricted'
  | 'account-unsupported'
  | 'b2c-unsupported'
  | 'me-needs-a-user'
  // the address
  | 'version-unknown'
  | 'segment-unknown'
  | 'address-malformed'
  | 'url-too-long'
  | 'method-not-allowed'
  | 'query-option-unsupported'
  | 'query-option-invalid'
  /** facts: query. */
  | 'advanced-query'
  /** facts: property, resource. */
  | 'filter-unsupported'
  /** facts: what, instead. */
  | 'operation-not-served'
  | 'search-too-long'
  | 'user-not-found'
  | 'group-not-found'
  | 'team-not-found'
  | 'contact-not-found'
  | 'contact-folder-not-found'
  | 'photo-not-found'
  | 'photo-size-not-found'
  | 'photo-changed'
  | 'condition-malformed'
  // the body
  | 'body-empty'
  | 'body-too-large'
  | 'body-stalled'
  | 'body-cut-off'
  | 'body-not-json'
  | 'json-refused'
  /** The caller's account. */
  | 'account-deleted'
  | 'account-disabled'
  /** facts: source. */
  | 'managed-elsewhere'
  /** A condition on the version of a person or group. */
  | 'entry-changed'
  /** facts: property, value. */
  | 'value-taken'
  /** facts: property. */
  | 'reference-exists'
  /** facts: limit. */
  | 'group-full'
  | 'last-owner'
  | 'team-exists'
  | 'body-encoding-unsupported'
  | 'body-encoding-broken'
  | 'content-type-refused'
  | 'resource-invalid'
  | 'mailbox-full'
  | 'batch-invalid'
  | 'image-is-base64'
  | 'image-format-unsupported'
  | 'image-broken'
  | 'image-width-too-small'
  | 'image-height-too-small'
  | 'image-has-too-many-pixels'
  | 'image-too-slow'
  | 'image-ended-renderer'
  // the server cannot serve it now
  | 'overloaded'
  | 'renderers-unavailable'
  | 'client-gone'
  | 'requests-throttled'
  | 'concurrency-throttled'
  | 'upload-throttled'
  | 'storage-unavailable'
  | 'store-read-only'
  // refused by the HTTP parser, before a call exists
  | 'http-malformed'
  | 'https-needed'
  | 'headers-too-large'
  | 'request-timed-out'

/** Facts that are safe to show: limits, sizes, permission names; never secrets or ids of others. */
export type Facts = Readonly<Record<string, string | number | readonly string[]>>

/**
 * `facts` may reach the client, through the words of graph/errors.ts; `detail` and `cause` only the log.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly detail: string
  readonly facts: Facts

  constructor(
    code: FailureCode,
    options: { detail?: string; facts?: Facts; cause?: unknown } = {},
  ) {
    // No stack trace: the code is enough to find the place, and a trace takes twenty times as long as the rest. The
    // cause keeps its own.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(options.detail ? `${code}: ${options.detail}` : code, { cause: options.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'Failure'
    this.code = code
    this.detail = options.detail ?? ''
    this.facts = options.facts ?? {}
  }
}

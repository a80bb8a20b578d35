/**
 * The headers of the page. They stop a script or a form that somebody managed to place in it, frames of other sites, and
 * requests to any origin but this one and the issuer's. They do not stop an extension of the browser.
 */

type Headers = Readonly<Record<string, string>>

/**
 * Fluent UI inserts `<style>` elements that are empty, and fills them through the CSSOM, which no policy restricts. This is the
 * hash of the empty text, so the page needs no nonce and stays one file; a `<style>` with a text is still refused.
 */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"

const alike: Headers = {
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

/** For a document that loads nothing and has one `<style>`, whose text has this SHA-256 in base64. */
export function plainHeaders(styleHash: string): Headers {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return { 'content-security-policy': policy.join('; '), ...alike }
}

/** `origins`: those of the issuer. */
export function documentHeaders(origins: readonly string[]): Headers {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${emptyStyle}`,
    "img-src 'self' blob:",
    `connect-src ${["'self'", ...origins].join(' ')}`,
    "font-src 'self'",
    "worker-src 'self'",
    'media-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ]
  return { 'content-security-policy': policy.join('; '), ...alike }
}

/**
 * A worker has the policy of its own file, not that of the page; and an SVG can be opened as a document. The policy names no
 * issuer, because browsers keep these files for a year.
 */
export const assetHeaders: Headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
}

/** For an answer that is data or a sentence: opened as a document, it loads nothing and is in no frame. */
export const dataHeaders: Headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
}

/** The host names and addresses of this machine. */

/** Names in a certificate for this machine. */
export const loopbackNames = ['localhost', '127.0.0.1', '::1']

/** An address to listen on or to connect to. IPv6 may be in brackets, as in a URL. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host)
}

/**
 * A name that a browser sends: also names below `localhost`, which browsers never look up in DNS (RFC 6761, 6.3).
 * Node.js does look them up, so this is no check of an address that Node.js connects to.
 */
export function isLoopbackInBrowser(name: string): boolean {
  const lower = name.toLowerCase()
  return isLoopback(lower) || lower.endsWith('.localhost')
}

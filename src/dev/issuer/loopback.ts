/**
 * Who may talk to the issuer at all: programs on this machine, and pages served from it.
 * The issuer asks for no password, so this is the only door.
 */

import type { IncomingMessage } from 'node:http'

/** `localhost`, its subdomains and 127.0.0.0/8, [::1]: names that never leave the machine. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && isLoopbackName(address.replace(/^::ffff:/, ''))
}

export function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin)
  return /^https?:$/.test(url?.protocol ?? '') && isLoopbackName(url?.hostname ?? '')
}

/**
 * Why a request is turned away, or undefined. Stops
 * - other machines, should the server ever listen on more than loopback;
 * - DNS rebinding: a foreign page whose name was made to point at 127.0.0.1 sends its own Host;
 * - cross-site posts: a foreign page can post a form here, and says so in Origin.
 * It does not stop other programs or users of this machine.
 */
export function whyRefused(req: IncomingMessage, ownOrigin: string): string | undefined {
  if (!isLoopbackAddress(req.socket.remoteAddress)) {
    return 'The development issuer answers programs on its own machine only.'
  }
  const host = URL.parse(`http://${req.headers.host ?? ''}`)?.hostname ?? ''
  if (!isLoopbackName(host) && host !== new URL(ownOrigin).hostname) {
    return `The development issuer is not known by the name '${host.slice(0, 100)}': ask ${ownOrigin}.`
  }
  const { origin } = req.headers
  if (isWrite(req) && origin !== undefined && origin !== ownOrigin && !isLoopbackOrigin(origin)) {
    return 'The development issuer takes no requests from pages of other sites.'
  }
  return undefined
}

function isWrite(req: IncomingMessage): boolean {
  return req.method !== 'GET' && req.method !== 'HEAD'
}

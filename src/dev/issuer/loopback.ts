/**
 * Decides who may use the issuer: programs on this machine, and pages served from it. The issuer asks for no
 * password, so this is its only protection.
 */

import type { IncomingMessage } from 'node:http'
import { isLoopback, isLoopbackInBrowser } from '../../loopback.ts'

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && isLoopback(address.replace(/^::ffff:/, ''))
}

function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin)
  return /^https?:$/.test(url?.protocol ?? '') && isLoopbackInBrowser(url?.hostname ?? '')
}

/**
 * Whether a page of this origin may ask for tokens: one of this machine, or of a listed redirect URI. 'null' is the origin of
 * sandboxed pages of any site, and of every listed address that is not a web page's, such as `app://signed-in`.
 */
export function isOriginOfApp(origin: string, redirectUris: readonly string[]): boolean {
  if (origin === 'null') return false
  return isLoopbackOrigin(origin) || redirectUris.some(uri => URL.parse(uri)?.origin === origin)
}

/** Whether a URL that a client names leads here: under the own name, or another name of this machine. */
export function isOwnHost({ protocol, hostname }: URL, origin: string): boolean {
  const own = new URL(origin)
  return protocol === own.protocol && (hostname === own.hostname || isLoopbackInBrowser(hostname))
}

/**
 * Why a request is refused, or undefined. Stops
 * - other machines, if the server ever listens on more than loopback;
 * - DNS rebinding: a page whose name resolves to 127.0.0.1 sends its own Host;
 * - cross-site posts: another site's page can post a form here, but names itself in Origin.
 * Does not stop other programs or users of this machine.
 */
export function whyRefused(
  req: IncomingMessage,
  ownOrigin: string,
  redirectUris: readonly string[] = [],
): string | undefined {
  if (!isLoopbackAddress(req.socket.remoteAddress)) {
    return 'The development issuer answers only programs on its own machine.'
  }
  const host = hostNameOf(req)
  if (!isLoopbackInBrowser(host) && host !== new URL(ownOrigin).hostname) {
    return `The development issuer is not known by the name '${host.slice(0, 100)}': ask ${ownOrigin}.`
  }
  const { origin } = req.headers
  const isOwn = origin === undefined || origin === ownOrigin
  if (isWrite(req) && !isOwn && !isOriginOfApp(origin, redirectUris)) {
    return 'The development issuer takes no requests from pages of other sites.'
  }
  return undefined
}

/** '' for none, and for what is no host: in `evil.example@localhost`, readers disagree which name is meant. */
function hostNameOf({ headers: { host = '' } }: IncomingMessage): string {
  return /[@/?#\\]/.test(host) ? '' : (URL.parse(`http://${host}`)?.hostname ?? '')
}

function isWrite(req: IncomingMessage): boolean {
  return req.method !== 'GET' && req.method !== 'HEAD'
}

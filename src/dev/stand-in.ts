/**
 * `visage dev --as`: the hosts of one cloud of Microsoft are names of this server. This file decides what is served under
 * each: Graph under Graph's, the issuer under those of sign-in, and nothing else, so neither the page nor the orders of
 * developers. It knows nothing of certificates and of how a program is led here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isUnderVersion } from '../graph/request/address.ts'
import { type CloudName, clouds } from '../tokens/clouds.ts'
import type { IssuedBy } from './issuer/claims.ts'
import { sendJson } from './issuer/exchange.ts'
import type { Issuer } from './issuer/issuer.ts'
import type { HandleOrder } from './order-endpoint.ts'

/** What an issuer under one of the names is called. */
type IssuerNames = Readonly<{
  origin: string
  issuedBy: IssuedBy
  authorityHosts: readonly string[]
}>

/** The host names of a cloud that lead here, Graph's first. */
export function hostsOf(name: CloudName): readonly string[] {
  const { graphRoot, authorityHosts } = clouds[name]
  return [new URL(graphRoot).host, ...authorityHosts]
}

/** `{tenantid}` and a version follow in `iss`. */
export function issuedByCloud(name: CloudName): IssuedBy {
  const { v1IssuerHost, authorityHosts } = clouds[name]
  return { 1: `https://${v1IssuerHost}`, 2: `https://${authorityHosts[0]}` }
}

/**
 * Answers what is asked under a name of the cloud, except requests to Graph. Returns true if it has answered; 'graph' if
 * Graph has to; false for every other name, which stays what it is without `--as`.
 */
export function createStandIn(
  cloud: CloudName,
  openIssuer: (names: IssuerNames) => Pick<Issuer, 'handle'>,
): (request: IncomingMessage, response: ServerResponse) => boolean | 'graph' {
  const { authorityHosts } = clouds[cloud]
  const [graphHost = ''] = hostsOf(cloud)
  const issuedBy = issuedByCloud(cloud)
  const issuers = new Map<string, HandleOrder>(
    authorityHosts.map(host => {
      const names = { origin: `https://${host}`, issuedBy, authorityHosts }
      return [host, openIssuer(names).handle]
    }),
  )
  return (request, response) => {
    const host = nameOf(request)
    const url = request.url ?? ''
    const issuer = issuers.get(host)
    if (issuer === undefined && host !== graphHost) return false
    dropForeignCookies(request)
    if (issuer === undefined && isGraphs(url)) return 'graph'
    const isIssuers = issuer !== undefined && !url.startsWith('/_visage/')
    if (!isIssuers || !issuer(request, response)) refuse(request, response, host)
    return true
  }
}

/** Also the version itself, which answers with the list of what is below it. */
function isGraphs(url: string): boolean {
  return isUnderVersion(`${url.split('?', 1)[0]}/`)
}

/**
 * From the Host header only: a proxy's headers change no name. These hosts are known by the port of HTTPS alone, because a
 * program that cannot be pointed elsewhere names no port.
 */
function nameOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase().replace(/:443$/, '')
}

/**
 * A browser sends the cookies of the real host, as a session at Microsoft. They are removed before anything else reads the
 * request. Does not stop the issuer's own code, which sees only its own.
 */
function dropForeignCookies({ headers }: IncomingMessage): void {
  const pairs = (headers.cookie ?? '').split(';').map(pair => pair.trim())
  const own = pairs.filter(pair => pair.startsWith('visage-'))
  if (own.length > 0) headers.cookie = own.join('; ')
  else delete headers.cookie
}

function refuse(request: IncomingMessage, response: ServerResponse, host: string): void {
  request.resume()
  sendJson(response, 404, {
    error: 'not_found',
    error_description: `Visage stands in for ${host}, and does not serve this address of it.`,
  })
}

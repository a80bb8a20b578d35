/**
 * Which API a scope is for: this Graph under any of its names, or a client that is an API itself
 * (`api://{client id}`), as the middle tier of on-behalf-of is.
 */
import { isGuid } from '../../guid.ts'
import type { TokenVersion } from './claims.ts'
import { isOwnHost } from './loopback.ts'

export type Resources = Readonly<{
  origin: string
  /** What tokens for this Graph have as `aud`. */
  audience: string
  /** Other URIs of this Graph, in lower case, without a slash at the end. */
  uris: ReadonlySet<string>
}>

/** `api://{client id}` and `api://{tenant}/{client id}`. */
const apiPattern = /^api:\/\/[\w.-]{1,120}(?:\/[\w.-]{1,120})?$/i

/** The audience of this Graph, or `api://…`; undefined if the issuer gives no tokens for it. */
export function findResource(resources: Resources, uri: string): string | undefined {
  const wanted = uri.replace(/\/+$/, '')
  if (resources.uris.has(wanted.toLowerCase()) || isOwnAddress(resources, wanted)) {
    return resources.audience
  }
  if (isGuid(wanted)) return `api://${wanted}`
  return apiPattern.test(wanted) ? wanted : undefined
}

export function listResources({ uris }: Resources): string {
  return [...uris, 'api://{client id}'].join(', ')
}

/** Kiota SDKs ask for `https://localhost/.default`, without the port. */
function isOwnAddress({ origin }: Resources, uri: string): boolean {
  const asked = URL.parse(uri)
  if (asked?.pathname !== '/' || !isOwnHost(asked, origin)) return false
  return asked.port === '' || asked.port === new URL(origin).port
}

export function isClientResource(resource: string): boolean {
  return resource.startsWith('api://')
}

/** "In v2.0 tokens, this value is always the client ID of the API"; in v1.0 it may be its URI. */
export function audienceOf(resource: string, version: TokenVersion): string {
  if (version === 1 || !isClientResource(resource)) return resource
  return resource.slice(resource.lastIndexOf('/') + 1)
}

/** Whether a token with this `aud` is for the client. */
export function isAudienceOf(clientId: string, audience: unknown): boolean {
  if (typeof audience !== 'string') return false
  const named = isClientResource(audience) ? audienceOf(audience, 2) : audience
  return named.toLowerCase() === clientId.toLowerCase()
}

/** Exchanges that the scenarios of SCIM share. */
import type { Exchange, Expected, Shape, Wanted } from './scenario.ts'

export const rfc7644 = 'https://www.rfc-editor.org/rfc/rfc7644'
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const ofGroup = 'urn:ietf:params:scim:schemas:extension:visage:2.0:Group'
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export const entra: Wanted = { kind: 'provisioning', name: 'entra' }
export const okta: Wanted = { kind: 'provisioning', name: 'okta' }
export const authentik: Wanted = { kind: 'provisioning', name: 'authentik' }
export const keycloak: Wanted = { kind: 'provisioning', name: 'keycloak' }

/** An operation of a PATCH. */
export type Op = Readonly<{ op: string; path?: string; value?: unknown }>

/** From a sender; `path` is below /scim/v2. */
export function sender(as: Wanted) {
  const send = (method: string, path: string, expected: Expected, json?: unknown): Exchange => ({
    as,
    method,
    path: `/scim/v2${path}`,
    headers: { 'content-type': 'application/scim+json' },
    ...(json !== undefined && { body: { json } }),
    expected,
  })
  const make = (path: string, resource: object, kept: string): Exchange => ({
    ...send('POST', path, { status: 201, headers: { location: /\/scim\/v2\// } }, resource),
    keep: { [kept]: { json: 'id' } },
  })
  return {
    get: (path: string, json: Shape, more: Partial<Expected> = {}) =>
      send('GET', path, { status: 200, json, ...more }),
    /** A list with exactly these resources. */
    finds: (path: string, resources: readonly Shape[]) =>
      send('GET', path, {
        status: 200,
        json: { totalResults: resources.length, Resources: resources },
      }),
    post: (path: string, json: unknown, expected: Expected) => send('POST', path, expected, json),
    put: (path: string, json: unknown, expected: Expected = { status: 200 }) =>
      send('PUT', path, expected, json),
    patch: (path: string, Operations: readonly Op[], expected: Expected = ok) =>
      send('PATCH', path, expected, { schemas: [patchOp], Operations }),
    remove: (path: string, expected: Expected = { status: 204, empty: true }) =>
      send('DELETE', path, expected),
    /** Its id is `{kept}`. */
    makeUser: (resource: object, kept = 'made') => make('/Users', resource, kept),
    makeGroup: (resource: object, kept = 'group') => make('/Groups', resource, kept),
  }
}

const ok: Expected = { status: [200, 204] }

/** Without `scimType`, whatever it is. */
export function refused(status: number, scimType?: string): Expected {
  const json = { status: String(status), ...(scimType !== undefined && { scimType }) }
  return { status, headers: { 'content-type': 'application/scim+json' }, json }
}

/** The value of a query, encoded. */
export function filter(text: string): string {
  // Placeholders are filled later, and encoded there.
  return text.replaceAll(/[^{}:\w]+/g, encodeURIComponent)
}

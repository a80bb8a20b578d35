/**
 * Table: tokens of each kind of issuer, and what Visage makes of each. test/tokens/issuer-tokens.test.ts
 * tries them, docs/issuers.md shows them. `seen`: the issuer was run on 2026-11-28 and the token decoded;
 * ids are shortened there, and times and addresses left out. Others have the shape that the source says.
 */
import type { FailureCode } from '../../src/failure.ts'
import type { PresetName } from '../../src/tokens/presets.ts'

export type Becomes =
  | Readonly<{
      kind: 'delegated' | 'application'
      id: string
      permissions: readonly string[]
      roles?: readonly string[]
    }>
  | Readonly<{ refused: FailureCode }>

export type IssuerToken = Readonly<{
  preset: PresetName
  what: string
  claims: Readonly<Record<string, unknown>>
  becomes: Becomes
  /** What somebody tries with it, where it is an attack. */
  attack?: string
  /** Clients that the operator lists in VISAGE_APPLICATIONS. */
  applications?: readonly string[]
}>

/** Where the shapes are from, and whether the issuer was run. */
export const sources: Readonly<Record<PresetName, string>> = {
  entra:
    'Not run here. Shape: [access token claims reference](https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference).',
  keycloak:
    'Keycloak 26.4.0, run on 2026-11-28; in the shape of its decoded tokens, with invented ids.',
  okta: 'Not run. Shape: [access tokens of a custom authorization server](https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/) and [a token in a thread](https://groups.google.com/g/rabbitmq-users/c/O3GdCKf8soM).',
  auth0:
    'Not run. Shape: the Auth0 profile of [access token profiles](https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles), and [`gty`](https://github.com/auth0/docs-v2/pull/1282).',
  authentik:
    'Not run. Shape: [machine-to-machine authentication](https://docs.goauthentik.io/add-secure-apps/providers/oauth2/machine_to_machine/), which shows no token, and [what writes one](https://github.com/goauthentik/authentik/blob/main/authentik/providers/oauth2/id_token.py).',
  hydra:
    'Ory Hydra 2.3.0 with JWT access tokens, run on 2026-11-28; in the shape of its decoded tokens, with invented ids.',
  generic:
    'oidc-provider 9, run on 2026-11-28, and [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068).',
}

export const ids = {
  person: '0a5f3c1e-6b7d-4e8f-9a0b-1c2d3e4f5a6b',
  service: '1b6a4d2f-7c8e-4f90-8b1c-2d3e4f5a6b7c',
  client: '2c7b5e30-8d9f-4a01-9c2d-3e4f5a6b7c8d',
  userAdministrator: 'fe930be7-5e62-47db-91af-98c3a49a38b1',
} as const

const { person, service, client, userAdministrator } = ids
const write = ['User.ReadWrite']
const writeAll = ['User.ReadWrite.All']

const keycloakPerson = {
  typ: 'Bearer',
  azp: 'web',
  sid: 'xK3v',
  sub: person,
  aud: ['visage', 'account'],
  scope: 'openid email profile User.ReadWrite',
  realm_access: { roles: ['offline_access', 'uma_authorization'] },
  resource_access: { account: { roles: ['manage-account'] } },
  groups: ['/Design'],
  name: 'Anna Adams',
  preferred_username: 'anna',
  given_name: 'Anna',
  family_name: 'Adams',
  email: 'anna@example.org',
  email_verified: true,
}
const keycloakApp = {
  typ: 'Bearer',
  azp: 'daemon',
  client_id: 'daemon',
  clientHost: '192.0.2.7',
  clientAddress: '192.0.2.7',
  sub: service,
  aud: 'visage',
  scope: 'email profile',
  resource_access: { visage: { roles: writeAll } },
  preferred_username: 'service-account-daemon',
  email_verified: false,
}
const entraPerson = {
  ver: '2.0',
  oid: person,
  sub: 'pairwise',
  azp: client,
  scp: 'User.ReadWrite',
  name: 'Anna Adams',
  preferred_username: 'anna@example.org',
}
const entraApp = { ver: '2.0', oid: service, sub: service, azp: client, roles: writeAll }
const oktaPerson = { cid: '0oa1', uid: '00u1', sub: 'anna@example.org', scp: write }
const oktaApp = { cid: '0oa1', sub: '0oa1', scp: writeAll }
const auth0Person = { sub: 'auth0|6510', azp: 'cl1', scope: 'openid User.ReadWrite' }
const auth0App = {
  sub: 'cl1@clients',
  azp: 'cl1',
  gty: 'client-credentials',
  scope: 'User.ReadWrite.All',
  permissions: writeAll,
}
const authentikPerson = {
  sub: '9f86d0',
  azp: 'cl1',
  scope: 'openid profile User.ReadWrite',
  name: 'Anna Adams',
  preferred_username: 'anna',
  groups: ['Design'],
}
const authentikApp = {
  sub: '60303a',
  azp: 'cl2',
  scope: 'profile User.ReadWrite.All',
  preferred_username: 'ak-visage-client_credentials',
}
const hydraPerson = { sub: 'anna', client_id: client, scp: ['openid', ...write], ext: {} }
const hydraApp = { sub: client, client_id: client, scp: writeAll, ext: {} }
const plainPerson = { sub: 'anna', client_id: 'web', scope: 'openid User.ReadWrite' }
const plainApp = { sub: 'daemon', client_id: 'daemon', scope: 'User.ReadWrite.All' }

const asPerson = (id: string, permissions: readonly string[] = [], roles?: readonly string[]) =>
  ({ kind: 'delegated', id, permissions, ...(roles && { roles }) }) as const
const asApp = (id: string, permissions = writeAll) =>
  ({ kind: 'application', id, permissions }) as const
const isIdToken = { refused: 'token-is-id-token' } as const

export const issuerTokens: readonly IssuerToken[] = [
  { preset: 'entra', what: 'a person', claims: entraPerson, becomes: asPerson(person, write) },
  {
    preset: 'entra',
    what: 'a person with an administrator’s role',
    claims: { ...entraPerson, wids: [userAdministrator] },
    becomes: asPerson(person, write, [userAdministrator]),
  },
  { preset: 'entra', what: 'an application', claims: entraApp, becomes: asApp(service) },
  {
    preset: 'entra',
    what: 'an application with `idtyp`',
    claims: { ...entraApp, idtyp: 'app' },
    becomes: asApp(service),
  },
  {
    preset: 'entra',
    what: 'a person’s ID token',
    claims: { oid: person, sub: 'pairwise', nonce: 'n', roles: writeAll },
    attack: 'acts as an application by the person’s app roles',
    becomes: isIdToken,
  },
  {
    preset: 'entra',
    what: 'a person’s ID token with an empty scope',
    claims: { oid: person, sub: person, nonce: 'n', roles: writeAll, scope: '' },
    attack: 'acts as an application by the person’s app roles',
    becomes: isIdToken,
  },
  {
    preset: 'entra',
    what: 'a person’s token with app roles and no scopes',
    claims: { oid: person, sub: 'pairwise', azp: client, roles: writeAll },
    attack: 'acts as an application by the person’s app roles',
    becomes: asPerson(person),
  },
  {
    preset: 'entra',
    what: 'a scope of another resource',
    claims: { ...entraPerson, scp: 'https://graph.microsoft.com/User.ReadWrite' },
    attack: 'uses here what was granted elsewhere',
    becomes: asPerson(person),
  },
  {
    preset: 'keycloak',
    what: 'a person',
    claims: keycloakPerson,
    becomes: asPerson(person, ['openid', 'email', 'profile', ...write]),
  },
  {
    preset: 'keycloak',
    what: 'an application with client roles',
    claims: keycloakApp,
    becomes: asApp(service, [...writeAll, 'email', 'profile']),
  },
  {
    preset: 'keycloak',
    what: 'an application with scopes',
    claims: {
      ...keycloakApp,
      resource_access: undefined,
      scope: 'email User.ReadWrite.All profile',
    },
    becomes: asApp(service, ['email', ...writeAll, 'profile']),
  },
  {
    preset: 'keycloak',
    what: 'a person’s ID token',
    claims: { ...keycloakPerson, typ: 'ID', aud: 'visage', at_hash: 'h', scope: undefined },
    attack: 'acts for the person without being granted anything',
    becomes: isIdToken,
  },
  {
    preset: 'keycloak',
    what: 'a person’s ID token with a scope claim of a mapper',
    claims: { ...keycloakPerson, typ: 'ID' },
    attack: 'acts for the person without being granted anything',
    becomes: isIdToken,
  },
  {
    preset: 'keycloak',
    what: 'a person with client roles',
    claims: { ...keycloakPerson, resource_access: { visage: { roles: writeAll } } },
    attack: 'acts as an application by the person’s own roles',
    becomes: asPerson(person, ['openid', 'email', 'profile', ...write]),
  },
  {
    preset: 'keycloak',
    what: 'a person with `oid`, `tid`, `wids`, `idtyp` and `roles` by mappers',
    claims: {
      ...keycloakPerson,
      oid: service,
      tid: service,
      wids: [userAdministrator],
      idtyp: 'app',
      roles: writeAll,
    },
    attack: 'is somebody else, an administrator or an application by claims of Entra ID',
    becomes: asPerson(person, ['openid', 'email', 'profile', ...write]),
  },
  {
    preset: 'keycloak',
    what: 'a person’s lightweight access token',
    claims: { typ: 'Bearer', azp: 'web', sid: 'xK3v', scope: 'openid User.ReadWrite' },
    becomes: { refused: 'token-subject-missing' },
  },
  {
    preset: 'keycloak',
    what: 'a person with a session and a user name as of an application',
    claims: { ...keycloakPerson, client_id: 'web', preferred_username: 'service-account-web' },
    attack: 'acts as an application by a name',
    becomes: asPerson(person, ['openid', 'email', 'profile', ...write]),
  },
  { preset: 'okta', what: 'a person', claims: oktaPerson, becomes: asPerson('00u1', write) },
  { preset: 'okta', what: 'an application', claims: oktaApp, becomes: asApp('0oa1') },
  {
    preset: 'okta',
    what: 'a person’s ID token',
    claims: { sub: '00u1', auth_time: 1, roles: writeAll },
    attack: 'acts as an application by a claim `roles`',
    becomes: isIdToken,
  },
  {
    preset: 'auth0',
    what: 'a person',
    claims: auth0Person,
    becomes: asPerson('auth0|6510', ['openid', ...write]),
  },
  { preset: 'auth0', what: 'an application', claims: auth0App, becomes: asApp('cl1@clients') },
  {
    preset: 'auth0',
    what: 'a person with permissions by RBAC',
    claims: { ...auth0Person, permissions: writeAll },
    attack: 'acts as an application by the person’s own permissions',
    becomes: asPerson('auth0|6510', ['openid', ...write]),
  },
  {
    preset: 'auth0',
    what: 'a person with `gty`',
    claims: { ...auth0Person, gty: 'client-credentials' },
    attack: 'acts as an application by a claim of an action',
    becomes: asPerson('auth0|6510', ['openid', ...write]),
  },
  {
    preset: 'authentik',
    what: 'a person',
    claims: authentikPerson,
    becomes: asPerson('9f86d0', ['openid', 'profile', ...write]),
  },
  {
    preset: 'authentik',
    what: 'an application, its client listed',
    claims: authentikApp,
    applications: ['cl2'],
    becomes: asApp('60303a', ['profile', ...writeAll]),
  },
  {
    preset: 'authentik',
    what: 'an application, its client not listed',
    claims: authentikApp,
    becomes: asPerson('60303a', ['profile', ...writeAll]),
  },
  {
    preset: 'hydra',
    what: 'a person',
    claims: hydraPerson,
    becomes: asPerson('anna', ['openid', ...write]),
  },
  { preset: 'hydra', what: 'an application', claims: hydraApp, becomes: asApp(client) },
  {
    preset: 'hydra',
    what: 'a person with claims of Entra ID by the consent app',
    claims: { ...hydraPerson, idtyp: 'app', oid: service, roles: writeAll },
    attack: 'is somebody else or an application by claims of Entra ID',
    becomes: asPerson('anna', ['openid', ...write]),
  },
  {
    preset: 'generic',
    what: 'a person',
    claims: plainPerson,
    becomes: asPerson('anna', ['openid', ...write]),
  },
  { preset: 'generic', what: 'an application', claims: plainApp, becomes: asApp('daemon') },
  {
    preset: 'generic',
    what: 'a person’s ID token with roles',
    claims: { sub: 'anna', nonce: 'n', roles: writeAll },
    attack: 'acts as an application and deletes other people’s photos',
    becomes: isIdToken,
  },
  {
    preset: 'generic',
    what: 'a token with roles and no scopes',
    claims: { sub: 'anna', client_id: 'web', roles: writeAll },
    attack: 'acts as an application by the person’s own roles',
    becomes: asPerson('anna'),
  },
  {
    preset: 'generic',
    what: 'a person with claims of Entra ID',
    claims: { ...plainPerson, idtyp: 'app', oid: service, tid: service, wids: [userAdministrator] },
    attack: 'is somebody else, an administrator or an application by claims of Entra ID',
    becomes: asPerson('anna', ['openid', ...write], []),
  },
  {
    preset: 'generic',
    what: 'scopes of another resource',
    claims: { ...plainPerson, scope: 'https://other/User.ReadWrite api://other/User.Read' },
    attack: 'uses here what was granted elsewhere',
    becomes: asPerson('anna'),
  },
  {
    preset: 'generic',
    what: 'a scope of this server’s own address',
    claims: { ...plainPerson, scope: 'visage/User.ReadWrite' },
    becomes: asPerson('anna', write),
  },
]

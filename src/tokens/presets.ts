/**
 * Table: the claims of each kind of issuer. A claim that a preset does not name has no effect with
 * it, so `oid`, `tid`, `wids` and `idtyp` count only in Entra's tokens. docs/issuers.md is
 * generated from it.
 */
import type { Pointer } from './pointer.ts'

/** The first pointer with a value is used; for permissions, roles and groups, all are. */
export type Pointers = Readonly<{
  id: readonly Pointer[]
  /** If empty, every caller belongs to the tenant of the issuer. */
  tenant: readonly Pointer[]
  client: readonly Pointer[]
  userName: readonly Pointer[]
  displayName: readonly Pointer[]
  givenName: readonly Pointer[]
  surname: readonly Pointer[]
  mail: readonly Pointer[]
  mailVerified: readonly Pointer[]
  /** Permissions of a person. */
  scopes: readonly Pointer[]
  /** Permissions of an application. */
  appPermissions: readonly Pointer[]
  /** Template ids of administrators' roles. */
  roles: readonly Pointer[]
  /** Groups that VISAGE_GROUP_ROLES can assign roles to. */
  groups: readonly Pointer[]
  /** The user flow of an Azure AD B2C tenant. */
  b2cPolicy: readonly Pointer[]
}>

export type PointerName = keyof Pointers

/** How a token marks an application: application.ts. */
export const applicationSigns = ['idtyp', 'service-account', 'gty', 'subject', 'none'] as const
export type ApplicationSign = (typeof applicationSigns)[number]

export type Preset = Readonly<{
  pointers: Pointers
  applicationSign: ApplicationSign
  /** Only a token that was asked for with `audience` is for an audience, or is a JWT at all. */
  asksForAudience?: true
}>
export type PresetName = 'entra' | 'keycloak' | 'okta' | 'auth0' | 'authentik' | 'hydra' | 'generic'

/** https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
const standardNames = {
  userName: ['/preferred_username'],
  displayName: ['/name'],
  givenName: ['/given_name'],
  surname: ['/family_name'],
  mail: ['/email'],
  mailVerified: ['/email_verified'],
} as const satisfies Partial<Pointers>

const none = { tenant: [], roles: [], groups: [], b2cPolicy: [] } as const

export const presets = {
  // https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
  entra: {
    applicationSign: 'idtyp',
    pointers: {
      ...standardNames,
      id: ['/oid', '/sub'],
      tenant: ['/tid'],
      client: ['/azp', '/appid'],
      userName: ['/upn', '/preferred_username', '/unique_name'],
      scopes: ['/scp'],
      appPermissions: ['/roles'],
      roles: ['/wids'],
      groups: ['/groups'],
      b2cPolicy: ['/tfp', '/acr'],
    },
  },
  keycloak: {
    applicationSign: 'service-account',
    pointers: {
      ...none,
      ...standardNames,
      id: ['/sub'],
      client: ['/client_id', '/azp'],
      scopes: ['/scope'],
      appPermissions: ['/resource_access/visage/roles', '/scope'],
      roles: ['/realm_access/roles'],
      groups: ['/groups'],
    },
  },
  // A person's `sub` is the login, which can change; `uid` cannot.
  okta: {
    applicationSign: 'subject',
    pointers: {
      ...none,
      ...standardNames,
      id: ['/uid', '/sub'],
      client: ['/cid'],
      userName: ['/preferred_username', '/sub'],
      scopes: ['/scp'],
      appPermissions: ['/scp'],
      groups: ['/groups'],
    },
  },
  // Auth0's access tokens contain names only in claims that the operator defines.
  auth0: {
    applicationSign: 'gty',
    asksForAudience: true,
    pointers: {
      ...none,
      id: ['/sub'],
      client: ['/azp'],
      userName: [],
      displayName: [],
      givenName: [],
      surname: [],
      mail: [],
      mailVerified: [],
      scopes: ['/scope'],
      appPermissions: ['/permissions', '/scope'],
    },
  },
  authentik: {
    applicationSign: 'none',
    pointers: {
      ...none,
      ...standardNames,
      id: ['/sub'],
      client: ['/azp'],
      scopes: ['/scope'],
      appPermissions: ['/scope'],
      groups: ['/groups'],
    },
  },
  // Claims of the consent app are in `ext`, or at the top level if Hydra is configured so.
  hydra: {
    applicationSign: 'subject',
    asksForAudience: true,
    pointers: {
      ...none,
      id: ['/sub'],
      client: ['/client_id'],
      userName: ['/ext/preferred_username', '/preferred_username'],
      displayName: ['/ext/name', '/name'],
      givenName: ['/ext/given_name', '/given_name'],
      surname: ['/ext/family_name', '/family_name'],
      mail: ['/ext/email', '/email'],
      mailVerified: ['/ext/email_verified', '/email_verified'],
      scopes: ['/scp'],
      appPermissions: ['/scp'],
      groups: ['/ext/groups'],
    },
  },
  // https://www.rfc-editor.org/rfc/rfc9068
  generic: {
    applicationSign: 'subject',
    pointers: {
      ...none,
      ...standardNames,
      id: ['/sub'],
      client: ['/client_id', '/azp'],
      scopes: ['/scope', '/scp'],
      appPermissions: ['/scope', '/scp'],
      groups: ['/groups'],
      b2cPolicy: ['/tfp', '/acr'],
    },
  },
} as const satisfies Record<PresetName, Preset>

/** How the tokens of the trusted issuers are read: a preset, and further settings. */
export type Reading = Preset &
  Readonly<{
    /** Which claim may become the name by which a person is found. */
    vouches: 'none' | 'userName' | 'mail'
    /** Clients whose tokens always count as an application's. */
    applications: readonly string[]
    /** Name of a group -> template ids of the roles that its members hold. */
    groupRoles: ReadonlyMap<string, readonly string[]>
    /**
     * Accepts only tokens with the header `typ: at+jwt`.
     * https://www.rfc-editor.org/rfc/rfc9068#section-4
     */
    requiresAccessTokenType: boolean
  }>

export function readingOf(preset: Preset, overrides: Partial<Reading> = {}): Reading {
  return {
    vouches: 'none',
    applications: [],
    groupRoles: new Map(),
    requiresAccessTokenType: false,
    ...preset,
    ...overrides,
  }
}

/**
 * Table: the groups in which `visage serve --help` shows the settings, and its examples. A setting without
 * a group does not compile.
 */
import type { SettingName } from '../settings/config.ts'

export const groups = {
  tokens: 'Tokens (cloud or issuer):',
  claims: 'What a token says:',
  address: 'Address and processes:',
  stores: 'People and photos:',
  behaviour: 'Answers:',
  limits: 'Limits:',
  cleaning: 'Cleaning up:',
  watching: 'Log and metrics:',
} as const

export type Group = keyof typeof groups

export const groupOf = {
  cloud: 'tokens',
  tenants: 'tokens',
  personalAccounts: 'tokens',
  b2cTenants: 'tokens',
  issuer: 'tokens',
  issuerTenant: 'tokens',
  issuerPreset: 'tokens',
  audience: 'tokens',
  requireAtJwt: 'tokens',
  signIn: 'claims',
  issuerVouches: 'claims',
  applications: 'claims',
  applicationSign: 'claims',
  groupRoles: 'claims',
  claimId: 'claims',
  claimTenant: 'claims',
  claimClient: 'claims',
  claimUserName: 'claims',
  claimName: 'claims',
  claimGivenName: 'claims',
  claimSurname: 'claims',
  claimMail: 'claims',
  claimMailVerified: 'claims',
  claimScopes: 'claims',
  claimAppPermissions: 'claims',
  claimRoles: 'claims',
  claimGroups: 'claims',
  host: 'address',
  port: 'address',
  baseUrl: 'address',
  tlsCert: 'address',
  tlsKey: 'address',
  workers: 'address',
  connectionRequests: 'address',
  connectionAge: 'address',
  drain: 'address',
  data: 'stores',
  database: 'stores',
  databaseConnections: 'stores',
  packs: 'stores',
  packCache: 'stores',
  strictContentType: 'behaviour',
  readOnly: 'behaviour',
  throttle: 'behaviour',
  maxPixels: 'limits',
  renderers: 'limits',
  renderQueue: 'limits',
  renderTimeout: 'limits',
  decodeMemory: 'limits',
  uploadMemory: 'limits',
  stallTimeout: 'limits',
  sweepEvery: 'cleaning',
  sweepGrace: 'cleaning',
  logLevel: 'watching',
  metrics: 'watching',
} as const satisfies Record<SettingName, Group>

/** For the tenants of Entra ID, for any other issuer, and several nodes on common stores. */
export function writeServeExamples(program: string): string {
  return `
Every setting can be given by its variable instead of its flag.

Examples:
  ${program} serve \\
    --cloud global --tenants TENANT-ID --audience CLIENT-ID

  ${program} serve \\
    --issuer https://id.example.org --audience visage \\
    --host 0.0.0.0 --base-url https://photos.example.org

  VISAGE_CLOUD=global VISAGE_TENANTS=TENANT-ID \\
  VISAGE_AUDIENCE=CLIENT-ID \\
  VISAGE_DATABASE=postgres://visage:PASSWORD@db/visage \\
  VISAGE_PACKS=s3://photos/visage \\
    ${program} serve`
}

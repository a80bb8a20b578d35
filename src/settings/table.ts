/**
 * Table: every setting of `visage serve` with its environment variable, its flag, its group, its default
 * and its meaning. docs/configuration.md and `visage serve --help` are written from it.
 */
import { defaultLimits } from '../renditions/limits.ts'
import { clouds } from '../tokens/clouds.ts'
import { applicationSigns, presets } from '../tokens/presets.ts'
import { type Setting, setting } from './setting.ts'

/** In the order of the help: each with its heading there, and the chapter of docs/configuration.md. */
export const groups = {
  tokens: { heading: 'Tokens (cloud or issuer):', chapter: 'Token issuers' },
  claims: { heading: 'Claims of a token:', chapter: 'Claims of a token' },
  address: { heading: 'Address and processes:', chapter: 'Address and processes' },
  ending: { heading: 'Address and processes:', chapter: 'Log, metrics and shutdown' },
  stores: { heading: 'People and photos:', chapter: 'People and photos' },
  behaviour: { heading: 'Answers:', chapter: 'Requests and limits' },
  limits: { heading: 'Limits:', chapter: 'Requests and limits' },
  provisioning: { heading: 'Provisioning (SCIM):', chapter: 'People and photos' },
  leaving: { heading: 'Leavers:', chapter: 'People and photos' },
  cleaning: { heading: 'Cleaning up:', chapter: 'People and photos' },
  page: { heading: 'Page:', chapter: 'The page' },
  watching: { heading: 'Log and metrics:', chapter: 'Log, metrics and shutdown' },
} as const satisfies Record<string, Readonly<{ heading: string; chapter: string }>>

type Group = keyof typeof groups
type ServeSetting = Setting & Readonly<{ group: Group }>

const tokens = inGroup('tokens')
const claims = inGroup('claims')
const address = inGroup('address')
const ending = inGroup('ending')
const stores = inGroup('stores')
const behaviour = inGroup('behaviour')
const limits = inGroup('limits')
const provisioning = inGroup('provisioning')
const leaving = inGroup('leaving')
const cleaning = inGroup('cleaning')
const page = inGroup('page')
const watching = inGroup('watching')

/** In the order of docs/configuration.md: name, form of a value, meaning, default. */
export const settings = {
  cloud: tokens(
    'CLOUD',
    'name',
    `Microsoft cloud whose Entra ID issues the tokens: ${Object.keys(clouds).join(', ')}. This or VISAGE_ISSUER is required.`,
  ),
  tenants: tokens(
    'TENANTS',
    'id,id,… | any',
    'With VISAGE_CLOUD: tenants whose tokens are accepted. Required.',
  ),
  personalAccounts: tokens(
    'PERSONAL_ACCOUNTS',
    'true | false',
    'With VISAGE_CLOUD global: whether personal Microsoft accounts are accepted.',
    'false',
  ),
  b2cTenants: tokens(
    'B2C_TENANTS',
    'id[=host/policy/…],…',
    'With VISAGE_CLOUD: Azure AD B2C tenants. If user flows issue the tokens, each tenant with its sign-in host and the names of those user flows: id=contoso.b2clogin.com/B2C_1_sign_in/B2C_1_edit. User photo updates are refused to B2C tenants.',
  ),
  issuer: tokens(
    'ISSUER',
    'url',
    'Any OpenID Connect issuer instead of a Microsoft cloud, exactly as in its tokens.',
  ),
  issuerTenant: tokens(
    'ISSUER_TENANT',
    'text',
    'With VISAGE_ISSUER: the tenant of tokens that name none.',
    'default',
  ),
  issuerPreset: tokens(
    'ISSUER_PRESET',
    'name',
    `With VISAGE_ISSUER: the product, which decides which claims are read: ${Object.keys(presets).join(', ')}. docs/issuers.md shows each. With VISAGE_CLOUD it is always entra.`,
    'generic',
  ),
  audience: tokens(
    'AUDIENCE',
    'text,text,…',
    'Audience that tokens must have: the client id or App ID URI of your own app registration. Required.',
  ),
  requireAtJwt: tokens(
    'REQUIRE_AT_JWT',
    'true | false',
    'Accept only tokens with the header typ: at+jwt (RFC 9068).',
    'false',
  ),
  signIn: claims(
    'SIGN_IN',
    'add | known',
    'Whether a person who signs in and is not in the directory is added to it.',
    'add',
  ),
  issuerVouches: claims(
    'ISSUER_VOUCHES',
    'none | userName | mail',
    'Which name in a token becomes userPrincipalName, by which others find the person. Only for an issuer whose users cannot choose that name. mail counts if the token says that it is verified.',
    'none',
  ),
  linkBy: claims(
    'LINK_BY',
    'none | userPrincipalName',
    'Whether an id that signs in for the first time is linked to the provisioned, active person whose userPrincipalName is the name in the token, if nobody has signed in as that person yet. Needs VISAGE_ISSUER_VOUCHES=userName.',
    'none',
  ),
  applications: claims(
    'APPLICATIONS',
    'client,client,…',
    'Client ids whose tokens are always an application’s. Only for clients that no person signs in with.',
  ),
  applicationSign: claims(
    'APPLICATION_SIGN',
    'name',
    `How a token shows that an application calls, if it differs from the preset: ${applicationSigns.join(', ')}.`,
  ),
  groupRoles: claims(
    'GROUP_ROLES',
    'group=id,…',
    'Groups in tokens whose members have an administrator role, each with the template id of the role (docs/permissions.md).',
  ),
  claimId: claim('ID', 'the id of the person'),
  claimTenant: claim('TENANT', 'the tenant'),
  claimClient: claim('CLIENT', 'the client id of the program that calls'),
  claimUserName: claim('USER_NAME', 'the user name'),
  claimName: claim('NAME', 'the display name'),
  claimGivenName: claim('GIVEN_NAME', 'the given name'),
  claimSurname: claim('SURNAME', 'the surname'),
  claimMail: claim('MAIL', 'the mail address'),
  claimMailVerified: claim('MAIL_VERIFIED', 'the flag of a verified mail address (true)'),
  claimScopes: claim('SCOPES', 'the permissions of a person'),
  claimAppPermissions: claim('APP_PERMISSIONS', 'the permissions of an application'),
  claimRoles: claim('ROLES', 'the template ids of administrator roles'),
  claimGroups: claim('GROUPS', 'the groups for VISAGE_GROUP_ROLES'),
  host: address('HOST', 'address', 'Address to listen on. 0.0.0.0 or :: for all.', '127.0.0.1'),
  port: address('PORT', 'number', 'Port to listen on; 0 takes a free one.', '8080'),
  workers: address(
    'WORKERS',
    'number | auto',
    'How many processes serve the port; auto: one per CPU core. The limits on memory, renderers and connections apply to all of them together.',
    '1',
  ),
  connectionRequests: address(
    'CONNECTION_REQUESTS',
    'number',
    'After how many requests a connection is closed, so that the client’s next one may go to another worker; 0 for never.',
    '1000',
  ),
  connectionAge: address(
    'CONNECTION_AGE',
    'seconds',
    'After how much time a connection is closed once its next answer is sent, for the same reason; 0 for never.',
    '20',
  ),
  baseUrl: address(
    'BASE_URL',
    'url',
    'Base URL that clients use, if a proxy in front changes it. Default: what the request says.',
  ),
  tlsCert: address(
    'TLS_CERT',
    'file',
    'Certificate chain in PEM form; with it Visage serves https.',
  ),
  tlsKey: address('TLS_KEY', 'file', 'Private key of the certificate, in PEM form.'),
  data: stores('DATA', 'folder', 'Folder of the embedded database and the photos.', './data'),
  database: stores(
    'DATABASE',
    'postgres://…',
    'PostgreSQL instead of the embedded database: postgres://user:password@host/name. With ?sslmode=verify-full the connection is encrypted and the certificate of the server is checked (require does the same; sslrootcert=file names the authority); with no-verify it is only encrypted; without sslmode, neither.',
  ),
  databaseConnections: stores(
    'DATABASE_CONNECTIONS',
    'number',
    'With VISAGE_DATABASE: how many connections one `visage serve` opens at most. Divided among its workers, at least 2 each.',
    '10',
  ),
  packs: stores(
    'PACKS',
    's3://…',
    'Photos on S3 instead of the folder: s3://bucket/prefix. For stores other than AWS add ?endpoint=https://host:port; the bucket is then part of the path unless &pathStyle=false. Add region=name if the AWS environment does not name one. Credentials come from the AWS environment, or with profile=name from that profile of the shared AWS files.',
  ),
  packCache: stores(
    'PACK_CACHE',
    'bytes',
    'With VISAGE_PACKS: how many bytes of photos one `visage serve` keeps in memory; 0 for none. Divided among its workers, each of which keeps its own.',
    '67108864',
  ),
  packCacheFolder: stores(
    'PACK_CACHE_FOLDER',
    'folder',
    'With VISAGE_PACKS: a folder of its own on a disk of this machine, in which photos from S3 are kept behind those in memory, also over a restart. Processes of one machine may share it.',
  ),
  packCacheFolderSize: stores(
    'PACK_CACHE_FOLDER_SIZE',
    'bytes',
    'With VISAGE_PACK_CACHE_FOLDER: how many bytes of the disk it may take, for all processes together.',
    '1073741824',
  ),
  scimId: provisioning(
    'SCIM_ID',
    'attribute',
    'In which attribute a sender (a program that sends people over SCIM) has the id that is in the tokens of a person: externalId, id, userName or employeeNumber. If its value is a GUID, it becomes the id of a new person; otherwise they get a new one, or keep that with which they have signed in.',
    'externalId',
  ),
  scimOwners: provisioning(
    'SCIM_OWNERS',
    'pattern',
    'Name of the groups whose members own another group, for senders that have no owners: with {displayName} Owners, the members of Sales Owners own Sales.',
  ),
  scimPhotos: provisioning(
    'SCIM_PHOTOS',
    'true | false',
    'Whether photos that a sender has with a person are taken. They fill an empty photo, and replace one where photoUpdateSettings.source is onPremises.',
    'true',
  ),
  scimPhotoHosts: provisioning(
    'SCIM_PHOTO_HOSTS',
    'host,host:port,…',
    'Hosts from which such photos are fetched over https, if they are sent as addresses. Only hosts on the public Internet are called. Without it, only photos inside the request (data URLs) are taken.',
  ),
  leavers: leaving(
    'LEAVERS',
    'hide | show',
    'Whether photos of people who are disabled are hidden, as if there were none, from everybody but administrators and applications that may change photos.',
    'hide',
  ),
  deletedDays: leaving(
    'DELETED_DAYS',
    'number',
    'How many days people and groups who were deleted can be restored; then they are erased, photo included. 0: they are never erased.',
    '30',
  ),
  inactiveDays: leaving(
    'INACTIVE_DAYS',
    'number',
    'After how many days of being disabled people count as deleted, for sources that only disable people, such as Okta. 0: never.',
    '0',
  ),
  sweepEvery: cleaning(
    'SWEEP_EVERY',
    'seconds',
    'How often replaced and orphaned photos are removed from the folder or the bucket; 0 for never.',
    '600',
  ),
  sweepGrace: cleaning(
    'SWEEP_GRACE',
    'seconds',
    'How long a replaced photo is kept, for requests that still read it and for backups.',
    '3600',
  ),
  strictContentType: behaviour(
    'STRICT_CONTENT_TYPE',
    'true | false',
    'Accept uploads only as image/jpeg, as Graph documents it; any other content type, or none, is 415.',
    'false',
  ),
  readOnly: behaviour(
    'READ_ONLY',
    'true | false',
    'Answer only reads; every change is refused with 503 and Retry-After, and nothing is swept. For the last minute of `visage move`.',
    'false',
  ),
  maxPixels: limits(
    'MAX_PIXELS',
    'number',
    'How many pixels an uploaded picture may have. Pictures that are decoded as a whole may have fewer, as VISAGE_DECODE_MEMORY allows; by default AVIF 14.9 million (9.9 with more than 8 bits), progressive JPEG 44.7, GIF and WebP 53.6.',
    String(defaultLimits.maxPixels),
  ),
  renderers: limits(
    'RENDERERS',
    'number',
    'How many processes render pictures, one picture at a time each. Divided among the workers, at least 1 each.',
    'one per processor, 2 at least and 3 at most',
  ),
  renderQueue: limits(
    'RENDER_QUEUE',
    'number',
    'How many uploads may wait for a renderer; further ones are refused with 503 and Retry-After. Divided among the workers.',
    '64',
  ),
  renderTimeout: limits(
    'RENDER_TIMEOUT',
    'seconds',
    'How long rendering one picture may take; then it is refused, and its process is killed and replaced.',
    String(defaultLimits.timeoutSeconds),
  ),
  decodeMemory: limits(
    'DECODE_MEMORY',
    'bytes',
    'How many bytes all pictures that are decoded at the same time may take, beyond 32 MB for each; other pictures wait. No single picture may take more. Divided among the workers, at least 256 MB each.',
    String(defaultLimits.maxDecodedBytes),
  ),
  uploadMemory: limits(
    'UPLOAD_MEMORY',
    'bytes',
    'How many bytes of request bodies may be in memory at the same time; further ones are refused with 503 and Retry-After. A JSON body counts three to five times its size, because of its parsed values; a batch with a photo of 4 MB takes 22 MB. Divided among the workers, at least 24 MB each.',
    '67108864',
  ),
  stallTimeout: limits('STALL_TIMEOUT', 'seconds', 'How long an upload may pause.', '15'),
  throttle: behaviour(
    'THROTTLE',
    'off | graph | limits',
    'Limits of one application at one mailbox; above them the answer is 429 with Retry-After. graph: the limits of the Outlook service, which are requests=10000/600s, concurrent=4 and upload=150MB/300s. Or any of these three with your own numbers, separated by commas. Each process and each worker counts separately.',
    'off',
  ),
  page: page(
    'PAGE',
    'on | off',
    'Whether the page for people is served: at /, and at the addresses of its views (docs/page.md).',
    'on',
  ),
  pageClientId: page(
    'PAGE_CLIENT_ID',
    'id',
    'Client id with which people sign in at the page: a public client with PKCE and the redirect address {base URL}/. Without it the page says that sign-in is not set up.',
  ),
  logLevel: watching(
    'LOG_LEVEL',
    'level',
    'Lowest severity to log. error: bugs and failures in the background; warning: also requests that could not be served (503); info: also start, end and who changed whose photo; debug: also every answer.',
    'info',
  ),
  metrics: watching(
    'METRICS',
    'host:port',
    'Separate address where Prometheus fetches /metrics, without a token; /healthz and /readyz are there too. Port 0 takes a free one.',
  ),
  drain: ending(
    'DRAIN',
    'seconds',
    'How long requests are still served after SIGTERM while /readyz answers 503, so that load balancers stop sending requests first.',
    '0',
  ),
} as const satisfies Record<string, ServeSetting>

export type SettingName = keyof typeof settings
export type Texts = Readonly<Partial<Record<SettingName, string>>>

export const settingNames = Object.keys(settings) as SettingName[]

function inGroup(group: Group) {
  return (...parts: Parameters<typeof setting>): ServeSetting => ({ ...setting(...parts), group })
}

function claim(name: string, what: string): ServeSetting {
  const meaning = `JSON Pointers to ${what} in a token, separated by commas, or none, if they differ from the preset.`
  return claims(`CLAIM_${name}`, 'pointers', meaning)
}

/**
 * Table: every setting of `visage serve` with its environment variable, its flag, its default and its
 * meaning; and how texts become one frozen, typed Config. The only place that reads the environment.
 * docs/configuration.md is generated from this table.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createSecureContext } from 'node:tls'
import { type Severity, severities } from '../events.ts'
import {
  type PostgresLocation,
  parsePostgres,
  parseS3,
  postgresForm,
  type S3Location,
  s3Form,
} from '../storage/location.ts'
import { limitsForm, parseLimits, type ThrottleLimits } from '../throttling/limits.ts'
import type { CloudName } from '../tokens/clouds.ts'
import { clouds } from '../tokens/clouds.ts'
import { isPointer, type Pointer } from '../tokens/pointer.ts'
import {
  applicationSigns,
  type PointerName,
  type Preset,
  type PresetName,
  presets,
  type Reading,
  readingOf,
} from '../tokens/presets.ts'
import type { B2cTenant, Trust } from '../tokens/trust.ts'

/** A setting that is missing, unreadable or contradicts another; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type Setting = Readonly<{
  env: string
  flag: string
  /** What a value looks like, for help and documentation. */
  value: string
  default: string
  meaning: string
}>

export const settings = {
  host: setting('HOST', 'address', '127.0.0.1', 'Address to listen on. 0.0.0.0 or :: for all.'),
  port: setting('PORT', 'number', '8080', 'Port to listen on; 0 takes a free one.'),
  data: setting('DATA', 'folder', './data', 'Folder of the embedded database and the photos.'),
  database: setting(
    'DATABASE',
    'postgres://…',
    '',
    'PostgreSQL instead of the embedded database: postgres://user:password@host/name. With ?sslmode=verify-full the connection is encrypted and the certificate of the server is checked (require does the same; sslrootcert=file names the authority); with no-verify it is only encrypted; without sslmode, neither.',
  ),
  databaseConnections: setting(
    'DATABASE_CONNECTIONS',
    'number',
    '10',
    'With VISAGE_DATABASE: how many connections one `visage serve` opens at most. Divided among its workers, at least 2 each.',
  ),
  packs: setting(
    'PACKS',
    's3://…',
    '',
    'Photos on S3 instead of the folder: s3://bucket/prefix. For stores other than AWS add ?endpoint=https://host:port; their buckets are paths unless &pathStyle=false. region=name if the AWS environment does not name one. Credentials come from the AWS environment, or with profile=name from that profile of the shared AWS files.',
  ),
  packCache: setting(
    'PACK_CACHE',
    'bytes',
    '67108864',
    'With VISAGE_PACKS: how many bytes of photos one `visage serve` keeps in memory; 0 for none. Divided among its workers, each of which keeps its own.',
  ),
  workers: setting(
    'WORKERS',
    'number | auto',
    '1',
    'How many processes serve the port together; auto: one per CPU core. The limits on memory, renderers and connections apply to all of them together.',
  ),
  baseUrl: setting(
    'BASE_URL',
    'url',
    '',
    'Base URL that clients use, if a proxy in front changes it. Default: what the request says.',
  ),
  tlsCert: setting(
    'TLS_CERT',
    'file',
    '',
    'Certificate chain in PEM form; with it Visage serves https.',
  ),
  tlsKey: setting('TLS_KEY', 'file', '', 'Private key of the certificate, in PEM form.'),
  cloud: setting(
    'CLOUD',
    'name',
    '',
    `Microsoft cloud whose Entra ID issues the tokens: ${Object.keys(clouds).join(', ')}. This or VISAGE_ISSUER is required.`,
  ),
  tenants: setting(
    'TENANTS',
    'id,id,… | any',
    '',
    'With VISAGE_CLOUD: tenants whose tokens are accepted. Required.',
  ),
  b2cTenants: setting(
    'B2C_TENANTS',
    'id[=host/policy/…],…',
    '',
    'With VISAGE_CLOUD: Azure AD B2C tenants. If user flows issue the tokens, each tenant with its sign-in host and the names of those user flows: id=contoso.b2clogin.com/B2C_1_sign_in/B2C_1_edit. User photo updates are refused to B2C tenants.',
  ),
  personalAccounts: setting(
    'PERSONAL_ACCOUNTS',
    'true | false',
    'false',
    'With VISAGE_CLOUD global: whether personal Microsoft accounts are accepted.',
  ),
  issuer: setting(
    'ISSUER',
    'url',
    '',
    'Any OpenID Connect issuer instead of a Microsoft cloud, exactly as in its tokens.',
  ),
  issuerTenant: setting(
    'ISSUER_TENANT',
    'text',
    'default',
    'With VISAGE_ISSUER: the tenant of tokens that name none.',
  ),
  issuerPreset: setting(
    'ISSUER_PRESET',
    'name',
    'generic',
    `With VISAGE_ISSUER: which claims its tokens are read by: ${Object.keys(presets).join(', ')}. docs/issuers.md shows each. VISAGE_CLOUD is always entra.`,
  ),
  issuerVouches: setting(
    'ISSUER_VOUCHES',
    'none | userName | mail',
    'none',
    'Which name in a token may become userPrincipalName, by which everybody finds the person. Only for an issuer that lets nobody choose that name freely. mail counts where the token says that it is verified.',
  ),
  signIn: setting(
    'SIGN_IN',
    'add | known',
    'add',
    'Whether somebody who signs in and is not in the directory is added to it.',
  ),
  applications: setting(
    'APPLICATIONS',
    'client,client,…',
    '',
    'Client ids of which every token is an application’s. Only for clients with which no person signs in.',
  ),
  applicationSign: setting(
    'APPLICATION_SIGN',
    'name',
    '',
    `How a token says that an application calls, if not as the preset has it: ${applicationSigns.join(', ')}.`,
  ),
  groupRoles: setting(
    'GROUP_ROLES',
    'group=id,…',
    '',
    'Groups in tokens whose members hold an administrators’ role, each with the template id of the role (docs/permissions.md).',
  ),
  requireAtJwt: setting(
    'REQUIRE_AT_JWT',
    'true | false',
    'false',
    'Accept only tokens with the header typ: at+jwt (RFC 9068).',
  ),
  claimId: claim('ID', 'the id of the person'),
  claimTenant: claim('TENANT', 'the tenant'),
  claimClient: claim('CLIENT', 'the client id of the program that calls'),
  claimUserName: claim('USER_NAME', 'the user name'),
  claimName: claim('NAME', 'the display name'),
  claimGivenName: claim('GIVEN_NAME', 'the given name'),
  claimSurname: claim('SURNAME', 'the surname'),
  claimMail: claim('MAIL', 'the mail address'),
  claimMailVerified: claim('MAIL_VERIFIED', 'whether the mail address is verified (true)'),
  claimScopes: claim('SCOPES', 'the permissions of a person'),
  claimAppPermissions: claim('APP_PERMISSIONS', 'the permissions of an application'),
  claimRoles: claim('ROLES', 'the template ids of administrators’ roles'),
  claimGroups: claim('GROUPS', 'the groups of VISAGE_GROUP_ROLES'),
  audience: setting(
    'AUDIENCE',
    'text,text,…',
    '',
    'Audience that tokens must have: the client id or App ID URI of your own app registration. Required.',
  ),
  strictContentType: setting(
    'STRICT_CONTENT_TYPE',
    'true | false',
    'false',
    'Accept uploads only as image/jpeg, as Graph documents it; any other content type, or none, is 415.',
  ),
  readOnly: setting(
    'READ_ONLY',
    'true | false',
    'false',
    'Answer only reads; every change is refused with 503 and Retry-After, and nothing is swept. For the last minute of `visage move`.',
  ),
  throttle: setting(
    'THROTTLE',
    'off | graph | limits',
    'off',
    'Whether an application that asks too much of a mailbox gets 429 with Retry-After. graph: the limits of the Outlook service, which are requests=10000/600s, concurrent=4 and upload=150MB/300s. Or any of these three with your own numbers, joined by commas. Each process, and each worker, counts separately.',
  ),
  maxPixels: setting(
    'MAX_PIXELS',
    'number',
    '100000000',
    'How many pixels an uploaded picture may have. Pictures that are decoded as a whole may have fewer, as VISAGE_DECODE_MEMORY allows; by default AVIF 14.9 million (9.9 with more than 8 bits), progressive JPEG 44.7, GIF and WebP 53.6.',
  ),
  renderers: setting(
    'RENDERERS',
    'number',
    'one per processor, 2 at least and 3 at most',
    'How many processes render pictures, one picture at a time each. Divided among the workers, at least 1 each.',
  ),
  renderTimeout: setting(
    'RENDER_TIMEOUT',
    'seconds',
    '20',
    'How long rendering one picture may take; then it is refused, and its process is killed and replaced.',
  ),
  decodeMemory: setting(
    'DECODE_MEMORY',
    'bytes',
    '268435456',
    'How many bytes all pictures that are decoded at the same time may take, besides 32 MB for each; the others wait. No single picture may take more. Divided among the workers, at least 256 MB each.',
  ),
  renderQueue: setting(
    'RENDER_QUEUE',
    'number',
    '64',
    'How many uploads may wait for a renderer; further ones are refused with 503 and Retry-After. Divided among the workers.',
  ),
  uploadMemory: setting(
    'UPLOAD_MEMORY',
    'bytes',
    '67108864',
    'How many bytes of request bodies may be in memory at the same time; further ones are refused with 503 and Retry-After. A body of JSON counts three to five times, as what it becomes; a batch with a photo of 4 MB takes 22 MB. Divided among the workers, at least 24 MB each.',
  ),
  stallTimeout: setting('STALL_TIMEOUT', 'seconds', '15', 'How long an upload may pause.'),
  connectionRequests: setting(
    'CONNECTION_REQUESTS',
    'number',
    '1000',
    'After how many requests a connection is closed behind its answer, so that the next one may go to another worker; 0 for never.',
  ),
  connectionAge: setting(
    'CONNECTION_AGE',
    'seconds',
    '20',
    'After how much time a connection is closed behind its next answer, for the same reason; 0 for never.',
  ),
  sweepEvery: setting(
    'SWEEP_EVERY',
    'seconds',
    '600',
    'How often replaced and orphaned photos are removed from the folder or the bucket; 0 for never.',
  ),
  sweepGrace: setting(
    'SWEEP_GRACE',
    'seconds',
    '3600',
    'How long a replaced photo is kept, for requests that are still reading it and for backups.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'level',
    'info',
    'What is logged. error: bugs and trouble in the background; warning: also what could not be served just then (503); info: also start, end and who changed whose photo; debug: also every answer.',
  ),
  metrics: setting(
    'METRICS',
    'host:port',
    '',
    'Address of its own on which Prometheus fetches /metrics, without a token; /healthz and /readyz are there too. Port 0 takes a free one.',
  ),
  drain: setting(
    'DRAIN',
    'seconds',
    '0',
    'How long to go on serving after SIGTERM while /readyz says 503, so that load balancers stop sending requests first.',
  ),
} as const satisfies Record<string, Setting>

/** Where `visage move` goes from and to. Flags, or the environment, which no list of processes shows. */
export const moveSettings = {
  fromData: setting('FROM_DATA', 'folder', '', 'Data folder to move from.'),
  fromDatabase: setting(
    'FROM_DATABASE',
    'postgres://…',
    '',
    'PostgreSQL to move people and settings from, instead of those in the folder.',
  ),
  fromPacks: setting(
    'FROM_PACKS',
    's3://…',
    '',
    'S3 to move photos from, instead of those in the folder. With profile=name in the address its keys come from that AWS profile, so that two stores can have different ones.',
  ),
  toData: setting('TO_DATA', 'folder', '', 'Data folder to move to.'),
  toDatabase: setting(
    'TO_DATABASE',
    'postgres://…',
    '',
    'PostgreSQL to move people and settings to.',
  ),
  toPacks: setting('TO_PACKS', 's3://…', '', 'S3 to move photos to.'),
} as const satisfies Record<string, Setting>

export type MoveSettingName = keyof typeof moveSettings
export type MoveTexts = Readonly<Partial<Record<MoveSettingName, string>>>

export type SettingName = keyof typeof settings
export type Texts = Readonly<Partial<Record<SettingName, string>>>

/** In PEM form. */
export type Certificate = Readonly<{ cert: Buffer; key: Buffer }>
export type CertificateFiles = Readonly<{ cert: string; key: string }>

export type Config = Readonly<{
  host: string
  port: number
  data: string
  /** undefined for the embedded one, in `data`. */
  database: PostgresLocation | undefined
  /** undefined for the folder `data`. */
  packs: S3Location | undefined
  packCacheBytes: number
  workers: number
  baseUrl: string | undefined
  tls: (Certificate & Readonly<{ files: CertificateFiles }>) | undefined
  trust: Trust
  signIn: 'add' | 'known'
  strictContentType: boolean
  isReadOnly: boolean
  throttle: ThrottleLimits | undefined
  limits: Limits
  logLevel: Severity
  /** Where metrics are to be had; undefined where nothing is counted. */
  metrics: Readonly<{ host: string; port: number }> | undefined
  drainMs: number
}>

/** When a connection is closed behind an answer; Infinity for never. */
export type ConnectionLimits = Readonly<{ maxRequests: number; maxAgeMs: number }>

/** What a deployment may spend, and how it cleans up. */
export type Limits = Readonly<{
  maxPixels: number
  renderers: number
  renderQueue: number
  renderTimeoutMs: number
  decodeMemoryBytes: number
  uploadMemoryBytes: number
  stallTimeoutMs: number
  connections: ConnectionLimits
  sweepEveryMs: number
  sweepGraceMs: number
  /** 'memory': each process lets go of what it alone remembers, and another one sweeps the store. */
  sweeps: 'store and memory' | 'memory'
}>

function setting(name: string, value: string, standard: string, meaning: string): Setting {
  const flag = `--${name.toLowerCase().replaceAll('_', '-')}`
  return { env: `VISAGE_${name}`, flag, value, default: standard, meaning }
}

function claim(name: string, what: string): Setting {
  return setting(
    `CLAIM_${name}`,
    'pointers',
    '',
    `Where a token says ${what}, as JSON Pointers separated by commas, or none; if not as the preset has it.`,
  )
}

/** The settings that the environment holds; an empty variable counts as none. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Texts {
  const all = [...Object.values(settings), ...Object.values(moveSettings)]
  const known = new Set<string>(all.map(({ env }) => env))
  const unknown = Object.keys(env).filter(name => name.startsWith('VISAGE_') && !known.has(name))
  if (unknown.length > 0) {
    throw new ConfigError(
      `${unknown.join(', ')}: there is no such setting. \`visage serve --help\` lists them.`,
    )
  }
  const names = Object.keys(settings) as SettingName[]
  const entries = names.map(name => [name, env[settings[name].env]] as const)
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined && text !== ''))
}

/** As readEnvironment, of what `visage move` alone reads. */
export function readMoveEnvironment(env: NodeJS.ProcessEnv = process.env): MoveTexts {
  readEnvironment(env)
  const names = Object.keys(moveSettings) as MoveSettingName[]
  const entries = names.map(name => [name, env[moveSettings[name].env]] as const)
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined && text !== ''))
}

/**
 * Flags first, and an empty one counts as none, as an empty variable does: `--host "$HOST"` must not
 * listen on every address where nobody has set it.
 */
function textsOf<Given extends MoveTexts | Texts>(flags: Given, environment: Given): Given {
  const entries = Object.entries({ ...environment, ...flags })
  return Object.fromEntries(entries.filter(([, text]) => text !== '')) as Given
}

/** Texts of flags and environment (flags first) -> Config. Throws ConfigError naming the setting. */
export function readConfig(flags: Texts, environment: Texts): Config {
  const texts = textsOf(flags, environment)
  return Object.freeze({
    host: textOf(texts, 'host'),
    port: numberOf(texts, 'port', 0, 65_535),
    data: textOf(texts, 'data'),
    database: readDatabase(texts),
    packs: readPacks(texts),
    packCacheBytes: numberOf(texts, 'packCache', 0, 2 ** 40),
    workers: readWorkers(texts),
    baseUrl: readBaseUrl(texts),
    tls: readTls(texts),
    trust: readTrust(texts),
    signIn: chosenOf(texts, 'signIn', ['add', 'known']),
    strictContentType: flagOf(texts, 'strictContentType'),
    isReadOnly: flagOf(texts, 'readOnly'),
    throttle: readThrottle(texts),
    limits: readLimits(texts),
    logLevel: readLogLevel(texts),
    metrics: readMetrics(texts),
    drainMs: numberOf(texts, 'drain', 0, 3600) * 1000,
  })
}

export function readLimits(texts: Texts): Limits {
  return {
    maxPixels: numberOf(texts, 'maxPixels', 48 * 48, 1_000_000_000),
    renderers:
      texts.renderers === undefined
        ? Math.max(2, Math.min(3, availableParallelism()))
        : numberOf(texts, 'renderers', 1, 256),
    renderQueue: numberOf(texts, 'renderQueue', 0, 100_000),
    renderTimeoutMs: numberOf(texts, 'renderTimeout', 1, 600) * 1000,
    decodeMemoryBytes: numberOf(texts, 'decodeMemory', 16 * 1024 * 1024, 2 ** 40),
    uploadMemoryBytes: numberOf(texts, 'uploadMemory', 4 * 1024 * 1024, 2 ** 40),
    stallTimeoutMs: numberOf(texts, 'stallTimeout', 1, 3600) * 1000,
    connections: {
      maxRequests: numberOf(texts, 'connectionRequests', 0, 1_000_000_000) || Infinity,
      maxAgeMs: numberOf(texts, 'connectionAge', 0, 30 * 86_400) * 1000 || Infinity,
    },
    sweepEveryMs: numberOf(texts, 'sweepEvery', 0, 86_400) * 1000,
    sweepGraceMs: numberOf(texts, 'sweepGrace', 60, 30 * 86_400) * 1000,
    sweeps: 'store and memory',
  }
}

/** undefined: nobody is held up. */
export function readThrottle(texts: Texts): ThrottleLimits | undefined {
  const text = textOf(texts, 'throttle')
  if (text === 'off') return undefined
  const limits = parseLimits(text)
  if (limits === undefined) throw wrong('throttle', text, limitsForm)
  return limits
}

function readLogLevel(texts: Texts): Severity {
  const text = textOf(texts, 'logLevel')
  const level = severities.find(severity => severity === text)
  if (level === undefined) throw wrong('logLevel', text, `one of ${severities.join(', ')}`)
  return level
}

/** An address of IPv6 in brackets, as in an url. */
function readMetrics(texts: Texts): Config['metrics'] {
  if (texts.metrics === undefined) return undefined
  const [, bracketed, plain, port = ''] =
    /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(texts.metrics) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) {
    throw wrong('metrics', texts.metrics, 'an address and a port, such as 127.0.0.1:9464')
  }
  return { host, port: Number(port) }
}

/** Whether traces are wanted, and as whose. Everything else of OTEL_… OpenTelemetry reads itself. */
export type Tracing = Readonly<{ isNamed: boolean }>

/**
 * By the standard variables alone: an exporter that is named, or a place to export to. Nothing is exported
 * where nobody asked, though the specification's default exporter is otlp.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(env: NodeJS.ProcessEnv = process.env): Tracing | undefined {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return undefined
  const exporter = env.OTEL_TRACES_EXPORTER?.trim()
  const place = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (exporter === 'none' || !(exporter || place?.trim())) return undefined
  const attributes = env.OTEL_RESOURCE_ATTRIBUTES ?? ''
  return { isNamed: Boolean(env.OTEL_SERVICE_NAME) || /(^|,)\s*service\.name=/.test(attributes) }
}

/** The script for which npm started this process, as it stands in package.json; its children inherit it. */
export function readNpmScript(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.npm_lifecycle_script
}

/** All that `visage migrate` needs to know. */
export function readDatabaseConfig(
  flags: Texts,
  environment: Texts,
): Pick<Config, 'data' | 'database'> {
  const texts = textsOf(flags, environment)
  return { data: textOf(texts, 'data'), database: readDatabase(texts) }
}

export type StorePlace = Readonly<{
  /** undefined where neither rows nor packs are in a folder. */
  data: string | undefined
  database: PostgresLocation | undefined
  packs: S3Location | undefined
}>

/** All that `visage verify` and `visage erase` need to know. */
export function readStoreConfig(flags: Texts, environment: Texts): StorePlace {
  const texts = textsOf(flags, environment)
  return { ...readDatabaseConfig(flags, environment), packs: readPacks(texts) }
}

/** Of each end, in a word for the rows and one for the packs: `sqlite/disk`, `postgres/s3`, or one half of each. */
export type MoveKinds = Readonly<{ from?: string; to?: string }>

export const moveKindForm = 'sqlite or postgres, a slash, disk or s3'

/**
 * Where a kind is given, what is not named for the move is where `visage serve` has it: `serving`. Throws
 * ConfigError for an end of which it is not said where its rows or its packs are.
 */
export function readMoveConfig(
  flags: MoveTexts,
  environment: MoveTexts,
  kinds: MoveKinds = {},
  serving: Texts = {},
): Readonly<{ from: StorePlace; to: StorePlace }> {
  const texts = textsOf(flags, environment)
  const read = (end: 'from' | 'to', names: PlaceNames) =>
    readPlace(fillPlace(texts, names, end, kinds[end], serving), names)
  return {
    from: read('from', ['fromData', 'fromDatabase', 'fromPacks']),
    to: read('to', ['toData', 'toDatabase', 'toPacks']),
  }
}

function fillPlace(
  texts: MoveTexts,
  [folder, rows, photos]: PlaceNames,
  end: 'from' | 'to',
  kind: string | undefined,
  serving: Texts,
): MoveTexts {
  if (kind === undefined) return texts
  const said = `--${end} ${kind}`
  const [, rowsKind, packsKind] = /^(sqlite|postgres)\/(disk|s3)$/.exec(kind) ?? []
  if (rowsKind === undefined) {
    throw new ConfigError(
      `${said}: it is ${moveKindForm}. A place itself goes by ${moveSettings[folder].flag}, ${moveSettings[rows].flag} and ${moveSettings[photos].flag}.`,
    )
  }
  const server = (own: MoveSettingName, servings: 'database' | 'packs') => {
    if (texts[own] !== undefined) return { [own]: texts[own] }
    // What is wrong with it is said of the setting that it comes from.
    if (servings === 'database') readDatabase(serving)
    else readPacks(serving)
    if (serving[servings] !== undefined) return { [own]: serving[servings] }
    throw new ConfigError(
      `${said}: ${moveName(own)} is missing, and so is ${settings[servings].env}.`,
    )
  }
  const inFolder = (own: MoveSettingName) => {
    if (texts[own] === undefined) return { [folder]: texts[folder] ?? textOf(serving, 'data') }
    throw new ConfigError(`${said}: ${moveName(own)} is set, and is something else.`)
  }
  return {
    ...texts,
    ...(rowsKind === 'sqlite' ? inFolder(rows) : server(rows, 'database')),
    ...(packsKind === 'disk' ? inFolder(photos) : server(photos, 'packs')),
  }
}

type PlaceNames = readonly [
  data: MoveSettingName,
  database: MoveSettingName,
  packs: MoveSettingName,
]

function readPlace(texts: MoveTexts, [folder, rows, photos]: PlaceNames): StorePlace {
  const data = texts[folder]
  for (const [place, what] of [
    [rows, 'people and settings'],
    [photos, 'photos'],
  ] as const) {
    if (data !== undefined || texts[place] !== undefined) continue
    throw new ConfigError(
      `${moveName(folder)} or ${moveName(place)} is missing: where the ${what} are, or shall be.`,
    )
  }
  return {
    data,
    database: parsePlace(rows, texts[rows], postgresForm, text => {
      const url = parsePostgres(text)
      return url === undefined ? undefined : { url, connections: moveConnections }
    }),
    packs: parsePlace(photos, texts[photos], s3Form, parseS3),
  }
}

/** One for the turn, one to read, one to write, and some more. */
const moveConnections = 6

/** The value stays out of the message, as below. */
function parsePlace<Location>(
  setting: MoveSettingName,
  text: string | undefined,
  form: string,
  parse: (text: string) => Location | undefined,
): Location | undefined {
  if (text === undefined) return undefined
  const location = parse(text)
  if (location === undefined) throw new ConfigError(`${moveName(setting)} is not ${form}.`)
  return location
}

function moveName(setting: MoveSettingName): string {
  return `${moveSettings[setting].env} (${moveSettings[setting].flag})`
}

/** The value stays out of the message: it holds a password. */
function readDatabase(texts: Texts): PostgresLocation | undefined {
  // The sweep keeps one for its turn, and needs another to do something.
  const connections = numberOf(texts, 'databaseConnections', 2, 1000)
  if (texts.database === undefined) return undefined
  const url = parsePostgres(texts.database)
  if (url === undefined) throw new ConfigError(`${name('database')} is not ${postgresForm}.`)
  return { url, connections }
}

function readPacks(texts: Texts): S3Location | undefined {
  if (texts.packs === undefined) return undefined
  const location = parseS3(texts.packs)
  // Neither is this one shown: who puts a secret key into it has enough trouble.
  if (location === undefined) throw new ConfigError(`${name('packs')} is not ${s3Form}.`)
  return location
}

function readTrust(texts: Texts): Trust {
  if (texts.cloud !== undefined && texts.issuer !== undefined) {
    throw new ConfigError(`${name('cloud')} and ${name('issuer')}: set one of them, not both.`)
  }
  if (texts.issuer !== undefined) return readOidcTrust(texts, texts.issuer)
  if (texts.cloud !== undefined) return readEntraTrust(texts, texts.cloud)
  throw new ConfigError(
    `${name('cloud')} or ${name('issuer')} is missing: Visage needs to know whose tokens to believe. To try it without an identity provider, run \`visage dev\`.`,
  )
}

function readOidcTrust(texts: Texts, issuer: string): Trust {
  refuseWith(texts, 'issuer', ['tenants', 'b2cTenants', 'personalAccounts'])
  const url = urlOf('issuer', issuer)
  // Keys fetched over plain http could be anybody's on the way; a loopback issuer is for trying things out.
  if (url.protocol !== 'https:' && !isLoopback(url)) throw wrong('issuer', issuer, 'an https url')
  return {
    kind: 'oidc',
    issuers: [{ issuer }],
    audiences: audiencesOf(texts),
    tenantId: textOf(texts, 'issuerTenant'),
    reading: readReading(texts, chosenOf(texts, 'issuerPreset', keysOf(presets))),
  }
}

function readEntraTrust(texts: Texts, cloud: string): Trust {
  refuseWith(texts, 'cloud', ['issuerTenant', 'issuerPreset'])
  if (!Object.hasOwn(clouds, cloud))
    throw wrong('cloud', cloud, `one of ${Object.keys(clouds).join(', ')}`)
  const personal = flagOf(texts, 'personalAccounts')
  if (personal && cloud !== 'global') {
    throw new ConfigError(
      `${name('personalAccounts')}: personal accounts exist in the cloud global only, and ${name('cloud')} is ${cloud}.`,
    )
  }
  return {
    kind: 'entra',
    cloud: cloud as CloudName,
    tenants: tenantsOf(texts),
    b2cTenants: b2cTenantsOf(texts),
    audiences: audiencesOf(texts),
    personal,
    reading: readReading(texts, 'entra'),
  }
}

const claimPlaces = {
  claimId: 'id',
  claimTenant: 'tenant',
  claimClient: 'client',
  claimUserName: 'userName',
  claimName: 'displayName',
  claimGivenName: 'givenName',
  claimSurname: 'surname',
  claimMail: 'mail',
  claimMailVerified: 'mailVerified',
  claimScopes: 'scopes',
  claimAppPermissions: 'appPermissions',
  claimRoles: 'roles',
  claimGroups: 'groups',
} as const satisfies Partial<Record<SettingName, PointerName>>

function readReading(texts: Texts, name: PresetName): Reading {
  const preset: Preset = presets[name]
  const moved = keysOf(claimPlaces).flatMap(setting => {
    const text = texts[setting]
    return text === undefined ? [] : [[claimPlaces[setting], pointersOf(setting, text)] as const]
  })
  return readingOf(preset, {
    pointers: { ...preset.pointers, ...Object.fromEntries(moved) },
    applicationSign:
      texts.applicationSign === undefined
        ? preset.applicationSign
        : chosenOf(texts, 'applicationSign', applicationSigns),
    vouches: chosenOf(texts, 'issuerVouches', ['none', 'userName', 'mail']),
    applications: listOf(texts.applications ?? ''),
    groupRoles: readGroupRoles(texts),
    requiresAccessTokenType: flagOf(texts, 'requireAtJwt'),
  })
}

function pointersOf(setting: SettingName, text: string): Pointer[] {
  if (text.trim() === 'none') return []
  return listOf(text).map(pointer => {
    if (isPointer(pointer)) return pointer
    throw wrong(setting, pointer, 'a JSON Pointer, such as /realm_access/roles, or none')
  })
}

/** A name may hold an equals sign; a role's id holds none. */
function readGroupRoles(texts: Texts): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, string[]>()
  for (const entry of listOf(texts.groupRoles ?? '')) {
    const [, group = '', role = ''] = /^(.+)=([^=]*)$/.exec(entry) ?? []
    if (!guid.test(role)) throw wrong('groupRoles', entry, 'a group and the id of a role: group=id')
    roles.set(group, [...(roles.get(group) ?? []), role.toLowerCase()])
  }
  return roles
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[]
}

function refuseWith(texts: Texts, chosen: SettingName, others: readonly SettingName[]): void {
  const contradicting = others.find(other => texts[other] !== undefined)
  if (contradicting !== undefined) {
    throw new ConfigError(`${name(contradicting)} has no meaning with ${name(chosen)}.`)
  }
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

function tenantsOf(texts: Texts): 'any' | readonly string[] {
  if (texts.tenants === undefined) {
    throw new ConfigError(
      `${name('tenants')} is missing: the ids of the tenants to accept, separated by commas, or any.`,
    )
  }
  if (texts.tenants.trim() === 'any') return 'any'
  return listOf(texts.tenants).map(tenant => tenantOf('tenants', tenant))
}

function tenantOf(setting: SettingName, text: string): string {
  if (!guid.test(text)) throw wrong(setting, text, 'tenant ids (GUIDs)')
  return text.toLowerCase()
}

const hostName = /^[a-z\d]([a-z\d.-]*[a-z\d])?(:\d{1,5})?$/i
/** https://learn.microsoft.com/en-us/azure/active-directory-b2c/user-flow-overview */
const b2cPolicy = /^b2c_1a?_[\w-]{1,120}$/i

function b2cTenantsOf(texts: Texts): B2cTenant[] {
  return listOf(texts.b2cTenants ?? '').map(b2cTenantOf)
}

/** Keys belong to a policy, so a host without one lets nobody in: refused here instead. */
function b2cTenantOf(entry: string): B2cTenant {
  const [, tenant = '', place] = /^([^=]*)(?:=(.*))?$/.exec(entry) ?? []
  const tenantId = tenantOf('b2cTenants', tenant.trim())
  if (place === undefined) return { tenantId }
  const [host = '', ...policies] = place.trim().split('/')
  if (hostName.test(host) && policies.length > 0 && policies.every(name => b2cPolicy.test(name))) {
    return { tenantId, host: host.toLowerCase(), policies }
  }
  throw wrong(
    'b2cTenants',
    entry,
    'a tenant id, or one with its sign-in host and user flows, such as id=contoso.b2clogin.com/B2C_1_sign_in',
  )
}

function audiencesOf(texts: Texts): readonly string[] {
  const audiences = listOf(texts.audience ?? '')
  if (audiences.length > 0) return audiences
  throw new ConfigError(
    `${name('audience')} is missing: the client id or App ID URI of the app registration that tokens are issued for.`,
  )
}

function readTls(texts: Texts): Config['tls'] {
  const { tlsCert, tlsKey } = texts
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined)
    throw new ConfigError(`${name('tlsCert')} is missing: ${name('tlsKey')} is set.`)
  if (tlsKey === undefined)
    throw new ConfigError(`${name('tlsKey')} is missing: ${name('tlsCert')} is set.`)
  const files = { cert: tlsCert, key: tlsKey }
  return { ...readCertificate(files), files }
}

/** Throws ConfigError where the files are not a certificate and its key. */
export function readCertificate(files: CertificateFiles): Certificate {
  const tls = { cert: fileOf('tlsCert', files.cert), key: fileOf('tlsKey', files.key) }
  try {
    createSecureContext(tls)
    return tls
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(
      `${name('tlsCert')} and ${name('tlsKey')}: not a certificate and its key in PEM form (${reason}).`,
      { cause },
    )
  }
}

function fileOf(setting: SettingName, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${name(setting)}: ${path} cannot be read (${reason}).`, { cause })
  }
}

/** Far more than photos have use for, and few enough to be no mistyped port. */
const mostWorkers = 256

function readWorkers(texts: Texts): number {
  const text = textOf(texts, 'workers')
  if (text === 'auto') return Math.min(mostWorkers, availableParallelism())
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= 1 && number <= mostWorkers) return number
  throw wrong('workers', text, `a whole number from 1 to ${mostWorkers}, or auto`)
}

function readBaseUrl(texts: Texts): string | undefined {
  if (texts.baseUrl === undefined) return undefined
  const url = urlOf('baseUrl', texts.baseUrl)
  if (url.search !== '' || url.hash !== '')
    throw wrong('baseUrl', texts.baseUrl, 'an url without query')
  return url.href.replace(/\/+$/, '')
}

function urlOf(setting: SettingName, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong(setting, text, 'an http or https url')
  return url
}

function isLoopback(url: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
}

function numberOf(texts: Texts, setting: SettingName, min: number, max: number): number {
  const text = textOf(texts, setting)
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw wrong(setting, text, `a whole number from ${min} to ${max}`)
}

function flagOf(texts: Texts, setting: SettingName): boolean {
  const text = textOf(texts, setting)
  if (text === 'true' || text === 'false') return text === 'true'
  throw wrong(setting, text, 'true or false')
}

function chosenOf<Choice extends string>(
  texts: Texts,
  setting: SettingName,
  choices: readonly Choice[],
): Choice {
  const text = textOf(texts, setting)
  const chosen = choices.find(choice => choice === text)
  if (chosen === undefined) throw wrong(setting, text, `one of ${choices.join(', ')}`)
  return chosen
}

function textOf(texts: Texts, setting: SettingName): string {
  return texts[setting] ?? settings[setting].default
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
}

function wrong(setting: SettingName, text: string, wanted: string): ConfigError {
  return new ConfigError(`${name(setting)}: '${text}' is not ${wanted}.`)
}

function name(setting: SettingName): string {
  return `${settings[setting].env} (${settings[setting].flag})`
}

/**
 * Where rows and packs are when they are not in the data folder, as addresses say it. It opens nothing.
 */

export type PostgresLocation = Readonly<{
  /** For the driver; may hold a password. */
  url: string
  /** The most that one process holds. */
  connections: number
}>

export type S3Location = Readonly<{
  bucket: string
  /** '' or ends in a slash. */
  prefix: string
  /** undefined for AWS itself. */
  endpoint: string | undefined
  /** undefined for what the environment of AWS says. */
  region: string | undefined
  /** Of the shared files of AWS, in place of what its environment says; to have two stores with different keys. */
  profile?: string
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  hasPathStyle: boolean
}>

export const postgresForm =
  'postgres://user:password@host:port/database?sslmode=… (disable, require, verify-full or no-verify), where sslrootcert, ' +
  'sslcert, sslkey, sslnegotiation, host, port, user, password, options and application_name may follow'
export const s3Form =
  's3://bucket/prefix, with endpoint, region, profile and pathStyle as in a query'

/**
 * What each sslmode means here. libpq encrypts without looking at the certificate under `require`, which
 * keeps out a listener but nobody who answers in the server's name; so here `require` does look.
 * https://www.postgresql.org/docs/current/libpq-ssl.html
 */
const sslModes: Readonly<Record<string, string>> = {
  disable: 'disable',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
  // A certificate nobody signed, on a network that is trusted.
  'no-verify': 'no-verify',
}

const postgresOptions = [
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation'],
  ...['host', 'port', 'user', 'password', 'options', 'application_name'],
]

/**
 * undefined when it is no such address; `prefer` and `allow` are none, for they promise nothing. What the driver
 * does not know is refused too: it would ignore a mistyped sslmode, and send the password without encryption.
 */
export function parsePostgres(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) return undefined
  if (!/^\/[^/]+$/.test(url.pathname)) return undefined
  if (!hasOnly(url, postgresOptions)) return undefined
  const wanted = url.searchParams.get('sslmode')
  if (wanted === null) return url.href
  const mode = Object.hasOwn(sslModes, wanted) ? sslModes[wanted] : undefined
  if (mode === undefined) return undefined
  url.searchParams.set('sslmode', mode)
  return url.href
}

const s3Options = ['endpoint', 'region', 'profile', 'pathStyle']

/** undefined when it is no such address, or says something that is not understood. */
export function parseS3(text: string): S3Location | undefined {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 's3:' || holdsSecret(url) || url.hash !== '')
    return undefined
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) return undefined
  if (!hasOnly(url, s3Options)) return undefined
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !isHttp(endpoint)) return undefined
  // Virtual hosts need a name in DNS for every bucket, which stores of one's own rarely have.
  const pathStyle = url.searchParams.get('pathStyle') ?? String(endpoint !== undefined)
  if (pathStyle !== 'true' && pathStyle !== 'false') return undefined
  const profile = url.searchParams.get('profile')
  if (profile === '') return undefined
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  // Characters that no store, proxy or shell reads as anything else.
  if (!/^[\w.!*'()/-]*$/.test(prefix)) return undefined
  return {
    bucket: url.host,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    // Stores other than AWS have no regions, but signatures name one.
    region: url.searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1'),
    ...(profile !== null && { profile }),
    hasPathStyle: pathStyle === 'true',
  }
}

function hasOnly({ searchParams }: URL, known: readonly string[]): boolean {
  return [...searchParams.keys()].every(name => known.includes(name))
}

function isHttp(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || holdsSecret(url)) return false
  return /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
}

/** Neither would be used, and both would be shown wherever it is said where the photos are. */
function holdsSecret({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

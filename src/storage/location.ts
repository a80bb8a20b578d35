/** Parses the addresses of rows and packs that are not in the data folder. Opens nothing. */

export type PostgresLocation = Readonly<{
  /** For the driver. May contain a password. */
  url: string
  /** Maximum for one process. */
  connections: number
}>

export type S3Location = Readonly<{
  bucket: string
  /** '' or ends in a slash. */
  prefix: string
  /** undefined for AWS itself. */
  endpoint: string | undefined
  /** undefined: as the environment of AWS says. */
  region: string | undefined
  /**
   * Profile in the shared files of AWS, instead of its environment. Lets two stores use different
   * keys.
   */
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
 * The driver's mode for each sslmode. libpq encrypts under `require` without checking the
 * certificate, which stops eavesdropping but not a server that impersonates the database. Visage
 * therefore checks the certificate under `require`.
 * https://www.postgresql.org/docs/current/libpq-ssl.html
 */
const sslModes: Readonly<Record<string, string>> = {
  disable: 'disable',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
  // For self-signed certificates on a trusted network.
  'no-verify': 'no-verify',
}

const postgresOptions = [
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation'],
  ...['host', 'port', 'user', 'password', 'options', 'application_name'],
]

/**
 * undefined when the address is not accepted. `prefer` and `allow` are refused, because they may
 * connect without encryption. Unknown options are refused, because the driver ignores them: a
 * mistyped sslmode would send the password without encryption.
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

/** undefined when the address or one of its options is not understood. */
export function parseS3(text: string): S3Location | undefined {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 's3:' || holdsSecret(url) || url.hash !== '')
    return undefined
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) return undefined
  if (!hasOnly(url, s3Options)) return undefined
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !isHttp(endpoint)) return undefined
  // Virtual hosts need a DNS name for every bucket, which self-hosted stores rarely have.
  const pathStyle = url.searchParams.get('pathStyle') ?? String(endpoint !== undefined)
  if (pathStyle !== 'true' && pathStyle !== 'false') return undefined
  const profile = url.searchParams.get('profile')
  if (profile === '') return undefined
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  // Only characters that stores, proxies and shells do not interpret.
  if (!/^[\w.!*'()/-]*$/.test(prefix)) return undefined
  return {
    bucket: url.host,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    // Stores other than AWS have no regions, but a signature must name one.
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

/**
 * A user or password in the address would be unused, and would appear in messages that name the
 * place.
 */
function holdsSecret({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

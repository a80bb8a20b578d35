/** All settings of `visage serve` as one frozen, typed Config. */
import { type Severity, severities } from '../events.ts'
import type { PostgresLocation, S3Location } from '../storage/location.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import type { Trust } from '../tokens/trust.ts'
import { readTls, type Tls } from './certificate.ts'
import { readLinkBy } from './claims.ts'
import { type Limits, readLimits, readThrottle } from './limits.ts'
import { type ListenAt, readBaseUrl, readMetrics, readWorkers } from './listening.ts'
import { readPage } from './page.ts'
import { type CacheFolder, readCacheFolder, readDatabase, readPacks } from './places.ts'
import { chosenOf, flagOf, numberOf, textOf, textsOf } from './reading.ts'
import { readScim, type Scim } from './scim.ts'
import type { Texts } from './table.ts'
import { readTrust } from './trust.ts'

export type Config = Readonly<{
  host: string
  port: number
  data: string
  /** undefined for the embedded one, in `data`. */
  database: PostgresLocation | undefined
  /** undefined for the folder `data`. */
  packs: S3Location | undefined
  packCacheBytes: number
  packCacheFolder: CacheFolder | undefined
  workers: number
  baseUrl: string | undefined
  tls: Tls | undefined
  trust: Trust
  signIn: 'add' | 'known'
  leavers: 'hide' | 'show'
  scim: Scim
  linkBy: 'none' | 'userPrincipalName'
  strictContentType: boolean
  isReadOnly: boolean
  throttle: ThrottleLimits | undefined
  limits: Limits
  /** undefined: there is no page. `clientId`: with which people sign in. */
  page: Readonly<{ clientId: string | undefined }> | undefined
  logLevel: Severity
  /** Where metrics are served; undefined if they are off. */
  metrics: ListenAt | undefined
  drainMs: number
}>

/** Texts of flags and environment (flags first) -> Config. Throws ConfigError naming the setting. */
export function readConfig(flags: Texts, environment: Texts): Config {
  const texts = textsOf(flags, environment)
  return frozen({
    host: textOf(texts, 'host'),
    port: numberOf(texts, 'port', 0, 65_535),
    data: textOf(texts, 'data'),
    database: readDatabase(texts),
    packs: readPacks(texts),
    packCacheBytes: numberOf(texts, 'packCache', 0, 2 ** 40),
    packCacheFolder: readCacheFolder(texts, readWorkers(texts)),
    workers: readWorkers(texts),
    baseUrl: readBaseUrl(texts),
    tls: readTls(texts),
    trust: readTrust(texts),
    signIn: chosenOf(texts, 'signIn', ['add', 'known']),
    leavers: chosenOf(texts, 'leavers', ['hide', 'show']),
    scim: readScim(texts),
    linkBy: readLinkBy(texts),
    strictContentType: flagOf(texts, 'strictContentType'),
    isReadOnly: flagOf(texts, 'readOnly'),
    throttle: readThrottle(texts),
    limits: readLimits(texts),
    page: readPage(texts),
    logLevel: chosenOf(texts, 'logLevel', severities),
    metrics: readMetrics(texts),
    drainMs: numberOf(texts, 'drain', 0, 3600) * 1000,
  })
}

/** Freezes all levels; bytes cannot be frozen. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

/**
 * A whole Visage inside a test, on a free port, in memory, without output: `visage dev` without a
 * terminal. docs/testing.md shows how to use it; visage.ts exports it.
 */
import { loopbackNames } from '../loopback.ts'
import { readLimits } from '../settings/limits.ts'
import { type CloudName, clouds } from '../tokens/clouds.ts'
import { certificateFor, makeCertificate } from './certificate.ts'
import { startDevelopment } from './development.ts'
import type { Issuer } from './issuer/issuer.ts'
import type { Entry } from './journal/entry.ts'
import { standInKind } from './kept-certificate.ts'
import { checkOptions, type Kind } from './options.ts'
import { hostsOf } from './stand-in.ts'

export type VisageOptions = Readonly<{
  /** Default: a free port. */
  port?: number
  /** Serves TLS with a certificate made for this start; most official clients need it. */
  https?: boolean
  /**
   * With `https`: the hosts of this cloud are names of the server, too, for a program that a map of host names leads here.
   * `certificate` then covers them. docs/clients.md in the package says what it costs.
   */
  as?: CloudName
  /** Where sign-ins may return to besides loopback; pages of these origins may ask for tokens. */
  redirectUris?: readonly string[]
  /** 'none' for people without photos, which starts at once; 'all' draws them at the first start. */
  photos?: 'all' | 'none'
  /** Sentences such as '429 on PUT me/photo/$value first 2': docs/faults.md in the package. */
  faults?: readonly string[]
  /** Only accept uploads as image/jpeg; others get 415. */
  strictContentType?: boolean
}>

/** A token of a person or an application; by default with every permission in Visage's tables. */
export type TokenOrder = UserTokenOrder | AppTokenOrder

export type UserTokenOrder = Common &
  Readonly<{
    /** `alice`, `alice@visage.example` or an id; default: the first of the demo people. */
    user?: string
    scopes?: readonly string[]
    /** Directory roles, by name or template id: 'User Administrator'. */
    admin?: readonly string[]
    /** As for a personal Microsoft account. */
    personal?: boolean
    app?: false
  }>

export type AppTokenOrder = Common & Readonly<{ app: true; roles?: readonly string[] }>

type Common = Readonly<{
  /** Default 3600; negative for an expired token. */
  lifetimeSeconds?: number
  /** Version of the token; default 2. */
  version?: 1 | 2
  /** Reject unknown scopes and roles: they grant nothing, and may be misspelt. */
  strict?: boolean
}>

/** An answered call, for people and for assertions. */
export type VisageRequest = Entry

export type Visage = AsyncDisposable &
  Readonly<{
    /** `http://localhost:49152` */
    url: string
    /** `http://localhost:49152/v1.0` */
    baseUrl: string
    /** PEM text for clients to trust (`ca` of an agent); undefined without `https`. */
    certificate: string | undefined
    token: (order?: TokenOrder) => Promise<string>
    /** A JPEG to upload, the same for the same seed; `side` pixels square: default 648, at least 48. */
    picture: (seed?: string, side?: number) => Promise<Uint8Array<ArrayBuffer>>
    /** The latest calls since the start or the last reset, oldest first; at most a thousand. */
    requests: () => readonly VisageRequest[]
    /** Restores the demo tenant as at the start, and restarts faults and `requests`. */
    reset: () => Promise<void>
    close: () => Promise<void>
  }>

const cloudNames = Object.keys(clouds) as CloudName[]

const visageOptions = {
  port: 'whole number',
  https: 'true or false',
  as: cloudNames,
  redirectUris: 'list of texts',
  photos: ['all', 'none'],
  faults: 'list of texts',
  strictContentType: 'true or false',
} as const satisfies Record<keyof VisageOptions, Kind>

const commonOptions = {
  lifetimeSeconds: 'whole number',
  version: [1, 2],
  strict: 'true or false',
} as const satisfies Record<keyof Common, Kind>

const userOptions = {
  user: 'text',
  scopes: 'list of texts',
  admin: 'list of texts',
  personal: 'true or false',
  app: 'true or false',
  ...commonOptions,
} as const satisfies Record<keyof UserTokenOrder, Kind>

const appOptions = {
  app: 'true or false',
  roles: 'list of texts',
  ...commonOptions,
} as const satisfies Record<keyof AppTokenOrder, Kind>

/** Throws TypeError for an unknown option or a wrong type. */
export async function startVisage(options: VisageOptions): Promise<Visage> {
  checkOptions('startVisage()', options, visageOptions)
  const { as } = options
  if (as && !options.https) throw new TypeError("startVisage(): 'as' needs 'https: true'.")
  const own = options.https ? await certificateFor(loopbackNames) : undefined
  const other = as && (await makeCertificate(standInKind(as), Date.now()))
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: options.port ?? 0,
    tls: own && { ...own, others: other && [{ ...other, names: hostsOf(as) }] },
    as,
    redirectUris: options.redirectUris,
    data: undefined,
    strictContentType: options.strictContentType ?? false,
    faults: options.faults,
    photos: options.photos,
    // A test sends one picture at a time, and the start of a renderer takes a quarter of a second.
    limits: readLimits({ renderers: '1' }),
    // Errors are in `requests`, as the reason of their call.
    write: () => {},
  })
  const { origin, issuer, photosReady, requests, reset, close } = development
  await photosReady
  return {
    url: origin,
    baseUrl: `${origin}/v1.0`,
    certificate: own && own.authority + (other?.authority ?? ''),
    token: order => mint(issuer, order),
    picture: drawPicture,
    requests,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function drawPicture(seed = 'example', side = 648): Promise<Uint8Array<ArrayBuffer>> {
  const { drawFace } = await import('./demo/faces.ts')
  // A separate buffer: some clients send all memory behind a view.
  return Uint8Array.from(await drawFace(seed, side))
}

async function mint(issuer: Issuer, order: TokenOrder = {}): Promise<string> {
  const isApp = typeof order === 'object' && order?.app === true
  checkOptions(isApp ? 'token({ app: true })' : 'token()', order, isApp ? appOptions : userOptions)
  const { lifetimeSeconds, version, strict } = order
  const common = { lifetimeSeconds, version, strict }
  if (order.app) return await issuer.mint({ ...common, app: {}, roles: order.roles })
  const { user, scopes, admin, personal } = order
  return await issuer.mint({ ...common, person: user, scopes, adminRoles: admin, personal })
}

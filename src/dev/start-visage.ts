/**
 * A whole Visage inside a test, on a free port, in memory and silent: `visage dev` without a terminal.
 * docs/testing.md shows it at work; visage.ts is how the package offers it.
 */
import { startDevelopment } from './development.ts'
import type { Issuer } from './issuer/issuer.ts'
import type { Entry } from './journal/entry.ts'
import { checkOptions, type Kind } from './options.ts'

export type VisageOptions = Readonly<{
  /** A free port when left out. */
  port?: number
  /** Serves TLS with a certificate made for this start; most official clients want it. */
  https?: boolean
  /** 'none' for people without photos, which starts at once; with 'all' the first start draws them. */
  photos?: 'all' | 'none'
  /** Sentences such as '429 on PUT me/photo/$value first 2': docs/faults.md in the package. */
  faults?: readonly string[]
  /** Accept uploads as image/jpeg only, or 415. */
  strictContentType?: boolean
}>

/** A person's token, or a program's of its own; everything that Visage knows is granted if not said. */
export type TokenOrder = UserTokenOrder | AppTokenOrder

export type UserTokenOrder = Common &
  Readonly<{
    /** `alice`, `alice@visage.example` or an id; the first of the demo people when left out. */
    user?: string
    scopes?: readonly string[]
    /** Directory roles, by name or template id: 'User Administrator'. */
    admin?: readonly string[]
    /** Issued as to a personal Microsoft account. */
    personal?: boolean
    app?: false
  }>

export type AppTokenOrder = Common & Readonly<{ app: true; roles?: readonly string[] }>

type Common = Readonly<{
  /** 3600 when left out; negative for a token that has expired. */
  lifetimeSeconds?: number
  /** Shape of the token: 2 when left out. */
  version?: 1 | 2
  /** Reject scopes and roles that Visage does not know: they grant nothing, and may be misspelt. */
  strict?: boolean
}>

/** A call that was answered, for people and for assertions. */
export type VisageRequest = Entry

export type Visage = AsyncDisposable &
  Readonly<{
    /** `http://localhost:49152` */
    url: string
    /** `http://localhost:49152/v1.0` */
    baseUrl: string
    /** PEM text to be trusted by clients (`ca` of an agent); undefined without `https`. */
    certificate: string | undefined
    token: (order?: TokenOrder) => Promise<string>
    /** A JPEG to upload, the same for the same seed; 648 pixels a side when left out, 48 at least. */
    picture: (seed?: string, side?: number) => Promise<Uint8Array<ArrayBuffer>>
    /** The latest calls since the start or the last reset, oldest first; a thousand at most. */
    requests: () => readonly VisageRequest[]
    /** Back to the demo tenant as it was at the start, with faults and `requests` from the beginning. */
    reset: () => Promise<void>
    close: () => Promise<void>
  }>

const visageOptions = {
  port: 'whole number',
  https: 'true or false',
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

/** Throws TypeError for an option that there is not, or that is of the wrong kind. */
export async function startVisage(options: VisageOptions): Promise<Visage> {
  checkOptions('startVisage()', options, visageOptions)
  const tls = options.https ? await makeCertificate() : undefined
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: options.port ?? 0,
    tls,
    data: undefined,
    strictContentType: options.strictContentType ?? false,
    faults: options.faults,
    photos: options.photos,
    // Whatever went wrong is in `requests`, as the reason of its call.
    write: () => {},
  })
  const { origin, issuer, photosReady, requests, reset, close } = development
  await photosReady
  return {
    url: origin,
    baseUrl: `${origin}/v1.0`,
    certificate: tls?.cert,
    token: order => mint(issuer, order),
    picture: drawPicture,
    requests,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function makeCertificate() {
  const { certificateFor } = await import('./certificate.ts')
  return await certificateFor(['localhost', '127.0.0.1', '::1'])
}

async function drawPicture(seed = 'example', side = 648): Promise<Uint8Array<ArrayBuffer>> {
  const { drawFace } = await import('./demo/faces.ts')
  // A buffer of its own: some clients send all of the memory that a view looks into.
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

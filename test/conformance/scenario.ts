/**
 * What a scenario is: plain data, aimed at any base URL. It names callers by kind, things of the
 * tenant by role and pictures by name; who and what those are at a target is told by the target.
 *
 * Texts hold placeholders: `{self}` is percent-encoded in a path, `{self:raw}` is not, `{guestName:twice}`
 * has only its # encoded, twice, and `{self:upper}` is in upper case. In headers and JSON nothing is encoded
 * but `{self:encoded}`.
 */
import type { PictureName } from './pictures.ts'
import type { Point } from './points.ts'

export type Scenario = Readonly<{
  /** A sentence in product words. */
  name: string
  /** The page, thread or fact that demands it. */
  source: string
  /** What clients need, and this shows. */
  points?: readonly Point[]
  /** One of many from the same row of a table: docs/conformance.md counts these instead of listing them. */
  row?: string
  traits?: readonly Trait[]
  given?: readonly Exchange[]
  request: Exchange
  next?: readonly Exchange[]
  /** Path of a photo that must be the same before and after: `/v1.0/me/photo/$value`. */
  untouched?: Readonly<{ path: string; as: Wanted }>
  /** Afterwards, whatever happened; how these are answered does not matter. */
  afterwards?: readonly Exchange[]
}>

/** What only some servers are, by setting. */
export const traits = [
  'any content type',
  'image/jpeg only',
  'short patience',
  /** Nobody minds if those of the organisation are changed and forgotten. */
  'settings to play with',
  /** A few requests in a few seconds are too many for a mailbox, and so are a few megabytes. */
  'tight limits',
  /** Lists that Graph does not have. */
  'lists of Visage',
] as const
export type Trait = (typeof traits)[number]

export type Exchange = Readonly<{
  /** Without it, the request has no Authorization header. */
  as?: Wanted
  method: string
  /** With the version, exactly as it is sent. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: Body
  /** Without it, the body is sent at once, with Content-Length. */
  sent?: Sending
  /** Bytes for a connection of its own, in place of the properties above; `{authorization}` stands for the header. */
  written?: string
  /** The request is repeated until it is answered as expected, at most so many times. */
  attempts?: number
  /** The request is sent after the time in the Retry-After of the last answer. */
  waits?: true
  /** Without it, every 2xx status is expected. */
  expected?: Expected
  /** Values of the answer that later exchanges name as placeholders. */
  keep?: Readonly<
    Record<string, Readonly<{ header: string } | { json: string } | { body: 'whole' }>>
  >
}>

export type Body =
  /** `untyped`: without a Content-Type. */
  | Readonly<{ picture: PictureName; packed?: 'gzip'; untyped?: true }>
  /** `{ '?base64': 'a portrait' }` in it stands for that picture; so do `?base64url` and `?dataUrl`. */
  | Readonly<{ json: unknown; packed?: 'gzip' }>
  | Readonly<{ text: string }>
  /** A body that was kept, such as `{photo}`, as a picture. */
  | Readonly<{ kept: string }>

export type Sending =
  | 'in chunks'
  /** Half of the body, then silence. */
  | 'with a stall'
  /** Half of the body, then the client closes the connection; there is no answer. */
  | 'with a hang-up'
  /** On a connection of its own. The answer is read only after the whole body is sent, as simple clients do. */
  | 'without looking up'
  /** With `Expect: 100-continue`: the body is sent after 100. */
  | 'on request'

/** The caller whose token is sent. It has at least the permissions in `holds`; with `exactly`, no others. */
export type Wanted =
  | Readonly<{
      kind: 'user'
      who: 'self' | 'other' | 'guest'
      holds: readonly string[]
      exactly?: true
      /** Directory roles in the token. */
      roles?: readonly AdminRole[]
    }>
  | Readonly<{ kind: 'application'; holds: readonly string[]; exactly?: true }>
  | Readonly<{ kind: 'personal'; holds: readonly string[]; exactly?: true }>
  | Readonly<{ kind: 'special'; how: Special }>
  /** A program that provisions people and groups over SCIM; the name makes its source. */
  | Readonly<{ kind: 'provisioning'; name: string }>

export type Special =
  | 'expired'
  | 'not yet valid'
  | 'wrong audience'
  | 'wrong tenant'
  | 'unknown issuer'
  | 'signed by somebody else'
  | 'changed after signing'
  | 'unsigned'
  | 'issued for Microsoft Graph'
  /** No `scp`, no `roles`. */
  | 'without any permission'
  /** ProfilePhoto.ReadWrite.All of a User Administrator whose token has no `wids`. */
  | 'administrator known to the directory'
  /** User.ReadWrite and User.Read of a person whom the directory does not know yet. */
  | 'newcomer'
  /** User.ReadWrite and User.Read from a user flow of Azure AD B2C. */
  | 'user of a B2C tenant'
  /** ProfilePhoto.ReadWrite.All and Group.ReadWrite.All in a tenant that is a B2C tenant. */
  | 'application in a B2C tenant'
  /** As 'user' self with User.ReadWrite and User.Read, in the older shape. */
  | 'v1.0 user'
  /** ProfilePhoto.ReadWrite.All, in the older shape. */
  | 'v1.0 application'

/** https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference */
export const adminRoles = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
  'People Administrator': '024906de-61e5-49c8-8572-40335f1e0e10',
  'Groups Administrator': 'fdd7a751-b60b-444a-984c-02652fe8fa1c',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'Teams Administrator': '69091246-20e8-4a56-aa4d-066075b2a7a8',
} as const
export type AdminRole = keyof typeof adminRoles

/** A text is the value itself, null its absence, `not` any other value. */
export type HeaderWish = string | RegExp | null | Readonly<{ not: string }>

export type Expected = Readonly<{
  status: number | readonly number[] | 'no answer'
  headers?: Readonly<Record<string, HeaderWish>>
  /** No byte, and so no Content-Type. */
  empty?: true
  json?: Shape
  /** Exactly these keys, in this order. */
  keys?: readonly string[]
  /** Texts that stand in the message. */
  error?: Readonly<{ code?: string | readonly string[]; says?: readonly string[] }>
  picture?: PictureWish
  /** A body that was kept, to the byte. */
  sameAs?: string
  /** Texts that stand in the body. */
  holds?: readonly string[]
  /** Texts that must not stand in the body. */
  without?: readonly string[]
  /** Well-formed XML. */
  xml?: true
  /** The answers of a batch by their ids, no more and no fewer, each as if it were alone. */
  parts?: Readonly<Record<string, Expected>>
  /** Whether `100 Continue` came. */
  continued?: boolean
}>

/** A JPEG without metadata, of this size where one is named. */
export type PictureWish = Readonly<{
  width?: number
  height?: number
  /** Shows what this one shows, centre-cropped where the sides differ. */
  like?: PictureName
  unlike?: PictureName
  /** Colours at points, as red, green, blue; each within 12. */
  colours?: readonly Readonly<{ x: number; y: number; rgb: readonly number[] }>[]
}>

/**
 * An object names properties that must be there; a list is compared entry by entry; a pattern is held
 * against the text of a value. `?some`, `?every` and `?count` are said of a list.
 */
export type Shape =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Shape[]
  | Readonly<{ [name: string]: Shape }>

/** Things of the tenant that scenarios name; a target need not have all of them. */
export type Thing =
  | 'self'
  | 'selfName'
  | 'other'
  | 'otherName'
  | 'guest'
  | 'guestName'
  /** Self owns it. */
  | 'ownGroup'
  /** Self is in it, and does not own it. */
  | 'memberGroup'
  /** Self is not in it. */
  | 'foreignGroup'
  | 'ownTeam'
  | 'memberTeam'
  | 'foreignTeam'
  /** A group that is no team. */
  | 'plainGroup'
  | 'contact'
  | 'folder'
  | 'folderContact'
  | 'childFolder'
  | 'childContact'
  /** In the mailbox of other. */
  | 'otherContact'
  | 'personalSelf'
  | 'personalSelfName'
  /** A user of the B2C tenant. */
  | 'b2cUser'
  | 'b2cGroup'

/** Any other name is one that an exchange kept. */
export type Things = Readonly<Partial<Record<Thing, string>>>

/** Where scenarios are aimed. */
export type Target = Readonly<{
  /** `https://host`, without version and without a slash at the end. */
  baseUrl: string
  things: Things
  traits: ReadonlySet<Trait>
  /** A token, or why there is none. */
  token: (wanted: Wanted) => Promise<Readonly<{ token: string } | { missing: string }>>
  /** Lets the time of a Retry-After pass there; left out, it passes as it does everywhere. */
  wait?: ((seconds: number) => Promise<void>) | undefined
}>

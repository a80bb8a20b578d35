/**
 * Calls as clients, accidents and attackers make them: a valid call to any row of the table of routes, of which some
 * parts are then replaced by invalid ones.
 */
import { METHODS } from 'node:http'
import fc from 'fast-check'
import * as demo from '../../src/dev/demo/tenant.ts'
import type { FailureCode } from '../../src/failure.ts'
import { type Route, routes } from '../../src/graph/routes.ts'
import type { Bodies } from './pictures.ts'
import type { Tokens } from './world.ts'

export type Asked = Readonly<{
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array
  /** The way in which the body does not arrive; undefined if it does. */
  breaks?: FailureCode
}>

/** A placeholder in conditions for the last ETag. */
export const currentEtag = '"current-etag"'

export function anyCall(tokens: Tokens, bodies: Bodies): fc.Arbitrary<Asked> {
  const body = fc.record({
    isFitting: often,
    picture: anyPicture(bodies),
    json: anyJson,
    breaks: rarely(
      fc.constantFrom<FailureCode>('body-cut-off', 'body-stalled', 'body-too-large', 'overloaded'),
    ),
  })
  const call = fc.record({
    route: fc.constantFrom(...routes, ...oftenAsked),
    cast: anyCast,
    version: fc.constantFrom('v1.0', 'beta', 'beta', 'V1.0'),
    method: fc.nat(11),
    isMethodFitting: often,
    otherMethod: fc.constantFrom(...METHODS, 'JUNK', 'CONSTRUCTOR', '__PROTO__', ''),
    spelling: anySpelling,
    query: anyQuery,
    damage: rarely(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), text: anyText })),
    elsewhere: rarely(fc.constantFrom(...placesWithoutRoute)),
    token: anyToken(tokens),
    headers: anyHeaders,
    body,
  })
  return call.map(({ body, ...asked }): Asked => {
    const method = asked.isMethodFitting ? methodOf(asked.route, asked.method) : asked.otherMethod
    const url = `/${asked.version}${writePath(asked)}${asked.query}`
    const takesPicture = /\/photo\b/.test(asked.route.path)
    const fitting = body.isFitting ? fittingBody(method, asked) : undefined
    return {
      method,
      url: asked.elsewhere ?? (asked.damage === undefined ? url : damaged(url, asked.damage)),
      headers: { ...consistencyOf(asked), ...asked.headers, ...authorizationOf(tokens, asked) },
      body: takesPicture === body.isFitting ? body.picture : (fitting ?? body.json),
      ...(body.breaks && { breaks: body.breaks }),
    }
  })
}

/** What only one operation takes; of others, any of the JSON texts may fit. Not always, so that others come too. */
function fittingBody(method: string, asked: Asking): Buffer | undefined {
  const operation = `${method} ${asked.route.path}`
  const [, make] = fittingBodies.find(([pattern]) => pattern.test(operation)) ?? []
  return make && asked.cast.contact % 4 < 3
    ? Buffer.from(JSON.stringify(make(asked.cast)))
    : undefined
}

const fittingBodies: readonly (readonly [RegExp, (cast: Cast) => object])[] = [
  [
    /^POST \/users$/,
    ({ contact }) => ({
      accountEnabled: true,
      displayName: 'New',
      mailNickname: 'new',
      userPrincipalName: contact === 0 ? 'bob@visage.example' : `new${contact}@visage.example`,
      passwordProfile: { password: 'not kept' },
    }),
  ],
  [
    /^POST \/groups$/,
    ({ contact }) => ({
      displayName: 'New',
      mailEnabled: true,
      mailNickname: `new${contact}`,
      securityEnabled: false,
      groupTypes: ['Unified'],
    }),
  ],
  [/^PATCH \/groups\/\{group\}$/, () => ({ description: 'New' })],
  [/^PATCH \/(users\/\{user\}|me)$/, () => ({ department: 'New' })],
  [/^PUT \/groups\/\{team\}\/team$/, () => ({})],
  [/^PATCH \/admin\/people\/photoUpdateSettings$/, () => ({ source: 'onPremises' })],
  [
    /\$ref$/,
    ({ contact }) => ({
      '@odata.id': `https://localhost/v1.0/users/${demo.people[contact]?.id}`,
    }),
  ],
]

/** Addresses of uploads, and the settings that decide on them. */
const oftenAsked = routes.flatMap(route =>
  Object.keys(route.on).some(method => /^P(UT|ATCH)/.test(method)) ? [route, route] : [],
)

const placesWithoutRoute = [
  ...[
    '/v1.0',
    '/beta/',
    '/v1.0/$metadata',
    '/beta/%24METADATA?x',
    '/openapi.json',
    '/v1.0/openapi',
  ],
  ...['/v1.0/users/delta', '/beta/me/profile', '/v1.0/groups/delta()'],
  ...['/', '', '*', '/v1.0//me', '/v2.0/me', '/constructor/me', '/__proto__/$metadata', '/v1.0/'],
]

/** Nine times of ten. */
const often = fc.oneof(
  { weight: 9, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
)

/** Once in twenty times; else undefined. */
export function rarely<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof(
    { weight: 19, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  )
}

/** Texts that have caused failures in other programs. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '../../etc/passwd', '..', '.'],
    ...['%', '%zz', '%00', '%0d%0ax-injected:%20yes', '%2523', '%25252525', '%ff', '%u0041', '$'],
    ...['\r\nx-injected: yes', '\u0000', '\ud800', '\u2028', '\u202e', '\ufeff', 'ﬀ', 'İ', 'ß'],
    ...["'", "''", "')", "x')/photo", '"', '(', "('", '()', ';', '?', '??', '#', '&', '&&=', '//'],
    ...["' or 1=1--", '*', '$value', '$batch', 'default', '1e9', '-1', 'NaN', '{{7*7}}', '<b>'],
    ...['a'.repeat(9000), '%41'.repeat(3000), '/a'.repeat(4000), '('.repeat(5000)],
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ maxLength: 20, unit: 'binary' }),
)

type Cast = Readonly<{
  person: string
  personId: string
  group: string
  team: string
  /** Chooses one of the contacts at the depth of the route. */
  contact: number
  size: string
  /** Replaces one of the others. */
  stranger: Readonly<{ name: string; text: string }> | undefined
}>

const names = ['user', 'group', 'team', 'contact', 'folder', 'size']

const anyCast: fc.Arbitrary<Cast> = fc
  .record({
    person: fc.constantFrom(...demo.people),
    isNamed: fc.boolean(),
    group: fc.constantFrom(...demo.groups),
    team: fc.constantFrom(...demo.groups.filter(({ isTeam }) => isTeam)),
    contact: fc.nat(7),
    size: fc.constantFrom('48x48', '48X48', '64x64', '648x648', '50x50', '0x0', '99999x1', 'x'),
    stranger: rarely(fc.record({ name: fc.constantFrom(...names), text: anyText })),
  })
  .map(({ person, isNamed, group, team, ...rest }) => ({
    ...rest,
    person: isNamed ? person.userPrincipalName : person.id,
    personId: person.id,
    group: group.id,
    team: team.id,
  }))

/** Outermost first. */
function foldersOf({ folderId }: demo.Contact): readonly string[] {
  if (folderId === null) return []
  const parent = demo.folders.find(({ id }) => id === folderId)?.parentFolderId
  return parent ? [parent, folderId] : [folderId]
}

function contactFor({ path }: Route, { contact }: Cast): demo.Contact | undefined {
  const depth = path.split('{folder}').length - 1
  const fitting = demo.contacts.filter(other => foldersOf(other).length >= depth)
  return fitting[contact % fitting.length]
}

type Spelling = Readonly<{
  at: number
  how:
    | 'encoded'
    | 'twice encoded'
    | 'capitals'
    | 'as a key'
    | 'with a slash'
    | 'doubled'
    | 'left out'
}>

const anySpelling: fc.Arbitrary<readonly Spelling[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({
        at: fc.nat(8),
        how: fc.constantFrom<Spelling['how']>(
          ...(['encoded', 'encoded', 'capitals', 'capitals', 'as a key', 'as a key'] as const),
          ...(['with a slash', 'twice encoded', 'doubled', 'left out'] as const),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
)

type Asking = Readonly<{ route: Route; cast: Cast; spelling: readonly Spelling[] }>

function writePath({ route, cast, spelling }: Asking): string {
  const contact = contactFor(route, cast)
  const folders = [...(contact ? foldersOf(contact) : [])]
  const segments = route.path.split('/').map(part => {
    if (!part.startsWith('{')) return part
    const name = part.slice(1, -1)
    if (cast.stranger?.name === name) return encodeKey(cast.stranger.text)
    if (name === 'folder') return encodeKey(folders.shift() ?? '')
    if (name === 'contact') return encodeKey(contact?.id ?? '')
    return encodeKey(keyOf(name, route, cast))
  })
  return spelling.reduce(spell, segments).join('/')
}

/** As most clients write a key; a lone surrogate has no encoding. */
function encodeKey(key: string): string {
  return encodeURIComponent(key.toWellFormed()).replaceAll('%40', '@')
}

function keyOf(name: string, route: Route, cast: Cast): string {
  switch (name) {
    case 'user':
      return isInMailbox(route) ? (contactFor(route, cast)?.mailboxId ?? '') : cast.person
    case 'group':
      return cast.group
    case 'team':
      return route.path.endsWith('/team') ? cast.group : cast.team
    case 'object':
      return objectFor(route, cast)
    case 'size':
      return cast.size
    default:
      return name
  }
}

function objectFor({ path }: Route, { group, contact }: Cast): string {
  if (path.startsWith('/directory')) return contact % 2 === 0 ? deleted.person : deleted.group
  const { ownerIds = [], memberIds = [] } = demo.groups.find(({ id }) => id === group) ?? {}
  const ids = path.includes('/owners') ? ownerIds : memberIds
  return ids[contact % ids.length] ?? administrator
}

function isInMailbox({ path }: Route): boolean {
  return /\/contact/.test(path)
}

function spell(segments: readonly string[], { at, how }: Spelling): readonly string[] {
  const index = 1 + (at % Math.max(1, segments.length - 1))
  const text = segments[index] ?? ''
  const change = (...texts: readonly string[]) => segments.toSpliced(index, 1, ...texts)
  switch (how) {
    case 'encoded':
      return change(Buffer.from(text).toString('hex').replace(/../g, '%$&'))
    case 'twice encoded':
      return change(encodeURIComponent(text))
    case 'capitals':
      return change(text.toUpperCase())
    case 'as a key':
      return segments.toSpliced(index, 2, `${text}('${segments[index + 1] ?? ''}')`)
    case 'with a slash':
      return change(text, '')
    case 'doubled':
      return change(text, text)
    case 'left out':
      return change()
  }
}

function damaged(url: string, { at, text }: Readonly<{ at: number; text: string }>): string {
  const place = Math.floor(at * url.length)
  return url.slice(0, place) + text + url.slice(place + 1)
}

const optionNames = [
  ...['$select', '$top', '$skip', '$search', '$filter', '$orderby', '$skiptoken', '$count'],
  ...['$expand', '$format', '$apply', '$levels', 'select', 'TOP', '$SELECT', 'api-version', ''],
  ...['photo', 'narrowerThan'],
]
const optionValues = [
  ...['id,width', '*', '', 'ID', '2', '0', '1', '999', '1000', '-1', '1e2', ' 3', '99999999999'],
  ...['"displayName:ali"', '"displayName:ali" OR "mail:bob"', 'o', '"', '"":', ':', '"---"', 'OR'],
  ...["startswith(displayName,'a')", "startswith(displayName,'A') or mail eq 'bob@visage.example'"],
  ...["displayName eq 'O''Neill'", "mail eq 'x", "'''''", "emailAddresses/any(a:a/address eq 'c')"],
  ...["id eq '%' or displayName eq '\\'", 'displayName', 'displayName desc', 'true', 'photo'],
  ...['missing', 'set', '240'],
  ...['WyJCIiwiMSJd', 'W10', 'bnVsbA', 'MTI', 'eyJhIjoxfQ', 'default'],
  ...['a '.repeat(2000), `"${'a '.repeat(2000)}"`, "id eq 'a' or ".repeat(200), "'".repeat(2001)],
]

const honestQueries = [
  ...['$select=id,displayName', '$select=id,width&api-version=2', '$top=2', '$top=1&$select=ID'],
  ...[
    '%24skip=1',
    '$search="displayName:a"',
    "$filter=startswith(displayName,'a')",
    '$orderby=displayName',
    '$orderby=displayName%20desc&$count=true',
    "$filter=accountEnabled%20eq%20true%20and%20userType%20ne%20'Guest'&$count=true",
    "$filter=contains(displayName,'a')",
    "$filter=officeLocation%20eq%20'x'",
    ...['photo=missing', 'narrowerThan=240&$top=2', 'photo=set&narrowerThan=1', 'photo='],
    '$search="displayName:a"%20AND%20"mail:b"&$count=true',
  ],
]

const anyQuery: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.constant('') },
  { weight: 4, arbitrary: fc.constantFrom(...honestQueries).map(query => `?${query}`) },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc
          .tuple(
            fc.constantFrom(...optionNames),
            fc.oneof(
              { weight: 8, arbitrary: fc.constantFrom(...optionValues) },
              { weight: 1, arbitrary: anyText },
            ),
          )
          .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
        { minLength: 1, maxLength: 3 },
      )
      .map(options => `?${options.join('&').replaceAll('%20', '+')}`),
  },
  { weight: 1, arbitrary: anyText.map(text => `?${text}`) },
)

type Token = Readonly<{ kind: 'fitting' | 'application' | 'missing' } | { value: string }>

function anyToken({ limited, odd }: Tokens): fc.Arbitrary<Token> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant({ kind: 'fitting' } as const) },
    { weight: 3, arbitrary: fc.constant({ kind: 'application' } as const) },
    { weight: 4, arbitrary: fc.constantFrom(...limited).map(value => ({ value })) },
    { weight: 3, arbitrary: fc.constantFrom(...odd).map(value => ({ value })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'missing' } as const) },
    { weight: 1, arbitrary: anyText.map(value => ({ value })) },
  )
}

/** They are in the tenant, deleted. */
export const deleted = {
  person: '77777777-0000-4000-8000-000000000002',
  group: '77777777-0000-4000-8000-000000000003',
} as const

/** Grace is Global Administrator. */
export const administrator = demo.people.find(({ givenName }) => givenName === 'Grace')?.id ?? ''

function authorizationOf(
  tokens: Tokens,
  { route, cast, token }: Readonly<{ route: Route; cast: Cast; token: Token }>,
): Readonly<Record<string, string>> {
  if ('value' in token) return { authorization: token.value }
  if (token.kind === 'missing') return {}
  if (token.kind === 'application') return { authorization: tokens.application }
  return { authorization: tokens.everything.get(whoFits(route, cast)) ?? '' }
}

function whoFits(route: Route, cast: Cast): string {
  if (isInMailbox(route)) return contactFor(route, cast)?.mailboxId ?? ''
  if (route.path.startsWith('/admin')) return administrator
  const team = demo.groups.find(({ id }) => id === cast.team)
  if (route.path.includes('{team}')) return team?.ownerIds[0] ?? ''
  return route.path.startsWith('/me') ? cast.personId : administrator
}

/** Graph counts only with it, and demands it for some queries. */
function consistencyOf({ route, query }: Readonly<{ route: Route; query: string }>) {
  const asksForCount = /\/\$count$/.test(route.path) || query.includes('$count')
  return asksForCount ? { consistencylevel: 'eventual' } : {}
}

/** Contacts and their folders are not many: they are deleted less often than read. */
function methodOf({ on, path }: Route, pick: number): string {
  const methods = Object.keys(on)
  const method = methods[pick % methods.length] ?? 'GET'
  if (method === 'GET') return pick > 9 ? 'HEAD' : method
  return method === 'DELETE' && /\/contact/.test(path) && pick < 9 ? 'GET' : method
}

const headerValues: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    ...['image/jpeg', 'application/octet-stream', 'application/json', 'image/png, image/gif'],
    ...['multipart/form-data', '', ';', 'text/plain; charset="\\', 'x'.repeat(3000)],
  ],
  accept: ['*/*', 'application/json;odata.metadata=none', 'application/json;odata.metadata=full'],
  'if-match': ['*', currentEtag, `W/${currentEtag}`, '"x"', ',,,', '', `"a", ${currentEtag}`],
  'if-none-match': ['*', currentEtag, `W/${currentEtag}`, '"x"', ',,,', '', '"'.repeat(2000)],
  'client-request-id': ['8a1b0c6e-0000-4000-8000-000000000001', '', 'a b', '\r\nx-injected: yes'],
  origin: ['https://app.example', 'null', '\r\nx-injected: yes'],
  'access-control-request-method': ['PUT', 'BREW', ''],
  'access-control-request-headers': [
    ...['authorization, content-type', '*', 'x y', 'a,\r\nx-injected: yes', 'a, '.repeat(900)],
  ],
  consistencylevel: ['eventual', 'Eventual', 'strict', ''],
  prefer: ['return=minimal', 'odata.maxpagesize=1', 'respond-async'],
  'x-http-method-override': ['DELETE'],
  'x-forwarded-host': ['evil.example'],
  cookie: ['a=b'],
}

const anyHeader = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .constantFrom(...Object.entries(headerValues))
      .chain(([name, values]) => fc.constantFrom(...values).map(value => [name, value] as const)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('x-other', '__proto__', 'constructor'), anyText),
  },
)

const anyHeaders = fc
  .array(anyHeader, { maxLength: 3 })
  .map((entries): Readonly<Record<string, string>> => Object.fromEntries(entries))

function anyPicture({ pictures, strange }: Bodies): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pictures) },
    { weight: 2, arbitrary: fc.constantFrom(...strange) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...pictures), fc.nat(1000), fc.uint8Array({ maxLength: 9 }))
        .map(([bytes, at, other]) =>
          overwritten(bytes, Math.floor((at * bytes.length) / 1000), other),
        ),
    },
    { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  )
}

function overwritten(bytes: Buffer, at: number, other: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(at + other.length)])
}

const anyValue = fc.oneof(
  anyText,
  fc.constantFrom(
    null,
    true,
    7,
    '',
    [],
    {},
    [null],
    'n'.repeat(1024),
    'n'.repeat(1025),
    'on\u0000',
  ),
  fc.jsonValue({ maxDepth: 3 }),
)
const role = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

const anyJsonText = fc
  .oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        { displayName: 'New', emailAddresses: [{ address: 'new@contacts.example', name: 'N' }] },
        { givenName: 'Ñ', surname: "O'Neill", jobTitle: 'T', companyName: 'C' },
        { displayName: 'A folder or a contact' },
        { source: 'cloud', allowedRoles: [role] },
        { source: 'onPremises' },
        { source: 'onpremises', allowedRoles: null },
        { allowedRoles: [] },
      ),
    },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          displayName: anyValue,
          surname: anyValue,
          emailAddresses: fc.oneof(anyValue, fc.array(fc.record({ address: anyValue }))),
          source: anyValue,
          allowedRoles: anyValue,
          ['__proto__']: anyValue,
        },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
  .map(value => JSON.stringify(value))
const deepJson = Buffer.from(`{"displayName":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)
const hugeJson = Buffer.alloc(257 * 1024, 0x20)

const anyJson: fc.Arbitrary<Uint8Array> = fc.tuple(anyJsonText, fc.nat(19)).map(([json, shape]) => {
  switch (shape) {
    case 1:
      return Buffer.from(json.slice(0, -1))
    case 2:
      return Buffer.from(`\ufeff${json}`)
    case 3:
      return Buffer.from(json, 'utf16le')
    case 4:
      return Buffer.from('{"displayName":"\xff"}', 'latin1')
    case 5:
      return deepJson
    case 6:
      return hugeJson
    default:
      return Buffer.from(json)
  }
})

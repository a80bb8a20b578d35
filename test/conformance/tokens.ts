/**
 * Where the tokens of scenarios come from: ordered from a running `visage dev`, or handed over on the
 * command line. It decides which token fits what a scenario wants; it makes none itself.
 */
import { readObject } from './check.ts'
import { adminRoles, type Special, type Target, type Things, type Wanted } from './scenario.ts'

type TokenSource = Target['token']
type Order = Readonly<Record<string, unknown>>

/** Asks the token endpoint of `visage dev`, which makes whatever is described. */
export function orderTokens(origin: string, things: Things): TokenSource {
  const kept = new Map<string, ReturnType<TokenSource>>()
  return wanted => {
    if (wanted.kind === 'provisioning') return orderScimToken(origin, wanted, kept)
    const order = toOrder(wanted, things)
    if (order === undefined) return Promise.resolve({ missing: `no token: ${describe(wanted)}` })
    const key = JSON.stringify(order)
    const token = kept.get(key) ?? placeOrder(origin, order, wanted)
    kept.set(key, token)
    return token
  }
}

type Provisioning = Extract<Wanted, { kind: 'provisioning' }>

function orderScimToken(
  origin: string,
  wanted: Provisioning,
  kept: Map<string, ReturnType<TokenSource>>,
): ReturnType<TokenSource> {
  const key = JSON.stringify(wanted)
  const token = kept.get(key) ?? placeScimOrder(origin, wanted)
  kept.set(key, token)
  return token
}

async function placeScimOrder(origin: string, wanted: Provisioning) {
  const answer = await fetch(`${origin}/_visage/scim-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'create', name: wanted.name }),
  })
  const token = readObject(await answer.json())?.token
  if (answer.ok && typeof token === 'string') return { token }
  return { missing: `no token: ${describe(wanted)}` }
}

async function placeOrder(origin: string, order: Order, wanted: Wanted) {
  const answer = await fetch(`${origin}/_visage/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  const token = readObject(await answer.json())?.access_token
  if (!answer.ok || typeof token !== 'string') return { missing: `no token: ${describe(wanted)}` }
  const isChanged = wanted.kind === 'special' && wanted.how === 'changed after signing'
  return { token: isChanged ? raisePermissions(token) : token }
}

function toOrder(wanted: Exclude<Wanted, Provisioning>, things: Things): Order | undefined {
  switch (wanted.kind) {
    case 'user':
      return things[wanted.who] === undefined
        ? undefined
        : {
            user: things[wanted.who],
            scopes: wanted.holds,
            wids: (wanted.roles ?? []).map(role => adminRoles[role]),
          }
    case 'application':
      return { app: true, roles: wanted.holds }
    case 'personal':
      return { personal: true, user: things.personalSelf, scopes: wanted.holds }
    case 'special':
      return toSpecialOrder(wanted.how, things)
  }
}

function toSpecialOrder(how: Special, { self }: Things): Order | undefined {
  const user = { user: self, scopes: ['User.ReadWrite', 'User.Read'] }
  const application = { app: true, roles: ['ProfilePhoto.ReadWrite.All'] }
  const orders: Readonly<Partial<Record<Special, Order>>> = {
    expired: { ...user, lifetimeSeconds: -7200 },
    'wrong audience': { ...user, audience: 'https://elsewhere.example' },
    'changed after signing': { ...user, scopes: ['User.Read'] },
    'without any permission': { ...user, scopes: [] },
    'v1.0 user': { ...user, version: 1 },
    'v1.0 application': { ...application, version: 1 },
  }
  return orders[how]
}

/** The token says more than was signed. */
export function raisePermissions(token: string): string {
  const [header, , signature] = token.split('.')
  const claims = { ...readClaims(token), scp: 'User.ReadWrite ProfilePhoto.ReadWrite.All' }
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}

/** Tokens as they are: the first that fits is taken, and their claims say what they are. */
export function givenTokens(tokens: readonly string[], things: Things): TokenSource {
  const listed = tokens.map(token => ({ token, claims: readClaims(token) }))
  return async wanted => {
    const found = listed.find(({ claims }) => fits(wanted, claims, things))
    return found ? { token: found.token } : { missing: `no token: ${describe(wanted)}` }
  }
}

function fits(wanted: Wanted, claims: Order, things: Things): boolean {
  const isPersonal = claims.tid === '9188040d-6c67-4c5b-b112-36a304b66dad'
  const isApplication = claims.idtyp === 'app' || (!claims.scp && Array.isArray(claims.roles))
  const kind = isApplication ? 'application' : isPersonal ? 'personal' : 'user'
  if (wanted.kind !== kind) return false
  const held = isApplication ? list(claims.roles) : readScopes(claims.scp)
  const hasAll = wanted.holds.every(name => held.includes(name))
  if (!hasAll || ('exactly' in wanted && held.length !== wanted.holds.length)) return false
  if (wanted.kind !== 'user') return true
  const roles = (wanted.roles ?? []).map(role => adminRoles[role])
  const isOfWho =
    things[wanted.who] === undefined ? wanted.who === 'self' : claims.oid === things[wanted.who]
  return isOfWho && roles.every(id => list(claims.wids).includes(id))
}

/** What every sign-in asks for besides says nothing of Graph. */
function readScopes(scp: unknown): readonly string[] {
  const common = ['openid', 'profile', 'email', 'offline_access', '']
  return String(scp ?? '')
    .split(' ')
    .filter(name => !common.includes(name))
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Unverified: it only says which token the owner of the tokens meant. */
export function readClaims(token: string): Order {
  try {
    const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    return readObject(JSON.parse(text)) ?? {}
  } catch {
    return {}
  }
}

export function describe(wanted: Wanted): string {
  if (wanted.kind === 'special') return wanted.how
  if (wanted.kind === 'provisioning') return `provisioning token ${wanted.name}`
  const { kind, holds } = wanted
  const whose = kind === 'user' ? ` (${wanted.who})` : ''
  const only = wanted.exactly ? 'with exactly' : 'with'
  const roles = kind === 'user' && wanted.roles ? `, ${wanted.roles.join(', ')}` : ''
  const more = holds.length > 6 ? ` and ${holds.length - 4} more` : ''
  const named = holds.slice(0, more === '' ? undefined : 4).join(', ') || 'no permission'
  return `${kind}${whose} ${only} ${named}${more}${roles}`
}

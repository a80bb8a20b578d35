/**
 * Our own servers for the suite, on free ports and any stores: `visage dev` as a developer has it, the
 * same with strict content types or tight limits, and one that trusts a stand-in for Microsoft's
 * cloud. The only file of the suite that knows the server's source.
 */

import * as demo from '../../src/dev/demo/tenant.ts'
import { startDevelopment } from '../../src/dev/development.ts'
import { addGroups } from '../../src/directory/groups.ts'
import { addRoleMembers } from '../../src/directory/relations.ts'
import { addUsers } from '../../src/directory/users.ts'
import type { ServerOptions } from '../../src/serving/options.ts'
import { startServer } from '../../src/serving/server.ts'
import { readLimits } from '../../src/settings/limits.ts'
import type { ThrottleLimits } from '../../src/throttling/limits.ts'
import type { EntraTrust } from '../../src/tokens/trust.ts'
import {
  alice,
  b2cUser,
  contoso,
  fabrikam,
  ourAudience,
  personalUser,
  startTestIssuer,
  type TestClaims,
  type TestIssuer,
  unsigned,
  v1App,
  v1User,
  v2App,
  v2User,
} from '../support/test-issuer.ts'
import {
  adminRoles,
  type Special,
  type Target,
  type Things,
  type Trait,
  type Wanted,
} from './scenario.ts'
import { orderTokens, raisePermissions } from './tokens.ts'

export type Stands = Readonly<{
  targets: readonly Target[]
  /** What the servers wrote into their logs: answers of 500 and above, and trouble. */
  complaints: readonly string[]
  close: () => Promise<void>
}>

/** `visage dev` alone. */
export async function startDevStand(): Promise<
  Readonly<{ target: Target; close: () => Promise<void> }>
> {
  const closing: Closing = []
  const target = await startDev(() => {}, closing, 'any content type')
  return {
    target,
    async close() {
      for (const end of closing) await end()
    },
  }
}

/** Where a server keeps what it is told; the embedded stores, in memory, when nothing is said. */
export type Stores = Pick<ServerOptions, 'database' | 'packs' | 'packCacheBytes' | 's3Credentials'>

/** Every server has stores of its own. */
export async function startStands(
  openStores: () => Promise<Stores> = async () => ({}),
): Promise<Stands> {
  const complaints: string[] = []
  const write = (_: unknown, fields: unknown) => void complaints.push(JSON.stringify(fields))
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closing.toReversed()) await end()
  }
  try {
    const targets = [
      await startDev(write, closing, 'any content type', await openStores()),
      await startEntra(write, closing, await openStores()),
      await startDev(write, closing, 'image/jpeg only', await openStores()),
      await startDev(write, closing, 'tight limits', await openStores()),
    ]
    return { targets, complaints, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Write = (severity: unknown, fields: unknown) => void
type Closing = (() => Promise<unknown>)[]

const host = '127.0.0.1'

async function startDev(
  write: Write,
  closing: Closing,
  trait: 'any content type' | 'image/jpeg only' | 'tight limits',
  stores: Stores = {},
): Promise<Target> {
  const strictContentType = trait === 'image/jpeg only'
  const isMain = trait === 'any content type'
  const isTight = trait === 'tight limits'
  const clock = createStillClock()
  const development = await startDevelopment({
    ...stores,
    host,
    port: 0,
    data: undefined,
    strictContentType,
    photos: isMain ? 'all' : 'none',
    ...(isTight && { throttle: tightLimits, elapsed: clock.elapsed }),
    write,
  })
  closing.push(development.close)
  // Portraits of the demo tenant that appear in the middle of a scenario would look like a fault.
  await development.photosReady
  return {
    baseUrl: development.origin,
    things: demoThings,
    // What the others have too is shown by the first.
    traits: new Set<Trait>(isMain ? [trait, 'settings to play with', 'lists of Visage'] : [trait]),
    token: orderTokens(development.origin, demoThings),
    wait: isTight ? clock.wait : undefined,
  }
}

/** Soon reached; the time in which they were reached is over when a scenario says so. */
const tightLimits: ThrottleLimits = {
  requests: { amount: 5, windowMs: 10_000 },
  upload: { amount: 4 * 1024 * 1024, windowMs: 60_000 },
}

/** Moves only while somebody waits: what is too much stays so, however slow the machine is. */
function createStillClock() {
  let elapsedMs = 0
  return {
    elapsed: () => elapsedMs,
    async wait(seconds: number) {
      elapsedMs += seconds * 1000
    },
  }
}

/** Alice is self: she owns Design, is in Field Service and Everyone, and has contacts. */
export const demoThings: Things = {
  self: person('alice').id,
  selfName: person('alice').userPrincipalName,
  other: person('bob').id,
  otherName: person('bob').userPrincipalName,
  guest: person('ana_').id,
  guestName: person('ana_').userPrincipalName,
  ownGroup: group('Design'),
  memberGroup: group('Everyone'),
  foreignGroup: group('Clube de leitura'),
  ownTeam: group('Design'),
  memberTeam: group('Field Service'),
  foreignTeam: group('Research 研究'),
  plainGroup: group('Everyone'),
  contact: contact('Noé Tremblay'),
  folder: folder('Suppliers'),
  folderContact: contact('Gülşen Aksoy'),
  childFolder: folder('Printers'),
  childContact: contact('Matti Järvinen'),
  otherContact: contact('Rosa Ñancupil'),
  personalSelf: person('lena').id,
  personalSelfName: person('lena').userPrincipalName,
}

function person(start: string): demo.Person {
  return expectOne(demo.people.find(one => one.userPrincipalName.startsWith(start)))
}

function group(displayName: string): string {
  return expectOne(demo.groups.find(one => one.displayName === displayName)).id
}

function folder(displayName: string): string {
  return expectOne(demo.folders.find(one => one.displayName === displayName)).id
}

function contact(displayName: string): string {
  return expectOne(demo.contacts.find(one => one.displayName === displayName)).id
}

function expectOne<Thing>(found: Thing | undefined): Thing {
  if (found === undefined) throw new Error('the demo tenant has changed')
  return found
}

const admin = '1c2d3e4f-0000-4000-8000-00000000000a'
const entraThings = {
  self: alice,
  selfName: 'alice@contoso.example',
  other: '1c2d3e4f-0000-4000-8000-00000000000b',
  otherName: 'bob@contoso.example',
  b2cUser: '1c2d3e4f-0000-4000-8000-00000000000c',
  b2cGroup: '1c2d3e4f-0000-4000-8000-00000000000d',
} as const satisfies Things

/** Settings as an organisation would have them, with an audience of its own, and little patience. */
async function startEntra(write: Write, closing: Closing, stores: Stores): Promise<Target> {
  const issuer = await startTestIssuer()
  closing.push(() => issuer[Symbol.asyncDispose]())
  const trust: EntraTrust = {
    kind: 'entra',
    cloud: 'global',
    tenants: [contoso, fabrikam],
    b2cTenants: [
      { tenantId: fabrikam, host: 'fabrikam.b2clogin.com', policies: ['B2C_1_sign_in'] },
    ],
    audiences: [ourAudience, `api://${ourAudience}`],
    personal: true,
  }
  const server = await startServer({
    ...stores,
    host,
    port: 0,
    data: undefined,
    identity: () => ({ trust, fetch: issuer.fetch }),
    strictContentType: false,
    limits: { ...readLimits({}), stallTimeoutMs: 2_000 },
    write,
  })
  closing.push(server.close)
  await seed(server.parts.database)
  return {
    baseUrl: server.origin,
    things: entraThings,
    traits: new Set(['any content type', 'short patience']),
    token: async wanted => signToken(issuer, wanted),
  }
}

async function seed(database: Parameters<typeof addUsers>[0]): Promise<void> {
  const { self, selfName, other, otherName, b2cUser: member, b2cGroup } = entraThings
  await addUsers(database, contoso, [
    { id: self, userPrincipalName: selfName, displayName: 'Alice' },
    { id: other, userPrincipalName: otherName, displayName: 'Bob' },
    { id: admin, userPrincipalName: 'admin@contoso.example', displayName: 'Admin' },
  ])
  const userAdministrator = { roleTemplateId: adminRoles['User Administrator'], userId: admin }
  await addRoleMembers(database, contoso, [userAdministrator])
  await addUsers(database, fabrikam, [
    { id: member, userPrincipalName: 'member@fabrikam.example', displayName: 'Member' },
  ])
  await addGroups(database, fabrikam, [{ id: b2cGroup, displayName: 'Group' }])
}

function signToken(issuer: TestIssuer, wanted: Wanted) {
  const token = writeToken(issuer, wanted)
  return token === undefined ? { missing: 'no such token of the stand-in cloud' } : { token }
}

function writeToken(issuer: TestIssuer, wanted: Wanted): string | undefined {
  const now = Date.now()
  switch (wanted.kind) {
    case 'user': {
      if (wanted.who === 'guest') return undefined
      const wids = (wanted.roles ?? []).map(role => adminRoles[role])
      const oid = entraThings[wanted.who]
      return issuer.sign(v2User(now, { oid, scp: wanted.holds.join(' '), wids }))
    }
    case 'application':
      return issuer.sign(v2App(now, { roles: wanted.holds }))
    case 'personal':
      return issuer.sign(personalUser(now, { scp: wanted.holds.join(' ') }))
    case 'special':
      return writeSpecial(issuer, wanted.how, now)
    case 'provisioning':
      return undefined
  }
}

function writeSpecial(issuer: TestIssuer, how: Special, nowMs: number): string {
  const now = Math.floor(nowMs / 1000)
  const mine = { scp: 'User.ReadWrite User.Read', oid: alice }
  const user = (claims: TestClaims = {}) => v2User(nowMs, { ...mine, ...claims })
  const stranger = '9c1d2e3f-0000-4000-8000-00000000000e'
  switch (how) {
    case 'expired':
      return issuer.sign(user({ iat: now - 9000, nbf: now - 9000, exp: now - 5400 }))
    case 'not yet valid':
      return issuer.sign(user({ iat: now + 5400, nbf: now + 5400, exp: now + 9000 }))
    case 'wrong audience':
      return issuer.sign(user({ aud: '0f0f0f0f-0000-4000-8000-00000000000f' }))
    case 'wrong tenant':
      return issuer.sign(
        user({ iss: `https://login.microsoftonline.com/${stranger}/v2.0`, tid: stranger }),
      )
    case 'unknown issuer':
      return issuer.sign(user({ iss: 'https://login.elsewhere.example/' }))
    case 'signed by somebody else':
      return issuer.sign(user(), { withForeignKey: true })
    case 'changed after signing':
      return raisePermissions(issuer.sign(user({ scp: 'User.Read' })))
    case 'unsigned':
      return unsigned(user())
    case 'issued for Microsoft Graph':
      return issuer.signForGraph(user({ aud: 'https://graph.microsoft.com' }))
    case 'without any permission':
      return issuer.sign(user({ scp: undefined }))
    case 'administrator known to the directory':
      return issuer.sign(user({ oid: admin, scp: 'ProfilePhoto.ReadWrite.All' }))
    case 'newcomer':
      return issuer.sign(
        user({ oid: crypto.randomUUID(), name: 'New Comer', preferred_username: undefined }),
      )
    case 'user of a B2C tenant':
      return issuer.sign(b2cUser(nowMs, { scp: mine.scp }))
    case 'application in a B2C tenant':
      return issuer.sign(
        v2App(nowMs, {
          iss: `https://login.microsoftonline.com/${fabrikam}/v2.0`,
          tid: fabrikam,
          roles: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
        }),
      )
    case 'v1.0 user':
      return issuer.sign(v1User(nowMs, mine))
    case 'v1.0 application':
      return issuer.sign(v1App(nowMs, { roles: ['ProfilePhoto.ReadWrite.All'] }))
  }
}

/**
 * Composition root of development mode: the server, its own token issuer and the demo tenant, on loopback.
 * `visage dev` adds only the output.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { isRead } from '../call.ts'
import type { Answered, WriteLine } from '../events.ts'
import { isUnderVersion } from '../graph/request/address.ts'
import { isLoopback } from '../loopback.ts'
import { wantedAt } from '../pages/addresses.ts'
import type { PageSetup } from '../pages/setup.ts'
import { roles } from '../permissions/roles.ts'
import { permissionReach } from '../permissions/tables.ts'
import type { ServerOptions } from '../serving/options.ts'
import { type RunningServer, startServer } from '../serving/server.ts'
import { readLimits } from '../settings/limits.ts'
import { ConfigError } from '../settings/setting.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import { type CloudName, clouds, personalTenantId } from '../tokens/clouds.ts'
import type { Fetch } from '../tokens/key-set.ts'
import { presets, readingOf } from '../tokens/presets.ts'
import type { Choices } from './choices-endpoint.ts'
import * as demo from './demo/tenant.ts'
import { type DemoState, loadDemo } from './demo-state.ts'
import { createFaults } from './faults/inject.ts'
import { parseFault } from './faults/parse.ts'
import { sendJson } from './issuer/exchange.ts'
import { createIssuer, type Issuer } from './issuer/issuer.ts'
import { whyRefused } from './issuer/loopback.ts'
import { resetPath, scimTokenPath } from './issuer/orders.ts'
import { nickname, type Person } from './issuer/people.ts'
import { describeDetail } from './journal/detail.ts'
import { describeCall, type Entry } from './journal/entry.ts'
import { createJournal, type Journal } from './journal/journal.ts'
import { createRecent, type Recent } from './journal/recent.ts'
import { createOrderEndpoint, type HandleOrder } from './order-endpoint.ts'
import { carryOutTokenOrder } from './scim-token-orders.ts'
import { createStandIn, issuedByCloud } from './stand-in.ts'
import { openWindows } from './windows.ts'

/** For tests with other stores, and with their own clock. */
type DevelopmentOptions = Pick<
  ServerOptions,
  'database' | 'packs' | 'packCacheBytes' | 's3Credentials' | 'elapsed'
> &
  Partial<Pick<ServerOptions, 'limits'>> &
  Readonly<{
    host: string
    port: number
    tls?: ServerOptions['tls']
    /** The cloud whose hosts are names of this server, too: stand-in.ts. */
    as?: CloudName | undefined
    /** Where sign-ins may come back to besides loopback. */
    redirectUris?: readonly string[] | undefined
    /** undefined keeps nothing. */
    data: string | undefined
    strictContentType: boolean
    /** Per application and mailbox; undefined for no limits. */
    throttle?: ThrottleLimits | undefined
    write: WriteLine
    /** Sentences as in docs/faults.md. */
    faults?: readonly string[] | undefined
    /** Called for every answered call. */
    watch?: ((entry: Entry) => void) | undefined
    /** 'none' for people without photos, which starts sooner. */
    photos?: 'all' | 'none' | undefined
    /** Folders of drawn demo photos; by default where the package may write. */
    drawn?: readonly string[] | undefined
    /** Default: nobody builds the page. */
    missingPage?: PageSetup['missing'] | undefined
  }>

export type Development = RunningServer &
  Readonly<{
    issuer: Issuer
    /** Resolves when every demo photo is set; the first person's is set from the start. */
    photosReady: Promise<void>
    /** The latest calls, oldest first. */
    requests: () => readonly Entry[]
    /** Restores the demo tenant as at the start, in memory and on disk, and clears faults and log. */
    reset: () => Promise<void>
  }>

/** The issuer takes any; this one is easy to see in tokens. */
const pageClientId = '76697361-6765-4000-8000-000070616765'

/** Throws for wrong options, before anything is created. */
export function checkDevelopment({
  host,
  faults = [],
}: Pick<DevelopmentOptions, 'host' | 'faults'>): void {
  refuseOtherHosts(host)
  for (const fault of faults) parseFault(fault)
}

export async function startDevelopment(options: DevelopmentOptions): Promise<Development> {
  refuseOtherHosts(options.host)
  const faults = createFaults((options.faults ?? []).map(parseFault), Date.now)
  const journal = createJournal()
  const recent = createRecent()
  const demoReady = Promise.withResolvers<DemoState>()
  const reset = inTurn(async () => {
    await (await demoReady.promise).restore()
    faults.rewind()
    journal.clear()
    recent.clear()
  })
  const signingKey = options.data === undefined ? undefined : keptKey(options.data)
  const { as } = options
  const audience = clouds[as ?? 'global'].graphRoot
  const server = await startServer({
    host: options.host,
    port: options.port,
    tls: options.tls,
    data: options.data,
    database: options.database,
    packs: options.packs,
    packCacheBytes: options.packCacheBytes,
    s3Credentials: options.s3Credentials,
    strictContentType: options.strictContentType,
    throttle: options.throttle,
    elapsed: options.elapsed,
    write: options.write,
    limits: options.limits ?? readLimits({}),
    around: faults.around,
    graceInMemory: faults.showsReplaced,
    watch: watching(journal, recent, options.watch),
    identity(origin) {
      const common = {
        tenants: [{ id: demo.tenantId, domains: [demo.tenantDomain] }, { id: personalTenantId }],
        people: { findPerson, listPeople },
        consent: everything,
        clientNames: { [pageClientId]: 'Visage' },
        adminRoles: roles,
        audience,
        redirectUris: options.redirectUris ?? [],
        onError: (error: unknown) =>
          options.write('error', { event: 'issuer', error: String(error) }),
      } as const
      const key = signingKey && { signingKey: signingKey.read() }
      const issuer = createIssuer({ origin, ...common, ...key })
      const standIn =
        as &&
        createStandIn(as, names =>
          createIssuer({ ...names, ...common, signingKey: issuer.signingKey() }),
        )
      const takesOrder = orderEndpoints(options.write, origin, {
        [resetPath]: () => reset().then(() => ({ reset: true })),
        [scimTokenPath]: async order => {
          await demoReady.promise
          const { database, now } = server.parts
          return await carryOutTokenOrder({ database, now, tenantId: demo.tenantId }, order)
        },
      })
      const windows = openWindows(origin, { recent, faults, choices, write: options.write })
      const own: HandleOrder = (request, response) =>
        !isUnderVersion(request.url ?? '') &&
        (issuer.handle(request, response) ||
          takesOrder(request, response) ||
          windows.handle(request, response) ||
          refuseStrangers(origin, request, response))
      const before: HandleOrder = (request, response) => {
        const answered = standIn?.(request, response) ?? false
        return answered !== 'graph' && (answered || own(request, response))
      }
      const { missingPage: missing = 'not built' } = options
      const page: PageSetup = { mode: 'dev', clientId: pageClientId, origin, missing }
      return { ...trustIn(issuer, origin, as), before, issuer, page, windows }
    },
  })
  try {
    const { issuer } = server.identity
    const { data, photos = 'all', drawn } = options
    const state = await loadDemo(server.parts, { data, photos, drawn })
    const restore = () => state.restore().then(server.removeReplaced)
    demoReady.resolve({ ...state, restore })
    await signingKey?.keep(issuer)
    const stopping = [faults.stop, server.identity.windows.close]
    return { ...finishInOrder(server, state, stopping), issuer, requests: journal.entries, reset }
  } catch (error) {
    server.identity.windows.close()
    await server.close()
    throw error
  }
}

/**
 * The page signs in without a password. A foreign site whose name leads to this machine (DNS rebinding) does not get it, as it
 * does not get a token.
 */
function refuseStrangers(
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { method = '', url = '' } = request
  if (!isRead({ method }) || wantedAt(url, 'dev') === undefined) return false
  const refused = whyRefused(request, origin)
  if (refused === undefined) return false
  sendJson(response, 403, { error: 'access_denied', error_description: refused })
  return true
}

/** Orders of commands, by path. */
function orderEndpoints(
  write: WriteLine,
  origin: string,
  orders: Readonly<Record<string, Parameters<typeof createOrderEndpoint>[0]['carryOut']>>,
): HandleOrder {
  const endpoints = Object.entries(orders).map(([path, carryOut]) => {
    const onError = (error: unknown) =>
      write('error', { event: 'order', path, error: String(error) })
    return createOrderEndpoint({ path, origin, carryOut, onError })
  })
  return (request, response) => endpoints.some(handle => handle(request, response))
}

function watching(journal: Journal, recent: Recent, watch: DevelopmentOptions['watch']) {
  return (event: Answered) => {
    const entry = describeCall(event, Date.now())
    journal.add(entry)
    recent.add(describeDetail(event, entry))
    watch?.(entry)
  }
}

function inTurn(task: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const run = last.then(task)
    last = run.catch(() => {})
    return run
  }
}

/** Closing waits for the picture being drawn, which needs the database. */
function finishInOrder(server: RunningServer, state: DemoState, stopping: readonly (() => void)[]) {
  let isClosing = false
  const photosReady = state.photosReady.catch(error => {
    if (!isClosing) throw error
  })
  return {
    ...server,
    photosReady,
    async close() {
      isClosing = true
      for (const stop of stopping) stop()
      await server.close()
      await photosReady
    },
  }
}

/**
 * Anyone who reaches the issuer can get a token for anyone, so only this machine may reach it. Stops a
 * developer from opening it to their network by accident. Does not stop a proxy set up on purpose.
 */
function refuseOtherHosts(host: string): void {
  if (isLoopback(host)) return
  throw new ConfigError(
    `--host ${host}: \`visage dev\` listens on loopback only, because it gives anyone who asks a token for anybody. For a network, run \`visage serve\` with your identity provider.`,
  )
}

/** Every permission in Visage's tables: granted unless the developer leaves it out. */
const everything = {
  scopes: Object.keys(permissionReach),
  roles: Object.keys(permissionReach).filter(
    name => name !== 'User.Read' && name !== 'User.ReadWrite',
  ),
}

/** Of the token builder. */
const choices: Choices = {
  people: demo.people.map(person => ({
    user: nickname(person),
    userPrincipalName: person.userPrincipalName,
    displayName: person.displayName,
    isPersonal: person.tenantId === personalTenantId,
    adminRoles: roleNamesOf(toPerson(person)),
  })),
  permissions: { delegated: everything.scopes, application: everything.roles },
  adminRoles: Object.entries(roles).map(([name, id]) => ({ name, id })),
}

function roleNamesOf({ roleTemplateIds = [] }: Person): string[] {
  const named = Object.entries(roles).filter(([, id]) => roleTemplateIds?.includes(id))
  return named.map(([name]) => name)
}

/** Both token versions, for every tenant of the issuer; keys are read without the network. */
function trustIn(issuer: Issuer, origin: string, as: CloudName | undefined) {
  const jwksUri = `${origin}/{tenantid}/discovery/keys`
  const origins = [{ 1: origin, 2: origin }, ...(as ? [issuedByCloud(as)] : [])]
  const fetchKeys: Fetch = async () => Response.json(await issuer.jwks())
  return {
    trust: {
      kind: 'oidc',
      issuers: origins.flatMap(issuedBy => [
        { issuer: `${issuedBy[2]}/{tenantid}/v2.0`, jwksUri },
        { issuer: `${issuedBy[1]}/{tenantid}/`, jwksUri },
      ]),
      audiences: [clouds[as ?? 'global'].graphRoot],
      tenantId: demo.tenantId,
      tenants: [demo.tenantId, personalTenantId],
      reading: readingOf(presets.entra, { vouches: 'userName' }),
    },
    fetch: fetchKeys,
  } as const
}

/** The signing key is stored with the data, so that tokens survive a restart as photos do. */
function keptKey(data: string) {
  const file = join(data, 'issuer-key.json')
  let wasKept = true
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8'))
      } catch {
        wasKept = false
        const { makeSigningKey } = await import('./issuer/keys.ts')
        return await makeSigningKey()
      }
    },
    async keep(issuer: Issuer) {
      const key = await issuer.signingKey()
      if (wasKept) return
      await mkdir(data, { recursive: true })
      await writeFile(file, JSON.stringify(key), { mode: 0o600 })
    },
  }
}

function toPerson(person: demo.Person): Person {
  const held = demo.roleMembers.filter(({ userId }) => userId === person.id)
  return { ...person, roleTemplateIds: held.map(({ roleTemplateId }) => roleTemplateId) }
}

function listPeople(tenantId: string): Person[] {
  return demo.people.filter(person => person.tenantId === tenantId).map(toPerson)
}

function findPerson(tenantId: string, nameOrId: string): Person | undefined {
  const wanted = nameOrId.toLowerCase()
  return listPeople(tenantId).find(({ id, userPrincipalName }) => {
    const name = userPrincipalName.toLowerCase()
    return id === wanted || name === wanted || name.split('@')[0] === wanted
  })
}

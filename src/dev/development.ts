/**
 * Composition root of development mode: the server, its own token issuer and the demo tenant, on loopback.
 * `visage dev` adds only the output.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answered, WriteLine } from '../events.ts'
import { isUnderVersion } from '../graph/address.ts'
import { isLoopback } from '../loopback.ts'
import { roles } from '../permissions/roles.ts'
import { permissionReach } from '../permissions/tables.ts'
import type { ServerOptions } from '../serving/options.ts'
import { type RunningServer, startServer } from '../serving/server.ts'
import { readLimits } from '../settings/limits.ts'
import { ConfigError } from '../settings/setting.ts'
import type { ThrottleLimits } from '../throttling/limits.ts'
import { clouds, personalTenantId } from '../tokens/clouds.ts'
import type { Fetch } from '../tokens/key-set.ts'
import { presets, readingOf } from '../tokens/presets.ts'
import * as demo from './demo/tenant.ts'
import { type DemoState, loadDemo } from './demo-state.ts'
import { createFaults, type Faults } from './faults/inject.ts'
import { parseFault } from './faults/parse.ts'
import { createIssuer, type Issuer } from './issuer/issuer.ts'
import { resetPath, scimTokenPath } from './issuer/orders.ts'
import type { Person } from './issuer/people.ts'
import { describeCall, type Entry } from './journal/entry.ts'
import { createJournal, type Journal } from './journal/journal.ts'
import { createOrderEndpoint, type HandleOrder } from './order-endpoint.ts'
import { carryOutTokenOrder } from './scim-token-orders.ts'

/** For tests with other stores, and with their own clock. */
type DevelopmentOptions = Pick<
  ServerOptions,
  'database' | 'packs' | 'packCacheBytes' | 's3Credentials' | 'elapsed'
> &
  Partial<Pick<ServerOptions, 'limits'>> &
  Readonly<{
    host: string
    port: number
    tls?: Readonly<{ cert: string; key: string }> | undefined
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

const audience = clouds.global.graphRoot

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
  const demoReady = Promise.withResolvers<DemoState>()
  const reset = inTurn(async () => {
    await (await demoReady.promise).restore()
    faults.rewind()
    journal.clear()
  })
  const signingKey = options.data === undefined ? undefined : keptKey(options.data)
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
    around: options.faults?.length ? faults.around : undefined,
    graceInMemory: faults.showReplaced,
    watch: watching(journal, options.watch),
    identity(origin) {
      const issuer = createIssuer({
        origin,
        tenants: [{ id: demo.tenantId, domains: [demo.tenantDomain] }, { id: personalTenantId }],
        people: { findPerson, listPeople },
        consent: everything,
        adminRoles: roles,
        audience,
        ...(signingKey && { signingKey: signingKey.read() }),
        onError: error => options.write('error', { event: 'issuer', error: String(error) }),
      })
      const takesOrder = orderEndpoints(options.write, origin, {
        [resetPath]: () => reset().then(() => ({ reset: true })),
        [scimTokenPath]: async order => {
          await demoReady.promise
          const { database, now } = server.parts
          return await carryOutTokenOrder({ database, now, tenantId: demo.tenantId }, order)
        },
      })
      const before: HandleOrder = (request, response) =>
        !isUnderVersion(request.url ?? '') &&
        (issuer.handle(request, response) || takesOrder(request, response))
      return { ...trustIn(issuer, origin), before, issuer }
    },
  })
  try {
    const { issuer } = server.identity
    const { data, photos = 'all', drawn } = options
    const state = await loadDemo(server.parts, { data, photos, drawn })
    const restore = () => state.restore().then(server.removeReplaced)
    demoReady.resolve({ ...state, restore })
    await signingKey?.keep(issuer)
    return { ...finishInOrder(server, state, faults), issuer, requests: journal.entries, reset }
  } catch (error) {
    await server.close()
    throw error
  }
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

function watching(journal: Journal, watch: DevelopmentOptions['watch']) {
  return (event: Answered) => {
    const entry = describeCall(event, Date.now())
    journal.add(entry)
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
function finishInOrder(server: RunningServer, state: DemoState, faults: Faults) {
  let isClosing = false
  const photosReady = state.photosReady.catch(error => {
    if (!isClosing) throw error
  })
  return {
    ...server,
    photosReady,
    async close() {
      isClosing = true
      faults.stop()
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

/** Both token versions, for every tenant of the issuer; keys are read without the network. */
function trustIn(issuer: Issuer, origin: string) {
  const jwksUri = `${origin}/{tenantid}/discovery/keys`
  const fetchKeys: Fetch = async () => Response.json(await issuer.jwks())
  return {
    trust: {
      kind: 'oidc',
      issuers: [
        { issuer: `${origin}/{tenantid}/v2.0`, jwksUri },
        { issuer: `${origin}/{tenantid}/`, jwksUri },
      ],
      audiences: [audience],
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

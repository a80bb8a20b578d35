/**
 * Opens the store of `visage scim-token`: the database of `visage serve`, by its settings, or a running `visage dev`, whose
 * database may be in memory.
 */
import { scimTokenPath } from '../dev/issuer/orders.ts'
import { Failure } from '../failure.ts'
import { isObject } from '../json.ts'
import { createToken, listTokens, revokeTokens, type ScimToken } from '../scim/tokens.ts'
import { readEnvironment } from '../settings/environment.ts'
import type { Texts } from '../settings/table.ts'
import { readTenants } from '../settings/trust.ts'
import { askDev, type DevPlace } from './ask-dev.ts'
import { tenantToAddTo } from './change-people.ts'
import {
  type DirectoryFlags,
  type OpenDatabase,
  tenantOf,
  withDirectory,
} from './open-directory.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type StoreFlags = DirectoryFlags & DevPlace

type NewToken = Pick<ScimToken, 'name' | 'expiresAt'>
type Created = Readonly<{ token: string; created: ScimToken }>
type Named = Readonly<{ name: string; id: string | undefined }>

type TokenStore = Readonly<{
  create: (token: NewToken) => Promise<Created>
  list: () => Promise<readonly ScimToken[]>
  /** Returns those that were revoked. */
  revoke: (named: Named) => Promise<readonly ScimToken[]>
}>

export async function withTokenStore(
  flags: StoreFlags,
  terminal: Terminal,
  work: (store: TokenStore) => Promise<void>,
): Promise<void> {
  if (flags.url === undefined && flags.port === undefined) {
    const environment = readEnvironment()
    return await withDirectory(
      flags,
      database => work(storeIn(database, flags, environment)),
      environment,
    )
  }
  if (flags.data !== undefined || flags.database !== undefined) {
    throw new CommandError(
      '--url and --port are for a running `visage dev`, and --data and --database for the store of `visage serve`: choose one.',
    )
  }
  await work(storeOfDev(flags, terminal))
}

function storeIn(database: OpenDatabase, flags: StoreFlags, environment: Texts): TokenStore {
  return {
    async create(token) {
      const tenantId = await tenantToServe(database, flags, environment)
      return await asArgument(createToken(database, { ...token, tenantId }, Date.now()))
    },
    list: () => listTokens(database, tenantOf(flags)),
    async revoke(named) {
      const tenantId = await tenantToServe(database, flags, environment)
      return await revokeTokens(database, { ...named, tenantId })
    },
  }
}

/** The tenant of --tenant, of the settings, or of the directory. Throws CommandError where there are several. */
async function tenantToServe(
  database: OpenDatabase,
  flags: StoreFlags,
  environment: Texts,
): Promise<string> {
  const { tenants, areAll } = readTenants(environment)
  const given = tenantOf(flags)
  if (given !== undefined && areAll && !tenants.includes(given)) {
    throw new CommandError(`--tenant: ${given} is not among those of VISAGE_TENANTS.`)
  }
  if (given === undefined && tenants.length > 1) {
    throw new CommandError(
      `there are several tenants in VISAGE_TENANTS: choose one with --tenant: ${tenants.join(', ')}`,
    )
  }
  return given ?? tenants[0] ?? (await tenantToAddTo(database, flags))
}

async function asArgument<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'resource-invalid')) throw error
    throw new CommandError(error.detail)
  }
}

function storeOfDev(flags: StoreFlags, terminal: Terminal): TokenStore {
  const { tenant, url, port } = flags
  const ask = <Value>(
    order: Readonly<Record<string, unknown>>,
    read: (answer: Readonly<Record<string, unknown>>) => Value | undefined,
  ) => askDev(scimTokenPath, { url, port }, { ...order, tenant }, read, terminal)
  return {
    create: token => ask({ do: 'create', ...token }, readCreated),
    list: () => ask({ do: 'list' }, readTokens),
    revoke: named => ask({ do: 'revoke', ...named }, readTokens),
  }
}

function readCreated({ token, created }: Readonly<Record<string, unknown>>): Created | undefined {
  return typeof token === 'string' && isToken(created) ? { token, created } : undefined
}

function readTokens({ tokens }: Readonly<Record<string, unknown>>): ScimToken[] | undefined {
  return Array.isArray(tokens) && tokens.every(isToken) ? tokens : undefined
}

/** Checks what is printed; another program at this address may answer anything. */
function isToken(value: unknown): value is ScimToken {
  const isTime = (time: unknown) => time === null || typeof time === 'number'
  return (
    isObject(value) &&
    [value.tenantId, value.name, value.id].every(text => typeof text === 'string') &&
    typeof value.createdAt === 'number' &&
    [value.expiresAt, value.lastUsedAt].every(isTime)
  )
}

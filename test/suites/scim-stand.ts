/** SCIM without a socket, on any database: calls go straight to its mount, and what happened is kept. */
import type { KyselyPlugin } from 'kysely'
import type { Call, Reply } from '../../src/call.ts'
import { openDirectory } from '../../src/directory/directory.ts'
import type { DirectoryChange } from '../../src/events.ts'
import { Failure } from '../../src/failure.ts'
import { scimMount } from '../../src/scim/mount.ts'
import type { ScimParts } from '../../src/scim/request.ts'
import { createToken } from '../../src/scim/tokens.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'

export const tenant = 'contoso'

type Json = Readonly<Record<string, unknown>>
export type Answered = Readonly<{ status: number; headers: Reply['headers']; json: Json }>
type Asking<Result> = (
  method: string,
  path: string,
  json?: unknown,
  more?: Partial<Call>,
) => Promise<Result>
export type Ask = Asking<Answered>

export type ScimStand = Readonly<{
  /** As the sender of this name; each name gets a token. */
  as: (name: string, tenantId?: string) => Promise<Ask>
  /** The same, with answers as they are before they are sent. */
  rawAs: (name: string) => Promise<Asking<Reply>>
  changes: DirectoryChange[]
  /** Ids of people whom a sender named and who are unknown. */
  unknown: string[]
  troubles: unknown[]
  statements: () => number
  /** From now on the database is away after so many statements. */
  failAfter: (statements: number) => void
  clock: { now: number }
}>

/** `more` are other settings; `whole` has the abilities of the database, such as locks. */
export function standFor(whole: Database, more: Partial<ScimParts> = {}): ScimStand {
  const clock = { now: 1_000_000 }
  const [changes, unknown, troubles]: [DirectoryChange[], string[], unknown[]] = [[], [], []]
  const watched = watch(whole)
  const parts: ScimParts = {
    ...openDirectory(
      watched.database,
      createSlices(() => 0),
    ),
    packs: openMemoryPacks(() => clock.now),
    render: () => Promise.reject(new TypeError('no photo is taken')),
    newVersion: () => crypto.randomUUID(),
    photos: undefined,
    newId: () => crypto.randomUUID(),
    now: () => clock.now,
    elapsed: () => clock.now,
    servesTenant: () => true,
    scim: { idFrom: 'externalId', owners: undefined },
    events: {
      directoryChanged: change => changes.push(change),
      peopleUnknown: event => unknown.push(...event.unknown),
      photoNotTaken: () => {},
      answered: ({ failure }) => {
        if (failure !== undefined && !(failure instanceof Failure)) troubles.push(failure)
      },
      linked: () => {},
      troubled: (_what, error) => troubles.push(error),
    },
    ...more,
  }
  const mount = scimMount(parts)
  const openAs = async (name: string, tenantId = tenant): Promise<Asking<Reply>> => {
    const { token } = await createToken(whole, { tenantId, name, expiresAt: null }, 0)
    return async (method, path, json, extra = {}) => {
      const call = toCall(method, path, json, token)
      const headers = { ...call.headers, ...extra.headers }
      return await mount.answer({ ...call, ...extra, headers })
    }
  }
  const as: ScimStand['as'] = async (name, tenantId) => {
    const raw = await openAs(name, tenantId)
    return async (...asked) => await toAnswered(await raw(...asked))
  }
  const { statements, failAfter } = watched
  return { as, rawAs: openAs, changes, unknown, troubles, statements, failAfter, clock }
}

function toCall(method: string, path: string, json: unknown, token: string): Call {
  return {
    method,
    url: `/scim/v2${path}`,
    origin: 'https://photos.example',
    headers: { authorization: `Bearer ${token}` },
    readBody: async () => Buffer.from(JSON.stringify(json)),
    takeMemory: () => {},
  }
}

async function toAnswered({ status, headers, body, pieces }: Reply): Promise<Answered> {
  let text = body
  if (pieces !== undefined) {
    text = ''
    for await (const piece of pieces) text += piece
  }
  return { status, headers, json: typeof text === 'string' ? JSON.parse(text) : {} }
}

/** Counts the statements, and fails them as an adapter does when its database is away. */
function watch(whole: Database) {
  let [count, left] = [0, Number.POSITIVE_INFINITY]
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      count += 1
      left -= 1
      if (left < 0) throw new Failure('storage-unavailable')
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const { can } = whole
  const watched = whole.withPlugin(plugin)
  // Look-ups that a database prepares do not pass the plugin.
  const { direct: _, gathering: __, ...others } = can ?? {}
  const database: Database = Object.assign(watched, can && { can: others })
  return {
    database,
    statements: () => count,
    failAfter(statements: number) {
      left = statements
    },
  }
}

/**
 * Composition root of development mode: the server, its own token issuer and the demo tenant, on
 * loopback. `visage dev` is this with words around it.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, readLimits } from './config.ts'
import * as demo from './demo/tenant.ts'
import { insertContact, insertFolder, type Mailbox } from './directory/contacts.ts'
import { addGroups, type NewGroup } from './directory/groups.ts'
import { addRoleMembers } from './directory/relations.ts'
import { addUsers } from './directory/users.ts'
import type { WriteLine } from './events.ts'
import { Failure } from './failure.ts'
import { createIssuer, type Issuer } from './issuer/issuer.ts'
import type { Person } from './issuer/people.ts'
import { roles } from './permissions/roles.ts'
import { permissionReach } from './permissions/tables.ts'
import type { OwnerKey } from './photos/photo.ts'
import { replacePhoto } from './photos/replace.ts'
import { type RunningServer, startServer } from './server.ts'
import type { Database } from './storage/schema.ts'
import type { ThrottleLimits } from './throttling/limits.ts'
import type { Fetch } from './tokens/key-set.ts'

export type DevelopmentOptions = Readonly<{
  host: string
  port: number
  tls?: Readonly<{ cert: string; key: string }> | undefined
  /** undefined keeps nothing. */
  data: string | undefined
  strictContentType: boolean
  /** Per application and mailbox; undefined for none. */
  throttle?: ThrottleLimits | undefined
  write: WriteLine
}>

export type Development = RunningServer &
  Readonly<{
    issuer: Issuer
    /** Resolves when every demo photo is there; the first person's is there from the start. */
    photosReady: Promise<void>
  }>

const audience = 'https://graph.microsoft.com'

export async function startDevelopment(options: DevelopmentOptions): Promise<Development> {
  refuseOtherHosts(options.host)
  let issuer: Issuer | undefined
  const signingKey = options.data === undefined ? undefined : keptKey(options.data)
  const server = await startServer({
    ...options,
    limits: readLimits({}),
    identity(origin) {
      issuer = createIssuer({
        origin,
        tenants: [
          { id: demo.tenantId, domains: [demo.tenantDomain], displayName: 'Visage demo tenant' },
          { id: demo.personalTenantId, displayName: 'Personal accounts' },
        ],
        people: { findPerson, listPeople },
        consent: everything,
        adminRoles: roles,
        audience,
        ...(signingKey && { signingKey: signingKey.read() }),
        onError: error => options.write('error', { event: 'issuer', error: String(error) }),
      })
      return { ...trustIn(issuer, origin), before: issuer.handle }
    },
  })
  try {
    if (issuer === undefined) throw new Error('the server did not ask for an issuer')
    await loadDirectory(server)
    const { rest } = await loadPhotos(server, options.data)
    await signingKey?.keep(issuer)
    return finishInOrder(server, issuer, rest)
  } catch (error) {
    await server.close()
    throw error
  }
}

/** Closing waits for the picture that is being drawn: it would find the database gone. */
function finishInOrder(server: RunningServer, issuer: Issuer, drawing: Promise<void>): Development {
  let isClosing = false
  const photosReady = drawing.catch(error => {
    if (!isClosing) throw error
  })
  return {
    ...server,
    issuer,
    photosReady,
    async close() {
      isClosing = true
      await server.close()
      await photosReady
    },
  }
}

/**
 * Anyone who reaches the issuer can be anybody, so nobody but this machine may reach it. This stops a
 * developer from opening a door to their network by accident; it does not stop a proxy set up on purpose.
 */
function refuseOtherHosts(host: string): void {
  if (/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host)) return
  throw new ConfigError(
    `--host ${host}: \`visage dev\` listens on loopback only, because it gives anyone who asks a token for anybody. For a network, run \`visage serve\` with your identity provider.`,
  )
}

/** Every permission that Visage knows: what a developer did not ask to leave out is granted. */
const everything = {
  scopes: Object.keys(permissionReach),
  roles: Object.keys(permissionReach).filter(
    name => name !== 'User.Read' && name !== 'User.ReadWrite',
  ),
}

/** Both token shapes, for every tenant of the issuer; the keys do not take the way over the network. */
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
      tenants: [demo.tenantId, demo.personalTenantId],
    },
    fetch: fetchKeys,
  } as const
}

/** The signing key stays with the data, so that tokens outlive a restart as the photos do. */
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

/** What is there already stays as it is: a second start adds nothing and takes nothing away. */
async function loadDirectory({ parts }: RunningServer): Promise<void> {
  await parts.database.transaction().execute(async transaction => {
    for (const tenantId of [demo.tenantId, demo.personalTenantId]) {
      const isHere = (entry: { tenantId: string }) => entry.tenantId === tenantId
      await addUsers(transaction, tenantId, demo.people.filter(isHere).map(withoutNulls))
      await addGroups(transaction, tenantId, demo.groups.filter(isHere).map(toNewGroup))
      await addRoleMembers(transaction, tenantId, demo.roleMembers.filter(isHere))
    }
    await loadMailboxes(transaction)
  })
}

/** Once only: contacts and folders can be deleted, and what was deleted stays so. */
async function loadMailboxes(database: Database): Promise<void> {
  const loaded = await database.selectFrom('contact_folders').select('id').limit(1).execute()
  if (loaded.length > 0) return
  for (const folder of demo.folders) {
    await insertFolder(database, mailboxOf(folder), withoutNulls(folder))
  }
  for (const contact of demo.contacts) {
    await insertContact(database, mailboxOf(contact), withoutNulls(contact))
  }
}

function toNewGroup(group: demo.Group): NewGroup {
  return { ...withoutNulls(group), owners: group.ownerIds, members: group.memberIds }
}

function mailboxOf(entry: { tenantId: string; mailboxId: string }): Mailbox {
  return { tenantId: entry.tenantId, userId: entry.mailboxId }
}

type Without<Row> = {
  [Column in keyof Row]: Exclude<Row[Column], null> | (null extends Row[Column] ? undefined : never)
}

/** The demo data says null where the directory says nothing. */
function withoutNulls<Row extends object>(row: Row): Without<Row> {
  const entries = Object.entries(row).map(([name, value]) => [name, value ?? undefined])
  return Object.fromEntries(entries) as Without<Row>
}

type Portrait = Readonly<{ owner: OwnerKey; picture: NonNullable<demo.Person['picture']> }>

/**
 * The first person's photo is set before this resolves, the others one after another in the
 * background (the promise inside), so that the start does not wait for drawing. A marker in the data
 * folder says that all were set once: a photo that was removed since stays away.
 */
async function loadPhotos(
  { parts }: RunningServer,
  data: string | undefined,
): Promise<{ rest: Promise<void> }> {
  const marker = data === undefined ? undefined : join(data, 'demo-photos-set')
  if (marker !== undefined && existsSync(marker)) return { rest: Promise.resolve() }
  const [first, ...others] = listPortraits()
  if (first !== undefined) await setPortrait(parts, first)
  const rest = (async () => {
    for (const portrait of others) await setPortrait(parts, portrait)
    if (marker !== undefined) await writeFile(marker, '')
  })()
  return { rest }
}

async function setPortrait(
  parts: RunningServer['parts'],
  { owner, picture }: Portrait,
): Promise<void> {
  const { drawPicture } = await import('./demo/pictures.ts')
  // 'none': what somebody has set meanwhile is not replaced by a drawing.
  await replacePhoto(parts, owner, undefined, await drawPicture(picture), 'none').catch(error => {
    if (!(error instanceof Failure && error.code === 'photo-changed')) throw error
  })
}

function listPortraits(): Portrait[] {
  const kinds = [
    ['user', demo.people],
    ['group', demo.groups],
    ['contact', demo.contacts],
  ] as const
  return kinds.flatMap(([kind, entries]) =>
    entries.flatMap(({ tenantId, id, picture }) =>
      picture === null ? [] : [{ owner: { tenantId, kind, id }, picture }],
    ),
  )
}

/**
 * The server under test: a `visage dev` with its demo tenant, valid and invalid tokens of every kind, and a reset to the
 * start.
 */
import { decodeJwt, importJWK, SignJWT } from 'jose'
import * as demo from '../../src/dev/demo/tenant.ts'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import { createGroup, deleteGroup } from '../../src/directory/change-groups.ts'
import { deleteUser, putUser } from '../../src/directory/change-users.ts'
import { insertContact } from '../../src/directory/mailbox/contacts.ts'
import { insertFolder } from '../../src/directory/mailbox/folders.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import type { Database, GroupPersonRow, GroupRow, UserRow } from '../../src/storage/schema.ts'
import { administrator, deleted } from './calls.ts'

export type Tokens = Readonly<{
  /** By the person's id; with every permission. */
  everything: ReadonlyMap<string, string>
  application: string
  /** Valid, of people and programs that may do some of it. */
  limited: readonly string[]
  /** Refused, each for another reason, or accepted with claims that no real issuer sends. */
  odd: readonly string[]
}>

export type World = Readonly<{
  visage: Development
  tokens: Tokens
  log: unknown[]
}>

export type DirectoryRows = Readonly<{
  users: readonly UserRow[]
  groups: readonly GroupRow[]
  groupPeople: readonly GroupPersonRow[]
}>

export async function startWorld(data: string | undefined): Promise<World> {
  const log: unknown[] = []
  const visage = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data,
    strictContentType: false,
    write: (_severity, fields) => log.push(fields),
  })
  await visage.photosReady
  await addRelations(visage.parts)
  return { visage, tokens: await mintAll(visage), log }
}

/**
 * So that every operation can succeed, and fail in every way: a deleted person and group, a disabled person, one of
 * another source, managers, and groups with two owners.
 */
async function addRelations({ database }: Parts): Promise<void> {
  const origin = { source: 'graph', at: Date.now() } as const
  const person = {
    id: deleted.person,
    userPrincipalName: 'gone@visage.example',
    displayName: 'Gone',
  }
  await putUser(database, demo.tenantId, person, origin)
  await deleteUser(database, demo.tenantId, person.id, origin)
  const group = { id: deleted.group, displayName: 'Gone', isUnified: true, mailNickname: 'gone' }
  await createGroup(database, demo.tenantId, group, origin)
  await deleteGroup(database, demo.tenantId, group.id, origin)
  await database
    .updateTable('users')
    .set({ manager_id: administrator })
    .where('tenant_id', '=', demo.tenantId)
    .where('id', '!=', administrator)
    .execute()
  const [disabled, imported] = demo.people
    .filter(other => other.tenantId === demo.tenantId && other.id !== administrator)
    .toReversed()
  await database
    .updateTable('users')
    .set({ is_active: 0, inactive_at: 1 })
    .where('id', '=', disabled?.id ?? '')
    .execute()
  await database
    .updateTable('users')
    .set({ source: 'import:staff' })
    .where('id', '=', imported?.id ?? '')
    .execute()
  const owners = demo.groups.map(({ tenantId, id }) => ({
    tenant_id: tenantId,
    group_id: id,
    user_id: administrator,
    relation: 'owner',
  }))
  await database
    .insertInto('group_people')
    .values(owners.filter(({ tenant_id }) => tenant_id === demo.tenantId))
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

/** The people and groups of a tenant, for renew. */
export async function readRows({ database }: Parts): Promise<DirectoryRows> {
  return {
    users: await database.selectFrom('users').selectAll().execute(),
    groups: await database.selectFrom('groups').selectAll().execute(),
    groupPeople: await database.selectFrom('group_people').selectAll().execute(),
  }
}

async function mintAll({ issuer }: Development): Promise<Tokens> {
  const signer = await createSigner(issuer)
  const everything = new Map<string, string>()
  for (const { id, tenantId } of demo.people) {
    everything.set(id, bearer(await issuer.mint({ person: id, tenantId })))
  }
  const orders = [
    ...[['User.Read'], ['User.ReadWrite'], ['Contacts.ReadWrite'], ['Group.ReadWrite.All'], []].map(
      scopes => ({ person: 'alice', scopes }),
    ),
    { person: 'umut', scopes: ['ProfilePhoto.ReadWrite.All'] },
    { person: 'bob', scopes: ['TeamSettings.ReadWrite.All', 'Contacts.Read'], version: 1 as const },
    { person: 'lena', personal: true, scopes: ['User.ReadWrite', 'Contacts.ReadWrite'] },
    { app: {}, roles: ['ProfilePhoto.ReadWrite.All'] },
    { app: {}, roles: ['Contacts.ReadWrite'] },
    { app: {}, roles: [] },
  ]
  return {
    everything,
    application: bearer(await issuer.mint({ app: {} })),
    limited: [
      ...(await Promise.all(orders.map(async order => bearer(await issuer.mint(order))))),
      await signer.sign({ tfp: 'B2C_1_sign_in' }),
    ],
    odd: await mintOdd(signer),
  }
}

type Claims = Readonly<Record<string, unknown>>
type Signer = Readonly<{
  /** A valid token and its claims. */
  honest: string
  claims: Claims
  /** The valid token with other claims, undefined ones left out, and other header fields. */
  sign: (changes: Claims, header?: object) => Promise<string>
}>

/** Signs with the real key, so that the code that reads the claims is reached. */
async function createSigner(issuer: Development['issuer']): Promise<Signer> {
  const honest = await issuer.mint({ person: 'alice' })
  const claims = decodeJwt(honest)
  const jwk = await issuer.signingKey()
  const key = await importJWK(jwk, 'RS256')
  const sign = async (changes: Claims, header: object = {}) =>
    bearer(
      await new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({
          alg: 'RS256',
          typ: 'JWT',
          ...(jwk.kid && { kid: jwk.kid }),
          ...header,
        })
        .sign(key),
    )
  return { honest, claims, sign }
}

async function mintOdd({ honest, claims, sign }: Signer): Promise<string[]> {
  const now = Math.floor(Date.now() / 1000)
  const foreign = `${String(claims.iss).split(demo.tenantId)[0]}11111111-2222-4333-8444-555555555555/v2.0`
  const newcomer = { oid: '0b0b0b0b-1111-4222-8333-444444444444', upn: undefined }
  const [header = '', payload = '', signature = ''] = honest.split('.')
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [
    ...(await Promise.all([
      sign({ exp: now - 3600 }),
      sign({ exp: undefined }),
      sign({ exp: 'soon' }),
      sign({ exp: 1e300 }),
      sign({ nbf: now + 3600 }),
      sign({ aud: 'https://elsewhere.example' }),
      sign({ aud: [claims.aud, 7] }),
      sign({ iss: 'https://elsewhere.example' }),
      sign({ iss: 7 }),
      sign({ iss: foreign, tid: '11111111-2222-4333-8444-555555555555' }),
      sign({ oid: undefined, sub: undefined }),
      sign({ oid: 7 }),
      sign({ oid: '', sub: '' }),
      sign({ oid: "x' or '1'='1" }),
      sign({ oid: 'a\u0000b\r\nx-injected: yes' }),
      sign({ oid: 'o'.repeat(3000) }),
      sign({ scp: { not: 'text' } }),
      sign({ scp: 'User.Read\u0000 \u2028 __proto__ constructor' }),
      sign({ roles: 'no list', scp: undefined }),
      sign({ wids: [null] }),
      sign({ tid: '__proto__' }),
      sign({ idtyp: 'app', roles: ['ProfilePhoto.ReadWrite.All', 'constructor'] }),
      sign({
        ...newcomer,
        name: 'New\r\nx-injected: yes\u0000\ud800',
        preferred_username: '\u0007',
      }),
      sign({ ...newcomer, oid: 'no guid', preferred_username: 'bob@visage.example' }),
      sign({ ...newcomer, oid: '__proto__', name: 'n'.repeat(4000), email: '\u0000' }),
      sign({ typ: 'ID' }),
      sign({}, { typ: 'logout+jwt' }),
      sign({}, { kid: '../../etc/passwd' }),
      sign({}, { kid: 'k'.repeat(3000) }),
    ])),
    bearer(`${header}.${payload}.${signature.slice(0, -4)}AAAA`),
    bearer(`${header}.${part({ ...claims, oid: demo.people[1]?.id })}.${signature}`),
    bearer(`${part({ alg: 'none', typ: 'JWT' })}.${payload}.`),
    bearer(`${part({ alg: 'HS256', typ: 'JWT' })}.${payload}.${signature}`),
    bearer(`${part({ alg: ['RS256'] })}.${payload}.${signature}`),
    bearer(`${part(null)}.${part([])}.${signature}`),
    bearer(
      `${part({ alg: 'RS256', nonce: 'n' })}.${part({ iss: 'https://sts.windows.net/7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11/', aud: 'https://graph.microsoft.com' })}.${signature}`,
    ),
    bearer('EwBIA8l6BAAU'),
    bearer(''),
    `Basic ${Buffer.from('a:b').toString('base64')}`,
    `${bearer(honest)} ${honest}`,
    `Bearer Bearer ${honest}`,
    bearer('a.b.c'),
    bearer('x'.repeat(20_000)),
    'Bearer \u0000',
    '',
  ]
}

function bearer(token: string): string {
  return `Bearer ${token}`
}

/** Restores deleted and changed entries and removes created ones, so that deep code stays reachable. */
export async function renew({ database }: Parts, start: DirectoryRows): Promise<void> {
  const [folders, contacts] = [new Set(demo.folders.map(idOf)), new Set(demo.contacts.map(idOf))]
  await database.transaction().execute(async transaction => {
    await renewPeople(transaction, start)
    await transaction.deleteFrom('photo_update_settings').execute()
    await transaction
      .deleteFrom('contacts')
      .where('id', 'not in', [...contacts])
      .execute()
    await transaction
      .deleteFrom('contact_folders')
      .where('id', 'not in', [...folders])
      .execute()
    const kept = new Set(
      [
        ...(await transaction.selectFrom('contact_folders').select('id').execute()),
        ...(await transaction.selectFrom('contacts').select('id').execute()),
      ].map(idOf),
    )
    for (const folder of demo.folders.filter(({ id }) => !kept.has(id))) {
      const { parentFolderId } = folder
      await insertFolder(transaction, mailboxOf(folder), {
        ...folder,
        parentFolderId: parentFolderId ?? undefined,
      })
    }
    for (const { id, displayName, folderId, ...rest } of demo.contacts) {
      if (kept.has(id)) continue
      const row = { id, displayName, folderId: folderId ?? undefined }
      await insertContact(transaction, mailboxOf(rest), row)
    }
    const ownerless = transaction.deleteFrom('photos').where('owner_kind', '=', 'contact')
    await ownerless.where('owner_id', 'not in', [...contacts]).execute()
  })
}

/** A person who calls and is deleted or disabled would be refused everything from then on. */
async function renewPeople(transaction: Database, start: DirectoryRows): Promise<void> {
  await transaction.deleteFrom('group_people').execute()
  for (const table of ['users', 'groups'] as const) {
    const ids = start[table].map(idOf)
    await transaction.deleteFrom(table).where('id', 'not in', ids).execute()
  }
  for (const { id, ...row } of start.users) {
    await transaction.updateTable('users').set(row).where('id', '=', id).execute()
  }
  for (const { id, ...row } of start.groups) {
    await transaction.updateTable('groups').set(row).where('id', '=', id).execute()
  }
  await transaction
    .insertInto('group_people')
    .values([...start.groupPeople])
    .execute()
}

function idOf({ id }: Readonly<{ id: string }>): string {
  return id
}

function mailboxOf(entry: Readonly<{ tenantId: string; mailboxId: string }>) {
  return { tenantId: entry.tenantId, userId: entry.mailboxId }
}

/** The versions of all photos as one text: equal texts mean equal photos. */
export async function listPhotoVersions({ database }: Parts): Promise<string> {
  const rows = await database
    .selectFrom('photos')
    .select(['owner_kind', 'owner_id', 'version'])
    .orderBy('version')
    .execute()
  return JSON.stringify(rows.map(row => [row.owner_kind, row.owner_id, row.version]))
}

/**
 * Stores with people, contacts and photos, for moves, checks and erasures; and their content in a form that can be
 * compared.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { addGroups } from '../../src/directory/groups.ts'
import { insertContact } from '../../src/directory/mailbox/contacts.ts'
import { insertFolder } from '../../src/directory/mailbox/folders.ts'
import { addRoleMembers } from '../../src/directory/relations.ts'
import { addUsers } from '../../src/directory/users.ts'
import type { OwnerKey } from '../../src/photos/photo.ts'
import { findPointer, movePointer, removePointer } from '../../src/photos/pointer.ts'
import { preparePhoto } from '../../src/photos/replace.ts'
import { renderPack } from '../../src/renditions/render.ts'
import type { RenderedPack } from '../../src/renditions/rendition.ts'
import { createToken } from '../../src/scim/tokens.ts'
import { openMoveEnds, type StoreOptions } from '../../src/serving/stores.ts'
import type { PackStore } from '../../src/storage/packs.ts'
import type { Database, SourceRow } from '../../src/storage/schema.ts'
import { type MoveOptions, type MoveResult, moveStore } from '../../src/upkeep/move.ts'
import { directoryTables } from '../../src/upkeep/tables.ts'
import { portraitJpeg } from '../support/pictures.ts'

export type Side = Readonly<{ database: Database; packs: PackStore }>

export const tenantId = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-moving-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

let rendered: Promise<readonly RenderedPack[]> | undefined

/** A few pictures in their sizes, drawn once. */
function renderedPacks(): Promise<readonly RenderedPack[]> {
  rendered ??= Promise.all(
    [1, 2, 3].map(async seed =>
      renderPack(await portraitJpeg({ width: 100 + seed, height: 100, seed }), 'square'),
    ),
  )
  return rendered
}

export function userKey(id: string): OwnerKey {
  return { tenantId, kind: 'user', id }
}

/** As replacePhoto, with a picture that needs no rendering. Returns the version. */
export async function setPhoto({ database, packs }: Side, owner: OwnerKey): Promise<string> {
  const all = await renderedPacks()
  const pack = all[Math.floor(Math.random() * all.length)] ?? all[0]
  if (pack === undefined) throw new Error('no picture')
  const parts = {
    database,
    packs,
    render: async () => pack,
    now: Date.now,
    newVersion: () => randomBytes(16).toString('hex'),
  }
  const row = await preparePhoto(parts, owner.kind, randomBytes(8))
  await database.transaction().execute(async transaction => {
    const before = await findPointer(transaction, owner)
    await movePointer(transaction, owner, row, before?.version)
  })
  return row.version
}

export async function dropPhoto({ database }: Side, owner: OwnerKey): Promise<void> {
  await database.transaction().execute(async transaction => {
    const pointer = await findPointer(transaction, owner)
    if (pointer) await removePointer(transaction, owner, Date.now())
  })
}

export function personNamed(id: string) {
  return { id, userPrincipalName: `${id}@visage.example`, displayName: `Person ${id}` }
}

/** People 0 to `people`, each with a photo; groups, roles, a sign-in, folders within folders, contacts, settings. */
export async function fillStore(side: Side, people: number): Promise<void> {
  const { database } = side
  const ids = Array.from({ length: people }, (_, index) => `person-${index}`)
  await addUsers(database, tenantId, ids.map(personNamed))
  await addUsers(database, 'another tenant', [personNamed('person-0')])
  await addGroups(database, tenantId, [
    {
      id: 'staff',
      displayName: 'Staff',
      visibility: 'Private',
      isUnified: true,
      isTeam: true,
      owners: ['person-0'],
      members: ids.slice(0, 5),
    },
  ])
  await addRoleMembers(database, tenantId, [
    { roleTemplateId: 'fe930be7-5e62-47db-91af-98c3a49a38b1', userId: 'person-1' },
  ])
  const linked = { user_id: 'person-1', linked_by: 'hand', linked_at: 1_764_000_000_000 }
  await database
    .insertInto('sign_ins')
    .values({ tenant_id: tenantId, issuer: 'https://issuer.example', subject: '00u1', ...linked })
    .execute()
  const mailbox = { tenantId, userId: 'person-0' }
  // In the order of keys, the innermost is first.
  for (const [id, parentFolderId] of [
    ['z', undefined],
    ['m', 'z'],
    ['a', 'm'],
  ] as const) {
    await insertFolder(database, mailbox, { id, displayName: `Folder ${id}`, parentFolderId })
  }
  await insertContact(database, mailbox, { id: 'friend', displayName: 'A Friend', folderId: 'a' })
  await database
    .insertInto('photo_update_settings')
    .values({ tenant_id: tenantId, source: 'cloud', allowed_roles: '[]' })
    .execute()
  await database.insertInto('sources').values(aSource).execute()
  await createToken(database, { tenantId, name: 'entra', expiresAt: null }, 5)
  for (const id of ids) await setPhoto(side, userKey(id))
  await setPhoto(side, { tenantId: 'another tenant', kind: 'user', id: 'person-0' })
  await setPhoto(side, { tenantId, kind: 'group', id: 'staff' })
  await setPhoto(side, { tenantId, kind: 'contact', id: 'friend' })
}

const aSource: SourceRow = {
  tenant_id: tenantId,
  source: 'import:staff',
  last_success_at: 4,
  judged_at: 3,
  waiting_since: 2,
  confirmed_at: 1,
}

/** Every row of every table that is moved, and every pack that a pointer names. */
export async function contentsOf({ database, packs }: Side): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {}
  for (const name of [...directoryTables.map(table => table.name), 'photos' as const]) {
    const rows = await database.selectFrom(name).selectAll().execute()
    contents[name] = rows.map(row => JSON.stringify(row, Object.keys(row).sort())).sort()
  }
  const versions = await database
    .selectFrom('photos')
    .select('version')
    .orderBy('version')
    .execute()
  const named: string[] = []
  for (const { version } of versions) {
    named.push(
      `${version} ${Buffer.from((await packs.readWhole(version)) ?? []).toString('base64')}`,
    )
  }
  contents.packs = named
  return contents
}

export type Ends = Readonly<{ from: Side; to: Side }>
export type Around = (ends: Ends) => Ends

export type MoveChanges = Partial<Pick<MoveOptions, 'watch' | 'signal'>> &
  Readonly<{
    around?: Around
  }>

/** One run of a move, with source and destination opened as in the command. */
export async function moveOnce(
  from: StoreOptions,
  to: StoreOptions,
  { around, ...changes }: MoveChanges = {},
): Promise<MoveResult> {
  await using ends = await openMoveEnds(from, to, Date.now)
  const changed = around?.(ends)
  return await moveStore({
    from: { ...ends.from, ...changed?.from },
    to: { ...ends.to, ...changed?.to },
    now: Date.now,
    watch: () => {},
    signal: new AbortController().signal,
    ...changes,
  })
}

/** Sets, replaces and removes photos and adds people until it is stopped. */
export function keepWriting(side: Side, people: number): { stop: () => Promise<number> } {
  let isStopping = false
  let writes = 0
  const writing = (async () => {
    while (!isStopping) {
      const id = `person-${writes % people}`
      if (writes % 5 === 4) await dropPhoto(side, userKey(id))
      else await setPhoto(side, userKey(id))
      if (writes % 7 === 0) {
        const newcomer = randomUUID()
        await addUsers(side.database, tenantId, [personNamed(newcomer)])
        await setPhoto(side, userKey(newcomer))
      }
      writes += 1
      await delay(2)
    }
  })()
  return {
    async stop() {
      isStopping = true
      await writing
      return writes
    },
  }
}

/** As fast as possible until it is stopped. Returns the last acknowledged write of each, undefined for no photo. */
export function keepSetting(
  side: Side,
  people: number,
): { stop: () => Promise<ReadonlyMap<string, string | undefined>> } {
  const acknowledged = new Map<string, string | undefined>()
  let isStopping = false
  const setting = (async () => {
    for (let writes = 0; !isStopping; writes += 1) {
      const id = `person-${(writes * 7) % people}`
      if (writes % 5 === 4) await dropPhoto(side, userKey(id))
      acknowledged.set(id, writes % 5 === 4 ? undefined : await setPhoto(side, userKey(id)))
    }
  })()
  return {
    async stop() {
      isStopping = true
      await setting
      return acknowledged
    },
  }
}

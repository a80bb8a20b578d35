/**
 * The demo tenant in the stores of `visage dev`: written at the start, and restored by a reset. Its
 * contents are in demo/.
 */

import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyDirectory } from '../directory/directory.ts'
import { addGroups, type NewGroup } from '../directory/groups.ts'
import { insertContact } from '../directory/mailbox/contacts.ts'
import { hasFolders, insertFolder } from '../directory/mailbox/folders.ts'
import type { Mailbox } from '../directory/mailbox/mailbox.ts'
import { addRoleMembers } from '../directory/relations.ts'
import { addUsers } from '../directory/users.ts'
import type { OwnerKey } from '../photos/photo.ts'
import { findPointer, lockOwner, movePointer, type PointerRow } from '../photos/pointer.ts'
import { framingOf, preparePhoto, type ReplaceParts } from '../photos/replace.ts'
import { copyPhoto, restorePhotos } from '../photos/restore.ts'
import { listVersions } from '../photos/versions.ts'
import type { Framing } from '../renditions/rendition.ts'
import type { Database } from '../storage/schema.ts'
import { personalTenantId } from '../tokens/clouds.ts'
import { type Drawn, drawnFolders, readOrDraw } from './demo/drawn.ts'
import * as demo from './demo/tenant.ts'

type DemoOptions = Readonly<{
  /** Where it is kept; undefined keeps nothing. */
  data: string | undefined
  photos: 'all' | 'none'
  /** Folders of drawn photos; tests name their own. */
  drawn?: readonly string[] | undefined
}>

export type DemoState = Readonly<{
  /** Resolves when every photo is set. */
  photosReady: Promise<void>
  /** In one transaction: requests in between see all of the old state or all of the demo. */
  restore: () => Promise<void>
}>

type DemoParts = ReplaceParts & Readonly<{ drawn: readonly string[] }>
type Portrait = Readonly<{ owner: OwnerKey; picture: NonNullable<demo.Person['picture']> }>
/** Portrait -> its photo as first set, or as last restored. */
type Originals = Map<Portrait, PointerRow>

/**
 * Existing rows stay as they are: a second start adds and removes nothing. The first person's photo is set
 * before this resolves; the others are drawn later, so that they do not delay the start.
 */
export async function loadDemo(parts: ReplaceParts, options: DemoOptions): Promise<DemoState> {
  const originals: Originals = new Map()
  const portraits = options.photos === 'all' ? listPortraits() : []
  await parts.database.transaction().execute(async transaction => {
    await loadPeople(transaction)
    await loadMailboxesOnce(transaction)
  })
  const drawn = options.drawn ?? (portraits.length > 0 ? await drawnFolders() : [])
  const demoParts = { ...parts, drawn }
  const { rest } = await loadPhotosOnce(demoParts, portraits, originals, options.data)
  return {
    photosReady: rest,
    async restore() {
      await rest
      await restoreDemo(demoParts, portraits, originals)
    },
  }
}

async function restoreDemo(
  parts: DemoParts,
  portraits: readonly Portrait[],
  originals: Originals,
): Promise<void> {
  const { database } = parts
  const fresh = new Set<string>()
  for (let isRestored = false; !isRestored; ) {
    await renewOriginals(parts, portraits, originals, fresh)
    isRestored = await database.transaction().execute(async transaction => {
      // Another request may have replaced one since: then it is copied after all.
      const current = await listVersions(transaction)
      const rows = [...originals].map(([{ owner }, row]) => ({ owner, row }))
      if (!rows.every(({ row: { version } }) => current.has(version) || fresh.has(version))) {
        return false
      }
      await emptyDirectory(transaction)
      await loadPeople(transaction)
      await loadMailboxes(transaction)
      await restorePhotos(transaction, rows, parts.now())
      return true
    })
  }
}

/** A photo that was not changed stays; others are copied, or drawn again if necessary. */
async function renewOriginals(
  parts: DemoParts,
  portraits: readonly Portrait[],
  originals: Originals,
  fresh: Set<string>,
): Promise<void> {
  const current = await listVersions(parts.database)
  for (const portrait of portraits) {
    const known = originals.get(portrait)
    if (known !== undefined && (current.has(known.version) || fresh.has(known.version))) continue
    const row = (known && (await copyPhoto(parts, known))) ?? (await prepare(parts, portrait))
    originals.set(portrait, row)
    fresh.add(row.version)
  }
}

async function loadPeople(database: Database): Promise<void> {
  for (const tenantId of [demo.tenantId, personalTenantId]) {
    const isHere = (entry: { tenantId: string }) => entry.tenantId === tenantId
    await addUsers(database, tenantId, demo.people.filter(isHere).map(withoutNulls))
    await addGroups(database, tenantId, demo.groups.filter(isHere).map(toNewGroup))
    await addRoleMembers(database, tenantId, demo.roleMembers.filter(isHere))
  }
}

/** Contacts and folders that were deleted stay deleted. */
async function loadMailboxesOnce(database: Database): Promise<void> {
  if (!(await hasFolders(database))) await loadMailboxes(database)
}

async function loadMailboxes(database: Database): Promise<void> {
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

/** The demo data has null where the directory has undefined. */
function withoutNulls<Row extends object>(row: Row): Without<Row> {
  const entries = Object.entries(row).map(([name, value]) => [name, value ?? undefined])
  return Object.fromEntries(entries) as Without<Row>
}

/**
 * `rest` continues in the background, one photo after another. A marker in the data folder means that all
 * were set once, so a removed photo stays removed.
 */
async function loadPhotosOnce(
  parts: DemoParts,
  portraits: readonly Portrait[],
  originals: Originals,
  data: string | undefined,
): Promise<{ rest: Promise<void> }> {
  const marker = data === undefined ? undefined : join(data, 'demo-photos-set')
  if (marker !== undefined && existsSync(marker)) return { rest: Promise.resolve() }
  const set = async (portrait: Portrait) => {
    originals.set(portrait, await setPortrait(parts, portrait))
  }
  const [first, ...others] = portraits
  if (first !== undefined) await set(first)
  const rest = (async () => {
    for (const portrait of others) await set(portrait)
    if (marker !== undefined) await writeFile(marker, '')
  })()
  return { rest }
}

/** Does not replace a photo that was set meanwhile; the sweep removes the drawn pack then. */
async function setPortrait(parts: DemoParts, portrait: Portrait): Promise<PointerRow> {
  const { owner } = portrait
  const row = await prepare(parts, portrait)
  await parts.database.transaction().execute(async transaction => {
    const isThere = await lockOwner(transaction, owner)
    if (isThere && (await findPointer(transaction, owner)) === undefined) {
      await movePointer(transaction, owner, row, undefined)
    }
  })
  return row
}

async function prepare(parts: DemoParts, { owner, picture }: Portrait): Promise<PointerRow> {
  const framing = framingOf(owner.kind)
  const name = JSON.stringify([picture, framing])
  const drawn = await readOrDraw(parts.drawn, name, () => draw(picture, framing))
  const render = async () => ({ bytes: drawn.pack, renditions: drawn.renditions })
  return await preparePhoto({ ...parts, render }, owner.kind, drawn.picture)
}

/** In this process: the picture is our own, and starting a renderer would take longer. */
async function draw(shown: Portrait['picture'], framing: Framing): Promise<Drawn> {
  const { drawPicture } = await import('./demo/pictures.ts')
  const { closeOtherDecoders } = await import('../renditions/decoders.ts')
  const { renderPack } = await import('../renditions/render.ts')
  closeOtherDecoders()
  const picture = await drawPicture(shown)
  const { bytes, renditions } = await renderPack(picture, framing)
  return { picture, pack: bytes, renditions }
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

/**
 * Joins the two rows of a person who came by signing in and from a source. The provisioned row gets the photo, the
 * contacts, the memberships and the sign-ins of the other one. Permissions are not checked here.
 */
import { Failure } from '../../failure.ts'
import { findPointer, giveToOwner, removePointer } from '../../photos/pointer.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames } from '../../storage/transactions.ts'
import { lockUser } from '../change-users.ts'
import { linkSubject } from './link-by-hand.ts'

/** The photo that stays where both have one. */
export type KeptPhoto = 'signed-in' | 'provisioned'

type Joining = Readonly<{
  tenantId: string
  /** The id of the row that came by signing in: the subject of its tokens. */
  signedInId: string
  provisionedId: string
  /** The issuer of the tokens; needed where no sign-in of the row is known. */
  issuer: string | undefined
  keep: KeptPhoto | undefined
  at: number
}>

type Joined = Readonly<{
  person: UserRow
  /** The photo that the person has from now on; undefined if neither had one. */
  photoOf: KeptPhoto | undefined
}>

/**
 * All or nothing. Throws Failure 'user-not-found', 'managed-elsewhere' if the first did not come by signing in,
 * 'value-taken' if the second did, and 'resource-invalid' with `reason` where the issuer or the choice of a photo is missing.
 */
export async function joinPeople(database: Database, joining: Joining): Promise<Joined> {
  const { tenantId, signedInId, provisionedId } = joining
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const [signedIn, person] = await lockBoth(transaction, joining)
    if (signedIn.source !== 'sign-in') {
      throw new Failure('managed-elsewhere', { facts: { source: signedIn.source } })
    }
    if (person.source === 'sign-in') throw new Failure('value-taken')
    const photoOf = await joinPhotos(transaction, joining)
    const rows = { tenantId, from: signedInId, to: provisionedId }
    await joinMailboxes(transaction, rows)
    await joinRelations(transaction, rows)
    await moveSignIns(transaction, rows, joining)
    await transaction
      .deleteFrom('users')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', signedInId)
      .execute()
    return { person, photoOf }
  })
}

type Rows = Readonly<{ tenantId: string; from: string; to: string }>

/** Locks always in the same order, so that two calls for the same people cannot block each other. */
async function lockBoth(
  transaction: Database,
  { tenantId, signedInId, provisionedId }: Joining,
): Promise<[UserRow, UserRow]> {
  const rows = new Map<string, UserRow>()
  for (const id of [signedInId, provisionedId].sort()) {
    const row = await lockUser(transaction, tenantId, id)
    if (row === undefined || row.deleted_at !== null) {
      throw new Failure('user-not-found', { facts: { id } })
    }
    rows.set(id, row)
  }
  const [signedIn, person] = [rows.get(signedInId), rows.get(provisionedId)]
  if (signedIn === undefined || person === undefined || signedIn === person) {
    throw new Failure('user-not-found', { facts: { id: signedInId } })
  }
  return [signedIn, person]
}

async function joinPhotos(
  transaction: Database,
  { tenantId, signedInId, provisionedId, keep, at }: Joining,
): Promise<KeptPhoto | undefined> {
  const from = { tenantId, kind: 'user', id: signedInId } as const
  const to = { tenantId, kind: 'user', id: provisionedId } as const
  const theirs = await findPointer(transaction, from)
  const provisioned = await findPointer(transaction, to)
  if (theirs !== undefined && provisioned !== undefined) {
    if (keep === undefined) {
      throw new Failure('resource-invalid', { facts: { reason: 'both have a photo' } })
    }
    await removePointer(transaction, keep === 'signed-in' ? to : from, at)
  }
  await giveToOwner(transaction, from, to)
  if (theirs === undefined && provisioned === undefined) return undefined
  if (theirs !== undefined && provisioned !== undefined) return keep
  return theirs === undefined ? 'provisioned' : 'signed-in'
}

/**
 * Writes new folders and moves the contacts into them, because a folder with contacts cannot change its mailbox.
 * Contacts keep their ids, and so their photos.
 */
async function joinMailboxes(transaction: Database, { tenantId, from, to }: Rows): Promise<void> {
  await transaction
    .insertInto('contact_folders')
    .columns(['tenant_id', 'mailbox_id', 'id', 'parent_folder_id', 'display_name', 'removed_at'])
    .expression(db =>
      db
        .selectFrom('contact_folders')
        .select(({ val }) => [
          'tenant_id',
          val(to).as('mailbox_id'),
          'id',
          'parent_folder_id',
          'display_name',
          'removed_at',
        ])
        .where('tenant_id', '=', tenantId)
        .where('mailbox_id', '=', from),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
  await transaction
    .updateTable('contacts')
    .set({ mailbox_id: to })
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', from)
    .execute()
}

async function joinRelations(transaction: Database, { tenantId, from, to }: Rows): Promise<void> {
  await transaction
    .insertInto('group_people')
    .columns(['tenant_id', 'group_id', 'user_id', 'relation'])
    .expression(db =>
      db
        .selectFrom('group_people')
        .select(({ val }) => ['tenant_id', 'group_id', val(to).as('user_id'), 'relation'])
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', from),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
  await transaction
    .insertInto('role_members')
    .columns(['tenant_id', 'role_template_id', 'user_id'])
    .expression(db =>
      db
        .selectFrom('role_members')
        .select(({ val }) => ['tenant_id', 'role_template_id', val(to).as('user_id')])
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', from),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
  await transaction
    .updateTable('users')
    .set(({ fn, val }) => ({ manager_id: fn('nullif', [val(to), 'id']) }))
    .where('tenant_id', '=', tenantId)
    .where('manager_id', '=', from)
    .execute()
}

async function moveSignIns(
  transaction: Database,
  { tenantId, from, to }: Rows,
  { issuer, at }: Pick<Joining, 'issuer' | 'at'>,
): Promise<void> {
  const moved = await transaction
    .updateTable('sign_ins')
    .set({ user_id: to, linked_by: 'hand', linked_at: at })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', from)
    .returning('subject')
    .execute()
  if (issuer !== undefined) await linkSubject(transaction, { tenantId, issuer, id: from }, to, at)
  else if (!moved.some(({ subject }) => subject === from)) {
    throw new Failure('resource-invalid', { facts: { reason: 'the issuer is not known' } })
  }
}

/**
 * Lists people or groups by display name with what is known of their photos: whether there is one, its version and its
 * size. One call visits a limited number of rows, whatever the condition: a page may end early and say where to go on.
 * Disabled people are left out, because their photos are hidden.
 */
import { sql } from 'kysely'
import { type Photo, toPhoto } from '../photos/photo.ts'
import { joinPhoto, type PhotoColumns } from '../photos/pointer.ts'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'
import { type Condition, countComparisons } from './queries/condition.ts'
import type { Searchable } from './queries/find-by-words.ts'
import { type Key, rowsOfSlice } from './queries/in-order.ts'
import { whereMet } from './queries/where-met.ts'

/** `narrowerThan`: in pixels; such people have a photo. */
export type WantedPhoto = 'any' | 'missing' | 'set' | Readonly<{ narrowerThan: number }>

type OwnersPage = Readonly<{
  where: Condition
  photo: WantedPhoto
  top: number
  after: Key | undefined
}>

type Shown = {
  users: Pick<UserRow, 'id' | 'display_name' | 'user_principal_name' | 'department' | 'job_title'>
  groups: Pick<GroupRow, 'id' | 'display_name' | 'mail'>
}
export type PhotoOwner<Table extends keyof Shown> = Readonly<{
  row: Shown[Table]
  photo: Photo | undefined
}>

/** `next` is where to go on; undefined at the end of the list. */
type Listed<Table extends keyof Shown> = Readonly<{
  owners: readonly PhotoOwner<Table>[]
  next: Key | undefined
}>

/** Rows that one call visits at most: about a tenth of a second of processor time. */
export const maxRowsVisited = 10_000

/** Several calls take turns with other searches. The work is limited in rows, so that it needs no limit of time. */
export async function listPhotoOwners<Table extends keyof Shown>(
  { database, slices }: Searchable,
  table: Table,
  tenantId: string,
  { where, photo, top, after }: OwnersPage,
): Promise<Listed<Table>> {
  const slicing = slices.begin(Number.POSITIVE_INFINITY)
  const size = Math.ceil((rowsOfSlice * 2) / Math.max(2, countComparisons(where)))
  const owners: PhotoOwner<Table>[] = []
  let next = after
  for (let visited = 0; visited < maxRowsVisited; visited += size) {
    await slicing.next()
    const slice = await readSlice(database, table, { tenantId, where, after: next, size })
    for (const row of slice) {
      next = { name: row.display_name, id: row.id }
      const found = row.is_met === 1 ? withPhoto(row, photo) : undefined
      if (found !== undefined) owners.push(found as unknown as PhotoOwner<Table>)
      if (owners.length === top) return { owners, next }
    }
    if (slice.length < size) return { owners, next: undefined }
  }
  return { owners, next }
}

type Visited = PhotoColumns & Readonly<{ id: string; display_name: string; is_met: number }>

function withPhoto(row: Visited, wanted: WantedPhoto) {
  const photo = toPhoto(row)
  return isWanted(photo, wanted) ? { row, photo } : undefined
}

function isWanted(photo: Photo | undefined, wanted: WantedPhoto): boolean {
  if (wanted === 'any') return true
  if (wanted === 'missing') return photo === undefined
  if (photo === undefined) return false
  return wanted === 'set' || photo.renditions[0].width < wanted.narrowerThan
}

type Slice = Readonly<{
  tenantId: string
  where: Condition
  after: Key | undefined
  size: number
}>

/** Deleted and unfit rows are visited too, so that a slice is a limited number of rows. */
async function readSlice(
  database: Database,
  table: keyof Shown,
  slice: Slice,
): Promise<readonly Visited[]> {
  return table === 'users' ? await readPeople(database, slice) : await readGroups(database, slice)
}

async function readPeople(database: Database, { tenantId, where, after, size }: Slice) {
  const isMet = sql<number>`case when users.deleted_at is null and users.is_active = 1
    and ${whereMet('users', where)} then 1 else 0 end`
  const people = database
    .selectFrom('users')
    .select(['users.id', 'users.display_name', 'users.user_principal_name'])
    .select(['users.department', 'users.job_title', isMet.as('is_met')])
    .where('users.tenant_id', '=', tenantId)
  return await joinPhoto(people, 'user')
    .where(isAfter('users', after))
    .orderBy('users.display_name')
    .orderBy('users.id')
    .limit(size)
    .execute()
}

async function readGroups(database: Database, { tenantId, where, after, size }: Slice) {
  const isMet = sql<number>`case when groups.deleted_at is null
    and ${whereMet('groups', where)} then 1 else 0 end`
  const groups = database
    .selectFrom('groups')
    .select(['groups.id', 'groups.display_name', 'groups.mail', isMet.as('is_met')])
    .where('groups.tenant_id', '=', tenantId)
  return await joinPhoto(groups, 'group')
    .where(isAfter('groups', after))
    .orderBy('groups.display_name')
    .orderBy('groups.id')
    .limit(size)
    .execute()
}

function isAfter(table: keyof Shown, after: Key | undefined) {
  if (after === undefined) return sql<boolean>`1 = 1`
  const columns = sql.join([sql.ref(`${table}.display_name`), sql.ref(`${table}.id`)])
  return sql<boolean>`(${columns}) > (${after.name}, ${after.id})`
}

/** Groups and teams. A team has the id and the photo of its group. */
import { normalizeId } from '../guid.ts'
import { joinPhoto, type PhotoColumns } from '../photos/pointer.ts'
import type { Database, GroupRow } from '../storage/schema.ts'
import { findInAnyTenant } from './any-tenant.ts'
import { type CallerColumns, type CallerKey, prepareForCaller } from './caller-state.ts'
import { byGraph, type Origin, originColumns } from './origin.ts'
import type { Condition } from './queries/condition.ts'
import type { Searchable } from './queries/find-by-words.ts'
import { countRows, listRows, type Page } from './queries/list-rows.ts'
import { searchText } from './queries/search.ts'

export type Group = GroupRow

/** The columns that a request for a photo, or for a change, needs of the group. */
const photoOwnerColumns = [
  'tenant_id',
  'id',
  'is_unified',
  'is_team',
] as const satisfies (keyof GroupRow)[]

/** The columns that a request for the group itself shows. */
export const groupEntryColumns = [
  'display_name',
  'description',
  'mail',
  'mail_nickname',
  'visibility',
  'deleted_at',
] as const satisfies (keyof GroupRow)[]

/** A group and the pointer to its photo. */
export type GroupWithPhoto<Column extends keyof GroupRow = never> = Pick<
  GroupRow,
  (typeof photoOwnerColumns)[number]
> &
  Pick<GroupRow, Column> &
  PhotoColumns

type EntryColumn = (typeof groupEntryColumns)[number]
export type GroupEntry = GroupWithPhoto<EntryColumn>

/** What Graph shows of a group. */
export type ShownGroup = Pick<GroupRow, EntryColumn | 'id' | 'is_unified' | 'is_team'>

export type FindGroup<Column extends keyof GroupRow = never> = (
  tenantId: string,
  id: string,
  caller?: CallerKey,
) => Promise<(GroupWithPhoto<Column> & CallerColumns) | undefined>

/** One prepared query for the group and the pointer to its photo, which also reads `columns`. */
export function prepareFindGroup<Column extends keyof GroupRow>(
  database: Database,
  columns: readonly Column[],
): FindGroup<Column> {
  const byId = prepareForCaller(database, ['id'], (db, at) =>
    withPhoto(db, columns)
      .where('groups.tenant_id', '=', at.tenantId)
      .where('groups.id', '=', at.id)
      .where('groups.deleted_at', 'is', null),
  )
  return async (tenantId, id, caller) => await byId({ tenantId, id: normalizeId(id) }, caller)
}

function withPhoto<Column extends keyof GroupRow>(database: Database, columns: readonly Column[]) {
  const names: (keyof GroupRow)[] = [...photoOwnerColumns, ...columns]
  const groups = database.selectFrom('groups').select(names.map(name => `groups.${name}` as const))
  return joinPhoto(groups, 'group').$castTo<GroupWithPhoto<Column>>()
}

/** Finds groups by id in every tenant. For commands of an operator, never for a request. */
export async function findGroups(database: Database, id: string): Promise<GroupRow[]> {
  return await findInAnyTenant(database, 'groups', { id: normalizeId(id) })
}

export function listGroups(where: Searchable, tenantId: string, page: Page): Promise<GroupRow[]> {
  return listRows(where, 'groups', tenantId, page)
}

export function countGroups(
  where: Searchable,
  tenantId: string,
  condition: Condition,
): Promise<number> {
  return countRows(where, 'groups', tenantId, condition)
}

export type NewGroup = Readonly<{
  id: string
  displayName: string
  description?: string | undefined
  mail?: string | undefined
  mailNickname?: string | undefined
  visibility?: 'Public' | 'Private' | undefined
  isUnified?: boolean | undefined
  isTeam?: boolean | undefined
  owners?: readonly string[] | undefined
  members?: readonly string[] | undefined
}>

/** Adds groups with their owners and members. An existing group is not changed. */
export async function addGroups(
  database: Database,
  tenantId: string,
  groups: readonly NewGroup[],
): Promise<void> {
  for (const group of groups) {
    await database
      .insertInto('groups')
      .values(toRow(tenantId, group))
      .onConflict(conflict => conflict.doNothing())
      .execute()
    const people = [
      ...(group.owners ?? []).map(id => ({ id, relation: 'owner' })),
      ...(group.members ?? []).map(id => ({ id, relation: 'member' })),
    ].map(({ id, relation }) => ({
      tenant_id: tenantId,
      group_id: normalizeId(group.id),
      user_id: normalizeId(id),
      relation,
    }))
    if (people.length === 0) continue
    await database
      .insertInto('group_people')
      .values(people)
      .onConflict(conflict => conflict.doNothing())
      .execute()
  }
}

export function toRow(tenantId: string, group: NewGroup, origin: Origin = byGraph): GroupRow {
  return {
    ...originColumns(origin),
    tenant_id: tenantId,
    id: normalizeId(group.id),
    display_name: group.displayName,
    description: group.description ?? null,
    mail: group.mail ?? null,
    mail_nickname: group.mailNickname ?? null,
    visibility: group.visibility ?? 'Public',
    is_unified: group.isUnified === false ? 0 : 1,
    is_team: group.isTeam ? 1 : 0,
    search_text: searchText([
      ['displayName', group.displayName],
      ['mail', group.mail],
    ]),
  }
}

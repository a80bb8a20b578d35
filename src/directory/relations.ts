/** The relations and roles that an access decision needs after the target was found. */
import type { Database } from '../storage/schema.ts'

export async function isGroupOwner(
  database: Database,
  tenantId: string,
  groupId: string,
  userId: string,
): Promise<boolean> {
  return await isInGroup(database, tenantId, groupId, userId, ['owner'])
}

export async function isTeamJoined(
  database: Database,
  tenantId: string,
  teamId: string,
  userId: string,
): Promise<boolean> {
  return await isInGroup(database, tenantId, teamId, userId, ['owner', 'member'])
}

async function isInGroup(
  database: Database,
  tenantId: string,
  groupId: string,
  userId: string,
  relations: readonly string[],
): Promise<boolean> {
  const row = await database
    .selectFrom('group_people')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('user_id', '=', userId)
    .where('relation', 'in', relations)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Template ids of the user's directory roles, in lower case. */
export async function rolesOfUser(
  database: Database,
  tenantId: string,
  userId: string,
): Promise<string[]> {
  const rows = await database
    .selectFrom('role_members')
    .select('role_template_id')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute()
  return rows.map(row => row.role_template_id)
}

export async function addRoleMembers(
  database: Database,
  tenantId: string,
  members: readonly Readonly<{ roleTemplateId: string; userId: string }>[],
): Promise<void> {
  if (members.length === 0) return
  await database
    .insertInto('role_members')
    .values(
      members.map(member => ({
        tenant_id: tenantId,
        role_template_id: member.roleTemplateId.toLowerCase(),
        user_id: member.userId,
      })),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

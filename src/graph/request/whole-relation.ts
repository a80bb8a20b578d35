/** The caller's relation to a target, from the token and the directory. */
import type { Directory } from '../../directory/directory.ts'
import { isGroupOwner, rolesOfUser } from '../../directory/relations.ts'
import type { Relation } from '../../permissions/decide.ts'
import type { Caller } from '../../tokens/caller.ts'
import { knownRelation, type Related } from './target.ts'

/** Includes group ownership and the roles in the directory. */
export async function wholeRelation(
  caller: Caller,
  target: Related,
  { database }: Pick<Directory, 'database'>,
): Promise<Relation> {
  const known = knownRelation(caller, target)
  if (caller.kind === 'application') return known
  const { callerId } = target
  const roles = await rolesOfUser(database, caller.tenantId, callerId)
  const isOwner =
    target.group !== undefined &&
    (await isGroupOwner(database, caller.tenantId, target.group.id, callerId))
  return { ...known, isOwner, roleTemplateIds: new Set([...known.roleTemplateIds, ...roles]) }
}

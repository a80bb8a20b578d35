/**
 * Links a new subject to the provisioned person with the name that the issuer vouches for. A mail address is never
 * enough, and each person gets at most one link. Settings are not checked here.
 */
import { Failure } from '../../failure.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames, lockRows } from '../../storage/transactions.ts'
import { isValidName } from '../names.ts'
import { userNameKey } from '../queries/name-key.ts'
import { addSignIn, findSignIn, type Subject } from '../sign-ins.ts'

type Newcomer = Subject & Readonly<{ profile: Readonly<{ vouchedName?: string }> }>
type People = Readonly<{ database: Database; now: () => number }>

/**
 * The person, linked from now on; undefined where the subject is not new or there is no such person. Throws Failure
 * 'account-disabled' for an inactive person, who is not linked either.
 */
export async function linkByName(
  { database, now }: People,
  newcomer: Newcomer,
): Promise<UserRow | undefined> {
  const { tenantId, profile } = newcomer
  const { vouchedName } = profile
  if (vouchedName === undefined || !isValidName(vouchedName)) return undefined
  const key = userNameKey(vouchedName)
  // Without a lock first: most newcomers have no such person.
  if ((await namedWithoutSignIn(database, tenantId, key)) === undefined) return undefined
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    if (await isKnown(transaction, newcomer)) return undefined
    const person = await namedWithoutSignIn(transaction, tenantId, key)
    if (person === undefined) return undefined
    if (person.is_active === 0) throw new Failure('account-disabled')
    await addSignIn(transaction, newcomer, person.id, { by: 'name', at: now() })
    return person
  })
}

async function isKnown(transaction: Database, newcomer: Newcomer): Promise<boolean> {
  if ((await findSignIn(transaction, newcomer)) !== undefined) return true
  const row = await transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', newcomer.tenantId)
    .where('id', '=', newcomer.id)
    .executeTakeFirst()
  return row !== undefined
}

/** In a transaction, they are neither changed nor deleted before it ends. */
async function namedWithoutSignIn(
  database: Database,
  tenantId: string,
  key: string,
): Promise<UserRow | undefined> {
  const query = database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_principal_name_key', '=', key)
    .where('deleted_at', 'is', null)
    .where('source', '!=', 'sign-in')
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('sign_ins')
            .select('sign_ins.subject')
            .whereRef('sign_ins.tenant_id', '=', 'users.tenant_id')
            .whereRef('sign_ins.user_id', '=', 'users.id'),
        ),
      ),
    )
  return await (database.isTransaction ? lockRows(query) : query).executeTakeFirst()
}

/** Look-ups of people that read every column, which no request needs. */
import {
  prepareUserLookups,
  type UserLookups,
  userEntryColumns,
} from '../../src/directory/users.ts'
import type { Database, UserRow } from '../../src/storage/schema.ts'

export function prepareWholeUsers(database: Database): UserLookups<keyof UserRow> {
  return prepareUserLookups(database, [
    ...userEntryColumns,
    'tenant_id',
    'id',
    'user_principal_name_key',
    'names_at',
    'is_active',
    'search_text',
    'inactive_at',
    'source',
    'external_id',
    'changed_at',
  ])
}

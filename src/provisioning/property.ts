/** A row of the tables of properties. */
import type { GroupRow, UserRow } from '../storage/schema.ts'

export type Property = Readonly<{
  headers: readonly string[]
  /** Where the directory keeps it. */
  column?: keyof UserRow | keyof GroupRow
  /**
   * What JSON may have beside a text: true and false; or an object with an id or a userPrincipalName, as Graph writes a
   * person or a group.
   */
  form?: 'flag' | 'reference'
}>

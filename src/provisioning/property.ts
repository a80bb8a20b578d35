/** A row of the tables of properties. */
import type { ContactRow, GroupRow, UserRow } from '../storage/schema.ts'

export type Property = Readonly<{
  headers: readonly string[]
  /** Where the directory keeps it. */
  column?: keyof UserRow | keyof GroupRow | keyof ContactRow
  /**
   * What JSON may have beside a text: true and false; an object with an id or a userPrincipalName, as Graph writes a
   * person or a group; a list.
   */
  form?: 'flag' | 'reference' | 'list'
}>

/**
 * The people of the issuer: their names and ids, and how to find them. The two functions are parameters.
 */

export type Person = Readonly<{
  /** Becomes `oid`. */
  id: string
  userPrincipalName: string
  displayName: string
  mail?: string | null | undefined
  tenantId?: string | undefined
  /** Directory role template ids: become `wids`. */
  roleTemplateIds?: readonly string[] | undefined
}>

export type People = Readonly<{
  /** By id, userPrincipalName or the name before the @; undefined if there is none. */
  findPerson: (
    tenantId: string,
    nameOrId: string,
  ) => Person | undefined | Promise<Person | undefined>
  /** In the order of the page. */
  listPeople: (tenantId: string) => readonly Person[] | Promise<readonly Person[]>
}>

/** alice@contoso.example -> alice */
export function nickname(person: Person): string {
  return person.userPrincipalName.split('@', 1)[0] ?? person.userPrincipalName
}

/**
 * What the issuer needs to know of people: who they are and how to find them. It does not know
 * where they are kept; the two functions come from whoever starts the issuer.
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
  /** By id, userPrincipalName or the name before the @; undefined when there is no such person. */
  findPerson: (
    tenantId: string,
    nameOrId: string,
  ) => Person | undefined | Promise<Person | undefined>
  /** In the order in which they are to be offered. */
  listPeople: (tenantId: string) => readonly Person[] | Promise<readonly Person[]>
}>

/** alice@contoso.example -> alice */
export function nickname(person: Person): string {
  return person.userPrincipalName.split('@', 1)[0] ?? person.userPrincipalName
}

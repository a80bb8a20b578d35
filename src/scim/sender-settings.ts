/** What an organisation may set about its senders; the settings of the same names say what each means. */
import type { OwnerNaming } from '../directory/sources/owner-groups.ts'

export type ScimSettings = Readonly<{
  /** The attribute whose value becomes the id of a new person, if it is a GUID. */
  idFrom: 'externalId' | 'id' | 'userName' | 'employeeNumber'
  /** undefined where no groups give others their owners. */
  owners: OwnerNaming | undefined
}>

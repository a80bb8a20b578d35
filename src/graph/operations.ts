/** Table: one row per operation. To add one, write its row and its function. */
import { contactOperations } from './contact-operations.ts'
import { deletedOperations } from './deleted-operations.ts'
import { directoryOperations } from './directory-operations.ts'
import { groupOperations } from './group-operations.ts'
import { groupPeopleOperations } from './group-people-operations.ts'
import { membershipOperations } from './membership-operations.ts'
import { peopleOperations } from './people-operations.ts'
import { personOperations } from './person-operations.ts'
import { photoOperations } from './photo-operations.ts'
import type { Row } from './request.ts'
import { settingsOperations } from './settings-operations.ts'

export const operations: readonly Row[] = [
  ...photoOperations,
  ...directoryOperations,
  ...membershipOperations,
  ...peopleOperations,
  ...personOperations,
  ...groupOperations,
  ...groupPeopleOperations,
  ...deletedOperations,
  ...contactOperations,
  ...settingsOperations,
]

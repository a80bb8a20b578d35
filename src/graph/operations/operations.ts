/** Table: one row per operation. To add one, write its row and its function. */

import type { Row } from '../request/request.ts'
import { contactOperations } from './contacts.ts'
import { coverageOperations } from './coverage.ts'
import { deletedOperations } from './deleted.ts'
import { directoryOperations } from './directory.ts'
import { groupPeopleOperations } from './group-people.ts'
import { groupOperations } from './groups.ts'
import { membershipOperations } from './memberships.ts'
import { peopleOperations } from './people.ts'
import { personOperations } from './person.ts'
import { photoOperations } from './photos.ts'
import { settingsOperations } from './settings.ts'

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
  ...coverageOperations,
]

/**
 * Every scenario of the suite, by theme.
 */
import type { Scenario } from './scenario.ts'
import { addresses } from './scenarios/addresses.ts'
import { badInput } from './scenarios/bad-input.ts'
import { batch } from './scenarios/batch.ts'
import { browsers } from './scenarios/browsers.ts'
import { clients } from './scenarios/clients.ts'
import { conditions } from './scenarios/conditions.ts'
import { coverage } from './scenarios/coverage.ts'
import { descriptions } from './scenarios/descriptions.ts'
import { directory } from './scenarios/directory.ts'
import { groups } from './scenarios/groups.ts'
import { http } from './scenarios/http.ts'
import { images } from './scenarios/images.ts'
import { leavers } from './scenarios/leavers.ts'
import { memberships } from './scenarios/memberships.ts'
import { operations } from './scenarios/operations.ts'
import { people } from './scenarios/people.ts'
import { permissions } from './scenarios/permissions.ts'
import { precedence } from './scenarios/precedence.ts'
import { queries } from './scenarios/queries.ts'
import { scimGroups } from './scenarios/scim-groups.ts'
import { scimPhotos } from './scenarios/scim-photos.ts'
import { scimUsers } from './scenarios/scim-users.ts'
import { settings } from './scenarios/settings.ts'
import { throttling } from './scenarios/throttling.ts'

export const themes: Readonly<Record<string, readonly Scenario[]>> = {
  clients,
  permissions,
  operations,
  addresses,
  directory,
  queries,
  memberships,
  people,
  groups,
  leavers,
  coverage,
  images,
  conditions,
  batch,
  browsers,
  descriptions,
  settings,
  throttling,
  'bad input': badInput,
  precedence,
  http,
  'people over SCIM': scimUsers,
  'groups over SCIM': scimGroups,
  'photos over SCIM': scimPhotos,
}

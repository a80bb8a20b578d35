/**
 * Every scenario of the suite, by theme.
 */
import type { Scenario } from './scenario.ts'
import { addresses } from './scenarios/addresses.ts'
import { directory } from './scenarios/directory.ts'
import { operations } from './scenarios/operations.ts'
import { permissions } from './scenarios/permissions.ts'

export const themes: Readonly<Record<string, readonly Scenario[]>> = {
  permissions,
  operations,
  addresses,
  directory,
}

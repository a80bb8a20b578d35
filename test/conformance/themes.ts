/**
 * Every scenario of the suite, by theme.
 */
import type { Scenario } from './scenario.ts'
import { addresses } from './scenarios/addresses.ts'
import { badInput } from './scenarios/bad-input.ts'
import { directory } from './scenarios/directory.ts'
import { images } from './scenarios/images.ts'
import { operations } from './scenarios/operations.ts'
import { permissions } from './scenarios/permissions.ts'
import { precedence } from './scenarios/precedence.ts'
import { settings } from './scenarios/settings.ts'

export const themes: Readonly<Record<string, readonly Scenario[]>> = {
  permissions,
  operations,
  addresses,
  directory,
  images,
  'bad input': badInput,
  precedence,
  settings,
}

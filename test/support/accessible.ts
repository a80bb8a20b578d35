/** What axe finds on a page, of what keeps people out (serious and critical). https://github.com/dequelabs/axe-core */
import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** `state`: for the message. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // The other mode opens a window of its own for the result.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = grave.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${state}: ${id}: ${html.slice(0, 160)}: ${failureSummary}`,
    ),
  )
  assert.deepEqual(found, [])
}

/**
 * `visage reset`: restores the demo tenant of a running `visage dev`, as at its start.
 */
import { resetPath } from '../dev/issuer/orders.ts'
import { askDev, type DevPlace } from './ask-dev.ts'
import type { Terminal } from './terminal.ts'

export async function reset(place: DevPlace, terminal: Terminal): Promise<void> {
  const read = (answer: Readonly<Record<string, unknown>>) => answer.reset === true || undefined
  await askDev(resetPath, place, {}, read, terminal)
  terminal.print('The demo tenant is restored.')
}

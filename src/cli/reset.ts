/**
 * `visage reset`: takes a running `visage dev` back to the demo tenant as it was at the start.
 */
import { askDev, type DevPlace } from './ask-dev.ts'
import type { Terminal } from './terminal.ts'

const resetPath = '/_visage/reset'

export async function reset(place: DevPlace, terminal: Terminal): Promise<void> {
  const read = (answer: Readonly<Record<string, unknown>>) => answer.reset === true || undefined
  await askDev(resetPath, place, {}, read, terminal)
  terminal.print('The demo tenant is as it was at the start.')
}

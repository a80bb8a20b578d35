/**
 * `visage reset`: takes a running `visage dev` back to the demo tenant as it was at the start.
 */
import { askDev } from './ask-dev.ts'
import type { Terminal } from './terminal.ts'

const resetPath = '/_visage/reset'

export async function reset(
  flags: Readonly<{ url?: string | undefined }>,
  terminal: Terminal,
): Promise<void> {
  await askDev(resetPath, flags.url, {}, answer => (answer.reset === true ? true : undefined))
  terminal.print('The demo tenant is as it was at the start.')
}

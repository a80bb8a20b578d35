/**
 * Whether a server can listen on its port, checked before anything is created: a failed start leaves no
 * folder and no database behind.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { explainStart } from '../serving/start-error.ts'
import { isDevAt } from './ask-dev.ts'
import { CommandError } from './terminal.ts'

/** `flag`: the flag that the message suggests; `rights`: as of explainStart. Throws CommandError and StartError. */
export async function expectPort(
  { host, port }: Readonly<{ host: string; port: number }>,
  flag: string,
  rights?: string,
): Promise<void> {
  const probe = createServer(socket => socket.destroy())
  try {
    probe.listen({ host, port })
    await once(probe, 'listening')
    probe.close()
    await once(probe, 'close')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || !(await isDevAt(port))) throw explainStart(error, port, flag, rights)
    throw new CommandError(
      `Port ${port} is taken: a \`visage dev\` runs there. Use that one, end it, or choose another port with ${flag}.`,
    )
  }
}

/** Whether somebody listens at an address. */
import { once } from 'node:events'
import { connect } from 'node:net'

export async function isListening(at: Readonly<{ host: string; port: number }>): Promise<boolean> {
  const socket = connect(at)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Refused.
    return false
  } finally {
    socket.destroy()
  }
}

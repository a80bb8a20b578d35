/** The memory and sockets that a process holds after a full garbage collection. */
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes, of objects and of buffers. */
export async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    // Finalizers run between turns of the event loop.
    await delay(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Sockets and servers that keep this process alive, also after the turns it takes to close them. */
export async function openHandles(): Promise<string[]> {
  const open = () => process.getActiveResourcesInfo().filter(name => /TCP|TLS/.test(name))
  for (let waitedMs = 0; waitedMs < 1000 && open().length > 0; waitedMs += 20) await delay(20)
  return open()
}

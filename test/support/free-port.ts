/**
 * A free port of loopback, for programs that cannot take any. It lies below those that the system hands
 * out, so that no connection takes it before the program does, and parallel test files look in different
 * ranges.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

const lowest = 10_000
/** Linux hands out from 32,768 on, others from 49,152. */
const number = 22_000
const perProcess = 8
let tried = 0

export async function findFreePort(): Promise<number> {
  while (tried < number) {
    const port = lowest + ((process.pid * perProcess + tried++) % number)
    if (await isFree(port)) return port
  }
  throw new Error(`no port is free from ${lowest} to ${lowest + number}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

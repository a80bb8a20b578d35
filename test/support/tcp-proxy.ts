/**
 * A connection between two programs that a test can cut, silence, slow down and restore, with any protocol.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type TcpProxy = AsyncDisposable &
  Readonly<{
    port: number
    /** Drops all bytes without an error, as a disconnected network does. */
    silence: () => void
    /** Delays everything, in both directions. */
    delay: (ms: number) => void
    /** Refuses new connections; existing ones stay. */
    refuse: () => void
    /** Every connection, now and later, is reset after this many bytes; called for each. */
    breakAfter: (bytes: () => number) => void
    /** Sends the delayed bytes, and then works as before. */
    mend: () => void
    /** Resets every current connection. */
    cut: () => void
    /** How many connections have been reset after they had carried something. */
    countResets: () => number
  }>

/** Two sockets, and how many bytes they may still carry. */
type Line = { readonly ends: readonly [Socket, Socket]; left: number; isUsed: boolean }

type Trouble = {
  isSilent: boolean
  isRefusing: boolean
  delayMs: number
  nextBreak: () => number
}

const never = () => Number.POSITIVE_INFINITY
const none: Trouble = { isSilent: false, isRefusing: false, delayMs: 0, nextBreak: never }

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const lines = new Set<Line>()
  const trouble = { ...none }
  const server = createServer(near => {
    if (trouble.isRefusing) return void near.resetAndDestroy()
    const far = connect(targetPort, '127.0.0.1')
    const line: Line = { ends: [near, far], left: trouble.nextBreak(), isUsed: false }
    lines.add(line)
    far.on('close', () => lines.delete(line))
    const carryWith = { line, trouble, reset }
    carry(carryWith, near, far)
    carry(carryWith, far, near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const breakAfter = (bytes: () => number) => {
    trouble.nextBreak = bytes
    for (const line of lines) line.left = bytes()
  }
  let resets = 0
  const reset = (line: Line) => {
    if (line.isUsed) resets += 1
    line.isUsed = false
    for (const socket of line.ends) socket.resetAndDestroy()
  }
  const cut = () => lines.forEach(reset)
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      trouble.isSilent = true
      for (const { ends } of lines) for (const socket of ends) socket.pause()
    },
    delay(ms) {
      trouble.delayMs = ms
    },
    refuse() {
      trouble.isRefusing = true
    },
    breakAfter,
    mend() {
      Object.assign(trouble, none)
      breakAfter(never)
      for (const { ends } of lines) for (const socket of ends) socket.resume()
    },
    cut,
    countResets: () => resets,
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}

type Carrying = Readonly<{ line: Line; trouble: Trouble; reset: (line: Line) => void }>

function carry({ line, trouble, reset }: Carrying, from: Socket, to: Socket): void {
  const inOrder = createOrder()
  from.on('error', () => {})
  from.on('data', bytes => {
    inOrder(trouble.delayMs, () => {
      line.isUsed = true
      line.left -= bytes.length
      to.write(line.left < 0 ? bytes.subarray(0, line.left) : bytes)
      if (line.left < 0) reset(line)
    })
  })
  // A reset is passed on as one.
  from.on('close', hadError =>
    inOrder(trouble.delayMs, () => void (hadError ? to.resetAndDestroy() : to.destroy())),
  )
  if (trouble.isSilent) from.pause()
}

/** Delays work, and keeps its order. */
function createOrder(): (delayMs: number, work: () => void) => void {
  let last: Promise<unknown> | undefined
  return (delayMs, work) => {
    if (last === undefined && delayMs === 0) return work()
    const turn = Promise.all([last, delay(delayMs)]).then(() => {
      if (last === turn) last = undefined
      work()
    })
    last = turn
  }
}

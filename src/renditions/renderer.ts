/**
 * The entry of a renderer: a process that decodes pictures, one at a time. It gets what it needs on its
 * one channel, and may not write files, start programs or open sockets (renderer-process.ts starts it so).
 * renderer-pool.ts decides which picture and for how long.
 */
import { Socket } from 'node:net'
import { Failure } from '../failure.ts'
import { freeNow } from '../free-now.ts'
import { collectEvery } from './collect.ts'
import { cutFrames, type Frame, type Order, type Report, writeFrame } from './frames.ts'

let received: (chunk: Buffer) => void = () => {}

/** All chunks are read into the same memory, which takes all that the socket holds: 208 KB on Linux. */
const channel = new Socket({
  fd: 3,
  readable: true,
  writable: true,
  onread: {
    buffer: Buffer.alloc(256 * 1024),
    callback(length, buffer) {
      received(Buffer.from(buffer.buffer, buffer.byteOffset, length))
      return true
    },
  },
})

/**
 * Only the server handles signals: a terminal's Ctrl-C and a service manager's SIGTERM reach every process.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

/** The server has ended. SIGKILL, because an orderly exit would wait for the decoder's threads. */
for (const event of ['end', 'error', 'close']) {
  channel.on(event, () => process.kill(process.pid, 'SIGKILL'))
}

/** Reports bytes that will soon be garbage. */
const collectGarbage = collectEvery(4 * 1024 * 1024, () => void globalThis.gc?.())

let decide: (order: 'decode' | 'cancel') => void = () => {}

async function start(): Promise<void> {
  const { closeOtherDecoders } = await import('./decoders.ts')
  const { admitUpload } = await import('./inspect.ts')
  const { renderAdmitted } = await import('./render.ts')
  closeOtherDecoders()

  async function render({ framing, limits }: Order & { order: 'render' }, bytes: Uint8Array) {
    const upload = await admitUpload(bytes, limits)
    const decision = new Promise<'decode' | 'cancel'>(resolve => {
      decide = resolve
    })
    void sendReport({ report: 'admitted', decodedBytes: upload.decodedBytes })
    if ((await decision) === 'cancel') return
    const pack = await renderAdmitted(upload, framing)
    await sendReport({ report: 'rendered', renditions: pack.renditions }, pack.bytes)
    freeNow(pack.bytes)
    collectGarbage(pack.bytes.length)
  }

  const handleOrder = ({ head, body }: Frame) => {
    const order = head as Order
    if (order.order !== 'render') return decide(order.order)
    render(order, body)
      .catch(error => sendReport(describe(error)))
      .finally(() => freeNow(body))
  }
  received = cutFrames(handleOrder)
  void sendReport({ report: 'ready' })
}

function sendReport(report: Report, body?: Uint8Array): Promise<void> {
  return writeFrame(channel, report, body)
}

function describe(error: unknown): Report {
  if (error instanceof Failure) {
    const { code, detail, facts } = error
    return { report: 'refused', code, detail, facts }
  }
  return { report: 'failed', error: error instanceof Error ? String(error.stack) : String(error) }
}

start().catch(error => sendReport(describe(error)))

/**
 * The entry of a renderer: a process that decodes pictures, one at a time. It gets what it needs on its
 * one channel, and may not write files, start programs or open sockets (renderer-process.ts starts it so).
 * renderer-pool.ts decides which picture and for how long.
 */
import { Socket } from 'node:net'
import { Failure } from '../failure.ts'
import { collectEvery } from './collect.ts'
import { cutFrames, type Frame, type Order, type Report, writeFrame } from './frames.ts'

const channel = new Socket({ fd: 3, readable: true, writable: true })

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
    sendReport({ report: 'admitted', decodedBytes: upload.decodedBytes })
    if ((await decision) === 'cancel') return
    const pack = await renderAdmitted(upload, framing)
    sendReport({ report: 'rendered', renditions: pack.renditions }, pack.bytes)
    collectGarbage(pack.bytes.length)
  }

  const handleOrder = ({ head, body }: Frame) => {
    const order = head as Order
    if (order.order !== 'render') return decide(order.order)
    collectGarbage(body.length)
    render(order, body).catch(error => sendReport(describe(error)))
  }
  channel.on('data', cutFrames(handleOrder))
  sendReport({ report: 'ready' })
}

function sendReport(report: Report, body?: Uint8Array): void {
  writeFrame(channel, report, body)
}

function describe(error: unknown): Report {
  if (error instanceof Failure) {
    const { code, detail, facts } = error
    return { report: 'refused', code, detail, facts }
  }
  return { report: 'failed', error: error instanceof Error ? String(error.stack) : String(error) }
}

start().catch(error => sendReport(describe(error)))
